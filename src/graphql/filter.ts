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

/** No enumeration has so many values. */
const MOST_WORDS = 100;

/**
 * Reads a filter. Throws for an id that is not one, and for a provider that is not configured. An
 * import of which its caller may not know is left out: nothing is watched for their sake.
 */
export function filterOf(
  input: ImportFilterInput | null | undefined,
  { watcher, caller }: Pick<GraphContext, 'watcher' | 'caller'>,
): ImportFilter {
  if (input === null || input === undefined) return {};
  const { labels, changedSince } = input;
  if ((labels?.length ?? 0) > MOST_LABELS) throw tooMany('filter.labels', MOST_LABELS);
  const providerIds = distinct('filter.providerIds', input.providerIds, MOST_IDS);
  const ids = distinct('filter.ids', input.ids, MOST_IDS);
  const phases = distinctWords('filter.phases', input.phases);
  const outcomes = distinctWords('filter.outcomes', input.outcomes);
  for (const id of providerIds ?? [])
    if (watcher.findProvider(id) === null) throw unknownProvider(id);
  for (const id of ids ?? []) parseImportId(id);
  return {
    ...(providerIds && { providerIds }),
    ...(phases && { phases }),
    ...(outcomes && { outcomes }),
    ...(ids && { ids: ids.filter((id) => mayKnowImport(caller, id)) }),
    ...(labels && { labels }),
    ...(typeof changedSince === 'number' && { changedSince }),
  };
}

/** Each word of an enumeration once; null for a list that is not given. Throws an `INVALID_FILTER`. */
export function distinctWords<T>(
  name: string,
  words: readonly T[] | null | undefined,
): readonly T[] | null {
  return distinct(name, words, MOST_WORDS);
}

function distinct<T>(
  name: string,
  items: readonly T[] | null | undefined,
  most: number,
): readonly T[] | null {
  if (items === null || items === undefined) return null;
  // Before anything else is done, as it is done for each field that has such a list.
  if (items.length > most) throw tooMany(name, most);
  return [...new Set(items)];
}

function tooMany(name: string, most: number): Error {
  return graphError('INVALID_FILTER', `${name}: at most ${most}; name each once, or ask twice`);
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
