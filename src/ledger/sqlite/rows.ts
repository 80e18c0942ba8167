import { isFailed, ROW_OUTCOMES, ROW_VALUES_FORMS } from '../../domain/row.ts';
import type {
  KeptRow,
  RowErrorGroup,
  RowFailure,
  RowNumberBasis,
  RowOutcome,
} from '../../domain/row.ts';
import { FURTHER_CAUSES } from '../row-batch.ts';
import type { ListRowsQuery, RowPage } from '../row-ledger.ts';
import { integer, integerOrNull, text, textOrNull, word } from '../columns.ts';
import type { Database, Parameters } from './database.ts';
import type { Row } from '../columns.ts';

const ROW_COLUMNS = `row.ordinal, row.outcome, row.number, row.further_numbers, row.number_basis,
  row.resource, row.record_id, row.code, row.message, row.detail, row.values_form, row.input`;

/** The capture that an import shows; none once its rows were deleted. */
const SHOWN_CAPTURE = `(select captures.id from captures
  join imports on imports.shown_capture = captures.id
  where imports.id = ? and captures.pruned_at is null)`;

const NUMBER_BASES = [
  'LINE',
  'COMMAND',
  'INPUT',
  'RESULT_POSITION',
  'UNSTATED',
] as const satisfies readonly RowNumberBasis[];

export function listRows(database: Database, query: ListRowsQuery): RowPage {
  const { importId, outcomes, first, after } = query;
  const { sql, parameters } = pageOf(outcomes, { importId, after, limit: first + 1 });
  const rows = database.all(sql, parameters);
  return {
    items: rows.slice(0, first).map((row) => ({
      ordinal: integer(row, 'ordinal'),
      row: keptRowOf(importId, row),
    })),
    hasMore: rows.length > first,
  };
}

interface Page {
  readonly importId: string;
  readonly after: number;
  readonly limit: number;
}

/** Each outcome is read in order from where its rows are, so a page costs the same anywhere. */
function pageOf(
  outcomes: readonly RowOutcome[] | null,
  { importId, after, limit }: Page,
): { readonly sql: string; readonly parameters: Parameters } {
  const wanted = [...new Set(outcomes ?? ROW_OUTCOMES)];
  const one = `select * from (select ${ROW_COLUMNS} from import_rows as row
    where row.capture = ${SHOWN_CAPTURE} and row.outcome = ? and row.ordinal > ?
    order by row.ordinal limit ?)`;
  const all = wanted.map(() => one).join('\nunion all ');
  return {
    sql: `/* listRows */ select * from (${all}) order by ordinal limit ?`,
    parameters: [...wanted.flatMap((outcome) => [importId, outcome, after, limit]), limit],
  };
}

export function listRowErrorGroups(database: Database, importId: string): readonly RowErrorGroup[] {
  const groups = database.all(
    `/* listRowErrorGroups */ select cause.cause, cause.count, cause.first_number,
       cause.last_number, ${ROW_COLUMNS}
     from row_error_groups as cause
     join import_rows as row on row.capture = cause.capture and row.outcome = 'FAILED'
       and row.ordinal = cause.sample
     where cause.capture = ${SHOWN_CAPTURE}
     order by cause.cause = ?, cause.count desc, cause.sample`,
    [importId, FURTHER_CAUSES],
  );
  return groups.map((group) => groupOf(importId, group));
}

function groupOf(importId: string, group: Row): RowErrorGroup {
  const sample = keptRowOf(importId, group);
  if (!isFailed(sample)) throw new Error(`the sample of a group of ${importId} did not fail`);
  const cause = text(group, 'cause');
  return {
    code: cause === FURTHER_CAUSES ? null : sample.failure.code,
    message: cause,
    count: integer(group, 'count'),
    firstNumber: integerOrNull(group, 'first_number'),
    lastNumber: integerOrNull(group, 'last_number'),
    sample,
  };
}

function keptRowOf(importId: string, row: Row): KeptRow {
  const further = textOrNull(row, 'further_numbers');
  return {
    id: `${importId}#${integer(row, 'ordinal')}`,
    outcome: word(row, 'outcome', ROW_OUTCOMES),
    number: integerOrNull(row, 'number'),
    furtherNumbers: further === null ? [] : JSON.parse(further),
    numberBasis: word(row, 'number_basis', NUMBER_BASES),
    resource: textOrNull(row, 'resource'),
    recordId: textOrNull(row, 'record_id'),
    failure: row['message'] === null ? null : failureOf(row),
  };
}

function failureOf(row: Row): RowFailure {
  const input = textOrNull(row, 'input');
  return {
    code: textOrNull(row, 'code'),
    message: text(row, 'message'),
    detail: textOrNull(row, 'detail'),
    values: input === null ? null : JSON.parse(input),
    valuesForm: word(row, 'values_form', ROW_VALUES_FORMS),
  };
}
