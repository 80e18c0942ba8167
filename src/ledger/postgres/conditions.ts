import { storedLabels } from '../stored-text.ts';
import type { Condition } from '../condition.ts';
import type { ImportFilter } from '../ledger.ts';
import type { Parameter } from './database.ts';
import { keyText } from './text.ts';

/** Where a filter finds what it asks for; `hasLabel` takes a key and a value. */
export interface FilterColumns {
  readonly phase: string;
  readonly outcome: string;
  readonly changedAt: string;
  readonly hasLabel: string;
}

/** An import as it is now. */
export const NOW: FilterColumns = {
  phase: 'imports.phase',
  outcome: 'imports.outcome',
  changedAt: 'imports.changed_at',
  hasLabel: 'imports.seq in (select import_seq from import_labels where key = ? and value = ?)',
};

/** An import as it was at a revision. */
export function columnsAt(revision: string): FilterColumns {
  return {
    phase: `${revision}.phase`,
    outcome: `${revision}.outcome`,
    changedAt: `${revision}.observed_at`,
    // As they are written: a JSON text may hold what PostgreSQL's own JSON cannot.
    hasLabel: `position(? in ',' || substr(${revision}.labels, 2)) > 0`,
  };
}

export function conditionsOf(filter: ImportFilter, columns: FilterColumns): Condition<Parameter>[] {
  const conditions: Condition<Parameter>[] = [];
  const add = (sql: string, ...parameters: readonly Parameter[]): void => {
    conditions.push({ sql, parameters });
  };
  const oneOf = (column: string, given: readonly string[] | undefined): void => {
    if (given === undefined) return;
    const values = given.map(keyText);
    const [only] = values;
    // A single value can use an index that is in the order of the list.
    if (values.length === 1 && only !== undefined) add(`${column} = ?`, only);
    else add(`${column} = any(?)`, values);
  };
  oneOf('imports.provider_id', filter.providerIds);
  oneOf(columns.phase, filter.phases);
  oneOf(columns.outcome, filter.outcomes);
  oneOf('imports.id', filter.ids);
  for (const { key, value } of filter.labels ?? []) {
    if (columns === NOW) add(columns.hasLabel, key, value);
    else add(columns.hasLabel, labelText(key, value));
  }
  if (filter.changedSince !== undefined) add(`${columns.changedAt} >= ?`, filter.changedSince);
  return conditions;
}

/** How a label stands in the JSON of all labels of a revision; nothing else in it reads the same. */
function labelText(key: string, value: string): string {
  return `,${storedLabels({ [key]: value }).slice(1, -1)}`;
}
