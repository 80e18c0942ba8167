import { isDeepStrictEqual } from 'node:util';
import { importId } from '../domain/import.ts';
import type { Import, ImportLabels, ImportRef } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { RowError } from '../domain/row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LookTarget, ProviderDataSource } from '../providers/provider.ts';
import { claimOfUnknown } from './look.ts';
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
  readonly ledger: Ledger;
  readonly now: number;
  readonly circumstances: (claim: Circumstances['claim']) => Promise<Circumstances>;
}

/**
 * Makes an import of a response, as a look that showed it would have. The same response twice
 * changes nothing; one that contradicts an end that is already known is refused.
 */
export async function recordResponse(
  { ref, response, labels }: ResponseInput,
  { source, ledger, now, circumstances }: ResponseOptions,
): Promise<ResponseResult> {
  const id = importId(ref);
  const known = (await ledger.findImports([id])).get(id);
  const target = {
    externalId: ref.externalId,
    continueOnError: known?.state.job.continueOnError ?? null,
    mayNotExistYet: false,
  };
  const observation = findObservation(source, target, response);
  if (observation === null) return { kind: 'not-accepted' };
  if (observation instanceof ProviderError) return { kind: 'invalid', reason: observation.message };
  if (known?.state.job.phase === 'FINISHED') {
    const isSame = isSameState(known, observation) && (await hasRows(ledger, id, observation.rows));
    if (!isSame) return { kind: 'already-finished' };
    if (labels === undefined) return { kind: 'recorded', import: known };
    return { kind: 'recorded', import: await ledger.track({ ref, labels, now }) };
  }
  const unknown = claimOfUnknown(ref, now);
  const claim = known === undefined ? unknown : { ...unknown, import: known };
  const verdict = judge({ kind: 'observed', observation }, await circumstances(claim));
  const kept = await ledger.record({ ...verdict, ...(labels && { labels }) });
  // Null when a look recorded in between: what it found is the truth to compare with.
  if (kept === null) {
    const again = { ref, response, ...(labels && { labels }) };
    return recordResponse(again, { source, ledger, now, circumstances });
  }
  return { kind: 'recorded', import: kept };
}

function findObservation(
  source: ProviderDataSource,
  target: LookTarget,
  response: unknown,
): Observation | ProviderError | null {
  try {
    return source.readResponse?.(response, target) ?? null;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

function isSameState({ state }: Import, observation: Observation): boolean {
  const { job, counters, resources, rowErrors } = observation;
  return isDeepStrictEqual(state, { job, counters, resources, rowErrors });
}

const PAGE = 500;

/** Whether the ledger holds exactly these rows of an import. */
async function hasRows(ledger: Ledger, id: string, rows: readonly RowError[]): Promise<boolean> {
  let seen = 0;
  for (let after = -1, hasMore = true; hasMore;) {
    const page = await ledger.listRowErrors({ importId: id, first: PAGE, after });
    for (const { ordinal, row } of page.items) {
      const { id: _, ...held } = row;
      if (!isDeepStrictEqual(held, rows[seen])) return false;
      seen += 1;
      after = ordinal;
    }
    ({ hasMore } = page);
  }
  return seen === rows.length;
}
