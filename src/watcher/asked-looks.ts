import type { LookLedger } from '../ledger/look-ledger.ts';
import { GIVEN_UP } from './answer.ts';
import type { Answer } from './answer.ts';
import type { LookTask } from './look.ts';

/** How long a miss or a failure is remembered, so that asking again does not ask the vendor. */
export const MISS_MEMORY_MS = 10_000;

export interface TellingOptions {
  readonly ledger: Pick<LookLedger, 'answerAsked'>;
  readonly now: number;
}

/** Tells everybody, wherever they ask, what came of looks that were asked for and kept nothing. */
export async function tellMisses(
  tasks: readonly LookTask[],
  answers: readonly Answer[],
  { ledger, now }: TellingOptions,
): Promise<void> {
  for (const [index, { claim, isAskedFor }] of tasks.entries()) {
    const answer = answers[index] ?? GIVEN_UP;
    if (!isAskedFor || answer.kind === 'found') continue;
    const until = answer === GIVEN_UP ? null : now + MISS_MEMORY_MS;
    await ledger.answerAsked(claim.lease, { miss: answer, until });
  }
}
