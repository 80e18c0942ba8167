import type { ImportFilter } from '../ledger/ledger.ts';
import type { GraphContext } from './context.ts';
import { graphError, unknownProvider } from './errors.ts';
import { parseImportId } from './find-import.ts';
import type { ImportFilter as ImportFilterInput } from './generated/resolver-types.ts';
import { mayKnowImport } from './view.ts';

/** An import has no more. */
const MOST_LABELS = 20;

/** As many as a page or two of imports can have. */
const MOST_IDS = 1_000;

/**
 * Reads a filter. Throws for an id that is not one, and for a provider that is not configured. An
 * import of which its caller may not know is left out: nothing is watched for their sake.
 */
export function filterOf(
  input: ImportFilterInput | null | undefined,
  { watcher, caller }: Pick<GraphContext, 'watcher' | 'caller'>,
): ImportFilter {
  if (input === null || input === undefined) return {};
  const { providerIds, phases, outcomes, labels, ids, changedSince } = input;
  for (const id of providerIds ?? [])
    if (watcher.findProvider(id) === null) throw unknownProvider(id);
  for (const id of ids ?? []) parseImportId(id);
  if ((ids?.length ?? 0) > MOST_IDS) {
    throw graphError('INVALID_FILTER', `filter.ids: at most ${MOST_IDS}`);
  }
  if ((labels?.length ?? 0) > MOST_LABELS) {
    throw graphError('INVALID_FILTER', `filter.labels: at most ${MOST_LABELS}`);
  }
  return {
    ...(providerIds && { providerIds }),
    ...(phases && { phases }),
    ...(outcomes && { outcomes }),
    ...(ids && { ids: ids.filter((id) => mayKnowImport(caller, id)) }),
    ...(labels && { labels }),
    ...(typeof changedSince === 'number' && { changedSince }),
  };
}

const LISTS = ['providerIds', 'phases', 'outcomes', 'ids'] as const;

/** Throws an `INVALID_FILTER` when nothing can ever match: a stream of it would be silent for ever. */
export function checkNamesSomething(input: ImportFilterInput | null | undefined): void {
  const empty = LISTS.find((name) => input?.[name]?.length === 0);
  if (empty === undefined) return;
  throw graphError(
    'INVALID_FILTER',
    `filter.${empty}: names nothing, so nothing would ever be sent; name some, or leave it out for all`,
  );
}
