import { isDeepStrictEqual } from 'node:util';
import { importId } from '../domain/import.ts';
import type { Import, ImportLabels, ImportRef } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { LookTarget, ProviderDataSource } from '../providers/provider.ts';
import { stateOf } from './captured-rows.ts';
import { claimOfUnknown } from './look.ts';
import { CaptureLostError, RowKeeper } from './row-keeper.ts';
import type { RowKeeping } from './row-keeper.ts';
import { judge } from './verdict.ts';
import type { Circumstances } from './verdict.ts';

/** A vendor response that somebody hands in. */
export interface ResponseInput {
  readonly ref: ImportRef;
  readonly response: unknown;
  /** Absent: left as they are. */
  readonly labels?: ImportLabels;
}

export type ResponseResult =
  | { readonly kind: 'recorded'; readonly import: Import }
  | { readonly kind: 'not-accepted' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'already-finished' };

export interface ResponseOptions {
  readonly source: ProviderDataSource;
  readonly keeping: RowKeeping;
  readonly now: number;
  readonly circumstances: (claim: Circumstances['claim']) => Promise<Circumstances>;
}

/** Looks at one import are seconds apart, so that being overtaken twice is odd enough. */
const MOST_TRIES = 5;

/**
 * Makes an import of a response, as a look that showed it would have. The same response twice
 * changes nothing; one that contradicts an end that is already known is refused.
 */
export async function recordResponse(
  input: ResponseInput,
  options: ResponseOptions,
  tries = MOST_TRIES,
): Promise<ResponseResult> {
  const keeper = new RowKeeper(input.ref, null, options.keeping);
  try {
    const result = await record(input, keeper, options);
    if (result !== null) return result;
  } catch (error) {
    if (!(error instanceof CaptureLostError)) throw error;
  } finally {
    await keeper.close();
  }
  // A look recorded in between: what it found is the truth to compare with.
  if (tries === 1) throw new Error('a response was overtaken by looks, again and again');
  return recordResponse(input, options, tries - 1);
}

async function record(
  { ref, response, labels }: ResponseInput,
  keeper: RowKeeper,
  { source, keeping, now, circumstances }: ResponseOptions,
): Promise<ResponseResult | null> {
  const { ledger, guard, maxRows } = keeping;
  const id = importId(ref);
  const known = (await ledger.findImports([id])).get(id);
  const seen = await findObservation(source, response, {
    externalId: ref.externalId,
    continueOnError: known?.state.job.continueOnError ?? null,
    mayNotExistYet: false,
    rows: keeper,
  });
  if (seen === null) return { kind: 'not-accepted' };
  if (seen instanceof ProviderError) return { kind: 'invalid', reason: seen.message };
  const observation = guard.observation(seen);
  const capture = await keeper.finish();
  const captured = capture && { ...capture, maxRows };
  if (known?.state.job.phase === 'FINISHED') {
    const isSame =
      isDeepStrictEqual(known.state, stateOf(observation, captured)) &&
      (await ledger.showsRows(id, captured?.id ?? null));
    if (!isSame) return { kind: 'already-finished' };
    if (labels === undefined) return { kind: 'recorded', import: known };
    return { kind: 'recorded', import: await ledger.track({ ref, labels, now }) };
  }
  const unknown = claimOfUnknown(ref, now);
  const claim = known === undefined ? unknown : { ...unknown, import: known };
  const verdict = judge({ kind: 'observed', observation }, captured, await circumstances(claim));
  const kept = await ledger.record({ ...verdict, lease: null, ...(labels && { labels }) });
  if (kept === null) return null;
  keeper.handOver();
  return { kind: 'recorded', import: kept };
}

async function findObservation(
  source: ProviderDataSource,
  response: unknown,
  target: LookTarget,
): Promise<Observation | ProviderError | null> {
  try {
    return (await source.readResponse?.(response, target)) ?? null;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
