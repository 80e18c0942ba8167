import type { ImportFilter } from '../ledger.ts';
import type { Parameter, Parameters } from './database.ts';
import { storedText } from '../stored-text.ts';
import { keyText } from './text.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: Parameters;
}

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

/** All of the conditions at once. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: 'true', parameters: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(' and '),
    parameters: conditions.flatMap((condition) => condition.parameters),
  };
}

export function conditionsOf(filter: ImportFilter, columns: FilterColumns): Condition[] {
  const conditions: Condition[] = [];
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
    if (columns === NOW) add(columns.hasLabel, storedText(key), storedText(value));
    else add(columns.hasLabel, labelText(key, value));
  }
  if (filter.changedSince !== undefined) add(`${columns.changedAt} >= ?`, filter.changedSince);
  return conditions;
}

/** How a label stands in the JSON of all labels of a revision; nothing else in it reads the same. */
function labelText(key: string, value: string): string {
  return `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
}
