import type { SQLInputValue } from 'node:sqlite';
import type { Condition } from '../condition.ts';
import type { ImportFilter } from '../ledger.ts';
import { storedList } from '../stored-text.ts';

/** Where a filter finds what it asks for; `hasLabel` takes a key and a value. */
export interface FilterColumns {
  readonly providerId: string;
  readonly phase: string;
  readonly outcome: string;
  readonly id: string;
  readonly changedAt: string;
  readonly hasLabel: string;
}

/** An import as it is now. */
export const NOW: FilterColumns = {
  providerId: 'imports.provider_id',
  phase: 'imports.phase',
  outcome: 'imports.outcome',
  id: 'imports.id',
  changedAt: 'imports.changed_at',
  hasLabel: 'imports.seq in (select import_seq from import_labels where key = ? and value = ?)',
};

/** The same, for each import that another index has led to: a `+` keeps a column's own index out. */
export const NOW_OF_EACH: FilterColumns = {
  providerId: '+imports.provider_id',
  phase: '+imports.phase',
  outcome: '+imports.outcome',
  id: '+imports.id',
  changedAt: '+imports.changed_at',
  hasLabel: `exists (select 1 from import_labels
    where import_seq = imports.seq and key = ? and value = ?)`,
};

/** An import as it was at a revision. Labels that were not kept are taken to be those of now. */
export function columnsAt(revision: string): FilterColumns {
  return {
    ...NOW_OF_EACH,
    phase: `${revision}.phase`,
    outcome: `${revision}.outcome`,
    changedAt: `${revision}.observed_at`,
    hasLabel: `exists (select 1 from json_each(coalesce(${revision}.labels, imports.labels))
      where key = ? and value = ?)`,
  };
}

export function conditionsOf(
  filter: ImportFilter,
  columns: FilterColumns,
): Condition<SQLInputValue>[] {
  const conditions: Condition<SQLInputValue>[] = [];
  const oneOf = (column: string, values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    const [only] = values;
    // A single value can use an index that is in the order of the list.
    conditions.push(
      values.length === 1 && only !== undefined
        ? { sql: `${column} = ?`, parameters: [only] }
        : {
            sql: `${column} in (select value from json_each(?))`,
            parameters: [storedList(values)],
          },
    );
  };
  oneOf(columns.providerId, filter.providerIds);
  oneOf(columns.phase, filter.phases);
  oneOf(columns.outcome, filter.outcomes);
  oneOf(columns.id, filter.ids);
  for (const { key, value } of filter.labels ?? []) {
    conditions.push({ sql: columns.hasLabel, parameters: [key, value] });
  }
  if (filter.changedSince !== undefined) {
    conditions.push({ sql: `${columns.changedAt} >= ?`, parameters: [filter.changedSince] });
  }
  return conditions;
}
