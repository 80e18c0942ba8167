import type {
  Change,
  ChangePage,
  ListChangesQuery,
  ListRevisionsQuery,
  RevisionPage,
} from '../ledger.ts';
import { integer, text } from './database.ts';
import type { Database } from './database.ts';
import { IMPORT_COLUMNS, importOf } from './import-row.ts';
import { conditionsOf, whereOf } from './imports.ts';
import { getLatestPosition } from './positions.ts';

export function listChanges(
  database: Database,
  { filter, first, after }: ListChangesQuery,
): ChangePage {
  // Read before the changes: nothing that comes in between can be stepped over.
  const latest = getLatestPosition(database);
  const where = whereOf([{ sql: 'position > ?', parameters: [after] }, ...conditionsOf(filter)]);
  const rows = database.all(
    `/* listChanges */ select ${IMPORT_COLUMNS}, revision - 1 - coalesce(
         (select max(seen.revision) from revisions as seen
          where seen.import_seq = imports.seq and seen.position <= ?), 0) as skipped
     from imports ${where.sql} order by position limit ?`,
    [after, ...where.parameters, first + 1],
  );
  const changes: Change[] = rows.slice(0, first).map((row) => ({
    position: integer(row, 'position'),
    import: importOf(database, row),
    // From the beginning nothing was seen before, so nothing was skipped.
    skippedRevisions: after === 0 ? 0 : integer(row, 'skipped'),
  }));
  const hasMore = rows.length > first;
  const last = changes.at(-1)?.position ?? after;
  const end = hasMore ? last : Math.max(last, latest);
  return { changes, endPosition: end, hasMore };
}

export function listRevisions(
  database: Database,
  { importId, first, after }: ListRevisionsQuery,
): RevisionPage {
  const rows = database.all(
    `/* listRevisions */ select revision, position, observed_at, state from revisions
     where import_seq = (select seq from imports where id = ?) and position > ?
     order by revision limit ?`,
    [importId, after, first + 1],
  );
  return {
    revisions: rows.slice(0, first).map((row) => ({
      revision: integer(row, 'revision'),
      position: integer(row, 'position'),
      observedAt: integer(row, 'observed_at'),
      state: JSON.parse(text(row, 'state')),
    })),
    hasMore: rows.length > first,
  };
}
