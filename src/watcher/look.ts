import { ProviderError } from '../domain/provider-error.ts';
import { importId, unknownImport } from '../domain/import.ts';
import type { Import, ImportRef } from '../domain/import.ts';
import type { Claim, Ledger, Recording } from '../ledger/ledger.ts';
import type { Look, ProviderDataSource } from '../providers/provider.ts';
import { judge } from './verdict.ts';
import type { Circumstances } from './verdict.ts';

/** An import to look at. One that was only asked for is kept only if the vendor shows it. */
export interface LookTask {
  readonly claim: Claim;
  readonly isAskedFor: boolean;
}

/** What came of a task: the vendor's answer, and the import if it is kept. */
export interface LookResult {
  readonly look: Look;
  readonly kept: Import | null;
}

export interface LookOptions {
  readonly source: ProviderDataSource;
  readonly ledger: Ledger;
  readonly appearsWithinMs: number;
  readonly now: () => number;
  /** What else decides, read once the answer is there. */
  readonly circumstances: (claim: Claim) => Promise<Circumstances>;
  readonly signal: AbortSignal;
}

/** The whole way of the data: asks one provider for a batch, and keeps what each answer means. */
export async function lookAt(
  tasks: readonly LookTask[],
  options: LookOptions,
): Promise<readonly LookResult[]> {
  const looks = await askVendor(tasks, options);
  const results: LookResult[] = [];
  for (const [index, task] of tasks.entries()) {
    const look = looks[index] ?? missingAnswer();
    const isKept = look.kind === 'observed' || !task.isAskedFor;
    const verdict = isKept ? judge(look, await options.circumstances(task.claim)) : null;
    const kept = verdict === null ? null : await keep(verdict, options.ledger);
    results.push({ look, kept });
  }
  return results;
}

/** When somebody else recorded meanwhile, what they recorded is what is kept. */
async function keep(verdict: Recording, ledger: Ledger): Promise<Import | null> {
  const id = importId(verdict.ref);
  return (await ledger.record(verdict)) ?? (await ledger.findImports([id])).get(id) ?? null;
}

/** A failure of the whole call is a failure of each import in it. */
async function askVendor(
  tasks: readonly LookTask[],
  { source, appearsWithinMs, now, signal }: LookOptions,
): Promise<readonly Look[]> {
  const targets = tasks.map(({ claim, isAskedFor }) => ({
    externalId: claim.import.ref.externalId,
    continueOnError: claim.schedule.continueOnError,
    mayNotExistYet:
      !isAskedFor &&
      claim.import.revision === 0 &&
      now() < claim.schedule.trackedAt + appearsWithinMs,
  }));
  try {
    return await source.look(targets, signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return tasks.map(() => ({ kind: 'failed', error }));
  }
}

function missingAnswer(): Look {
  const error = new ProviderError('unexpected-response', 'the data source left an import out');
  return { kind: 'failed', error };
}

/** Nobody started it just now as far as we know, so "not there" does not mean "not yet". */
export function claimOfUnknown(ref: ImportRef, now: number): Claim {
  const freshness = { state: 'PENDING', observedAt: null, nextLookAt: now, error: null } as const;
  return {
    import: unknownImport(ref, freshness),
    schedule: { attempts: 0, held: null, trackedAt: now, continueOnError: null },
  };
}
