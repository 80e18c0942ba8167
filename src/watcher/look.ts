import { ProviderError } from '../domain/provider-error.ts';
import { importId, unknownImport } from '../domain/import.ts';
import type { Import, ImportRef } from '../domain/import.ts';
import type { Claim } from '../ledger/look-ledger.ts';
import type { Look, LookTarget, ProviderDataSource } from '../providers/provider.ts';
import type { CapturedRows } from './captured-rows.ts';
import { CaptureLostError, RowKeeper } from './row-keeper.ts';
import type { RowKeeping } from './row-keeper.ts';
import { judge } from './verdict.ts';
import type { Circumstances } from './verdict.ts';

/** An import to look at. One that was only asked for is kept only if the vendor shows it. */
export interface LookTask {
  readonly claim: Claim;
  readonly isAskedFor: boolean;
}

/** What came of a task: why it failed, if it did, and the import if it is kept. */
export interface LookResult {
  readonly error: ProviderError | null;
  readonly kept: Import | null;
}

export interface LookOptions {
  readonly source: ProviderDataSource;
  readonly keeping: RowKeeping;
  readonly appearsWithinMs: number;
  /** What else decides, read once the answer is there. */
  readonly circumstances: (claim: Circumstances['claim']) => Promise<Circumstances>;
  readonly signal: AbortSignal;
}

/** An import that is being looked at, and what keeps the rows that come along. */
interface Asked {
  readonly task: LookTask;
  readonly keeper: RowKeeper;
}

/** The whole way of the data: asks one provider for a batch, and keeps what each answer means. */
export async function lookAt(
  tasks: readonly LookTask[],
  options: LookOptions,
): Promise<readonly LookResult[]> {
  const asked = tasks.map((task) => {
    const { lease, import: known } = task.claim;
    return { task, keeper: new RowKeeper(known.ref, lease, options.keeping) };
  });
  try {
    const looks = await askVendor(asked, options);
    const results: LookResult[] = [];
    for (const [index, one] of asked.entries()) {
      results.push(await keepLook(looks[index] ?? missingAnswer(), one, options));
    }
    return results;
  } catch (error) {
    if (!(error instanceof CaptureLostError)) throw error;
    return await Promise.all(tasks.map(({ claim }) => overtaken(claim, options.keeping)));
  } finally {
    for (const { keeper } of asked) await keeper.close();
  }
}

async function keepLook(
  seen: Look,
  { task, keeper }: Asked,
  { keeping, circumstances }: LookOptions,
): Promise<LookResult> {
  const look = guarded(seen, keeping);
  const error = look.kind === 'failed' ? look.error : null;
  if (error !== null && task.isAskedFor) return { error, kept: null };
  const captured = await capturedWith(look, keeper, keeping);
  const verdict = judge(look, captured, await circumstances(task.claim));
  const recorded = await keeping.ledger.record({ ...verdict, lease: task.claim.lease });
  if (recorded !== null) keeper.handOver();
  if (recorded === null) return { ...(await overtaken(task.claim, keeping)), error };
  return { error, kept: recorded };
}

/** When somebody else recorded meanwhile, what they recorded is what is kept. */
export async function overtaken(
  { lease, import: { ref } }: Claim,
  { ledger }: RowKeeping,
): Promise<LookResult> {
  const id = importId(ref);
  await ledger.release([lease]);
  return { error: null, kept: (await ledger.findImports([id])).get(id) ?? null };
}

function guarded(look: Look, { guard }: RowKeeping): Look {
  if (look.kind === 'failed') return look;
  return { ...look, observation: guard.observation(look.observation) };
}

/** The rows that came with a finish; what came with anything else is not final. */
async function capturedWith(
  look: Look,
  keeper: RowKeeper,
  { maxRows }: RowKeeping,
): Promise<CapturedRows | null> {
  if (look.kind === 'failed' || look.observation.rows !== 'here') return null;
  const capture = await keeper.finish();
  return capture && { ...capture, maxRows };
}

/** A failure of the whole call is a failure of each import in it. */
async function askVendor(
  asked: readonly Asked[],
  { source, appearsWithinMs, keeping, signal }: LookOptions,
): Promise<readonly Look[]> {
  const targets = asked.map(({ task: { claim, isAskedFor }, keeper }): LookTarget => ({
    externalId: claim.import.ref.externalId,
    continueOnError: claim.schedule.continueOnError,
    mayNotExistYet:
      !isAskedFor &&
      claim.import.revision === 0 &&
      keeping.now() < claim.schedule.trackedAt + appearsWithinMs,
    rows: keeper,
  }));
  try {
    return await source.look(targets, signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return asked.map(() => ({ kind: 'failed', error }));
  }
}

function missingAnswer(): Look {
  const error = new ProviderError('unexpected-response', 'the data source left an import out');
  return { kind: 'failed', error };
}

/** Nobody started it just now as far as we know, so "not there" does not mean "not yet". */
export function claimOfUnknown(ref: ImportRef, now: number): Circumstances['claim'] {
  const freshness = { state: 'PENDING', observedAt: null, nextLookAt: now, error: null } as const;
  return {
    import: unknownImport(ref, freshness),
    schedule: {
      attempts: 0,
      failingSince: null,
      held: null,
      capture: null,
      trackedAt: now,
      continueOnError: null,
    },
  };
}
