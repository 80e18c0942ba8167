import { causeOf } from '../../domain/row.ts';
import type { KeptRowError, RowError, RowErrorGroup, RowNumberBasis } from '../../domain/row.ts';
import type { ListRowErrorsQuery, RowErrorPage } from '../ledger.ts';
import { integer, integerOrNull, text, textOrNull, word } from './database.ts';
import type { Database, Row } from './database.ts';

const ROW_COLUMNS =
  'ordinal, number, number_basis, resource, record_id, code, message, detail, input';

const NUMBER_BASES = [
  'LINE',
  'COMMAND',
  'INPUT',
  'RESULT_POSITION',
  'UNSTATED',
] as const satisfies readonly RowNumberBasis[];

/** Puts these row errors in the place of those that are held. */
export function replaceRowErrors(database: Database, seq: number, rows: readonly RowError[]): void {
  database.run('/* replaceRowErrors: clear */ delete from row_errors where import_seq = ?', [seq]);
  for (const [ordinal, row] of rows.entries()) {
    database.run(
      `/* replaceRowErrors */ insert into row_errors
         (import_seq, ordinal, number, number_basis, resource, record_id, code, message, cause,
          detail, input)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        seq,
        ordinal,
        row.number,
        row.numberBasis,
        row.resource,
        row.recordId,
        row.code,
        row.message,
        causeOf(row.message),
        row.detail,
        row.values === null ? null : JSON.stringify(row.values),
      ],
    );
  }
}

export function listRowErrors(
  database: Database,
  { importId, first, after }: ListRowErrorsQuery,
): RowErrorPage {
  const rows = database.all(
    `/* listRowErrors */ select ${ROW_COLUMNS} from row_errors
     where import_seq = (select seq from imports where id = ?) and ordinal > ?
     order by ordinal limit ?`,
    [importId, after, first + 1],
  );
  return {
    items: rows.slice(0, first).map((row) => ({
      ordinal: integer(row, 'ordinal'),
      row: rowErrorOf(importId, row),
    })),
    hasMore: rows.length > first,
  };
}

export function listRowErrorGroups(
  database: Database,
  importId: string,
  limit: number,
): readonly RowErrorGroup[] {
  const groups = database.all(
    `/* listRowErrorGroups */ select code, cause, count(*) as count, min(number) as first_number,
       max(number) as last_number, min(ordinal) as sample, import_seq
     from row_errors where import_seq = (select seq from imports where id = ?)
     group by code, cause order by count(*) desc, min(ordinal) limit ?`,
    [importId, limit],
  );
  return groups.map((group) => ({
    code: textOrNull(group, 'code'),
    message: text(group, 'cause'),
    count: integer(group, 'count'),
    firstNumber: integerOrNull(group, 'first_number'),
    lastNumber: integerOrNull(group, 'last_number'),
    sample: getSample(database, importId, group),
  }));
}

function getSample(database: Database, importId: string, group: Row): KeptRowError {
  const row = database.get(
    `/* listRowErrorGroups: sample */ select ${ROW_COLUMNS} from row_errors
     where import_seq = ? and ordinal = ?`,
    [integer(group, 'import_seq'), integer(group, 'sample')],
  );
  return rowErrorOf(importId, row ?? {});
}

function rowErrorOf(importId: string, row: Row): KeptRowError {
  const input = textOrNull(row, 'input');
  return {
    id: `${importId}#${integer(row, 'ordinal')}`,
    number: integerOrNull(row, 'number'),
    numberBasis: word(row, 'number_basis', NUMBER_BASES),
    resource: textOrNull(row, 'resource'),
    recordId: textOrNull(row, 'record_id'),
    code: textOrNull(row, 'code'),
    message: text(row, 'message'),
    detail: textOrNull(row, 'detail'),
    values: input === null ? null : JSON.parse(input),
  };
}
