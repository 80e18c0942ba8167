import { isFailed, ROW_OUTCOMES } from '../../domain/row.ts';
import type { ImportRow, KeptRow, RowErrorGroup } from '../../domain/row.ts';
import { integer, integerOrNull, text, word } from '../columns.ts';
import type { Row } from '../columns.ts';
import { FURTHER_CAUSES } from '../row-batch.ts';
import type { ListRowsQuery, RowPage } from '../row-ledger.ts';
import type { Session } from './database.ts';
import { keyText } from './text.ts';

const ROW_COLUMNS = 'row.ordinal, row.outcome, row.body';

/** The capture that an import shows; none once its rows were deleted. */
const SHOWN_CAPTURE = `(select captures.id from captures
  join looks on looks.shown_capture = captures.id
  where looks.import_seq = (select seq from imports where id = ?) and captures.pruned_at is null)`;

/** Each outcome is read in order from where its rows are, so a page costs the same anywhere. */
export async function listRows(session: Session, query: ListRowsQuery): Promise<RowPage> {
  const { importId, outcomes, first, after } = query;
  const wanted = [...new Set(outcomes ?? ROW_OUTCOMES)];
  const rows = await session.all(
    `/* listRows */ with shown as materialized (select ${SHOWN_CAPTURE} as capture)
     select row.* from unnest(?::text[]) as wanted (outcome) cross join shown cross join lateral (
       select ${ROW_COLUMNS} from import_rows as row
       where row.capture = shown.capture and row.outcome = wanted.outcome and row.ordinal > ?
       order by row.ordinal limit ?) as row
     order by row.ordinal limit ?`,
    [keyText(importId), wanted, after, first + 1, first + 1],
  );
  return {
    items: rows.slice(0, first).map((row) => ({
      ordinal: integer(row, 'ordinal'),
      row: keptRowOf(importId, row),
    })),
    hasMore: rows.length > first,
  };
}

export async function listRowErrorGroups(
  session: Session,
  importId: string,
): Promise<readonly RowErrorGroup[]> {
  const groups = await session.all(
    `/* listRowErrorGroups */ select cause.cause, cause.count, cause.first_number,
       cause.last_number, ${ROW_COLUMNS}
     from row_error_groups as cause
     join import_rows as row on row.capture = cause.capture and row.outcome = 'FAILED'
       and row.ordinal = cause.sample
     where cause.capture = ${SHOWN_CAPTURE}
     order by cause.cause = ?, cause.count desc, cause.sample`,
    [keyText(importId), FURTHER_CAUSES],
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

/** Only `addRows` writes this text, so its shape is known. */
function keptRowOf(importId: string, row: Row): KeptRow {
  const body: Omit<ImportRow, 'outcome'> = JSON.parse(text(row, 'body'));
  return {
    id: `${importId}#${integer(row, 'ordinal')}`,
    outcome: word(row, 'outcome', ROW_OUTCOMES),
    ...body,
  };
}
