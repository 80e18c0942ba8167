import type { SQLInputValue } from 'node:sqlite';
import { canBeLeft } from '../change-page.ts';
import type { CatchingUp, Change, ChangePage, ListChangesQuery } from '../change-page.ts';
import type { ImportFilter } from '../ledger.ts';
import { allOf } from '../condition.ts';
import type { Condition } from '../condition.ts';
import { columnsAt, conditionsOf, NOW, NOW_OF_EACH } from './conditions.ts';
import type { FilterColumns } from './conditions.ts';
import { integer, integerOrNull } from '../columns.ts';
import type { Database, Parameters } from './database.ts';
import type { Row } from '../columns.ts';
import { IMPORT_COLUMNS } from './import-row.ts';
import { importOf } from '../stored-import.ts';
import { getLatestPosition } from './positions.ts';

/**
 * The last revision that a reader was told of: of those up to where it is, the latest one that it had
 * seen before it began to catch up, or that was the import's latest when it did.
 */
const SEEN = `left join revisions as seen on seen.position = (
  select told.position from revisions as told
  where told.import_seq = imports.seq and told.position <= ?
    and (told.position <= ? or not exists (
      select 1 from revisions as next
      where next.import_seq = told.import_seq and next.revision = told.revision + 1
        and next.position <= ?))
  order by told.revision desc limit 1)`;

const SKIPPED = 'imports.revision - 1 - seen.revision as skipped';

export function listChanges(
  database: Database,
  { filter, first, after, since }: ListChangesQuery,
): ChangePage {
  // Nothing that comes while this is read is in the page, so nothing can be stepped over.
  const latest = getLatestPosition(database);
  const from = since ?? { position: after, latest: after };
  const range = { filter, after, from, until: latest, limit: first + 1 };
  const matching = listMatching(database, range);
  // Beyond the last of a full page nothing is shown.
  const until = matching[first]?.position ?? latest;
  const mayHaveLeft = after > 0 && canBeLeft(filter);
  const left = mayHaveLeft ? listLeft(database, { ...range, until }) : [];
  const found = [...matching, ...left].toSorted((a, b) => a.position - b.position);
  const changes = found.slice(0, first);
  const hasMore = found.length > first;
  const last = changes.at(-1)?.position ?? after;
  return { changes, endPosition: hasMore ? last : Math.max(after, latest), hasMore, latest };
}

interface Range {
  readonly filter: ImportFilter;
  readonly after: number;
  readonly from: CatchingUp;
  readonly until: number;
  readonly limit: number;
}

/** Imports that match now, each at its latest change. */
function listMatching(database: Database, range: Range): readonly Change[] {
  const { filter, after, from, until, limit } = range;
  const matched = matchAt('seen', filter);
  const matches = allOf(conditionsOf(filter, columnsFor(range)));
  const rows = database.all(
    `/* listChanges: matching */ select ${IMPORT_COLUMNS}, ${SKIPPED},
       seen.position is not null and ${matched.sql} as has_matched
     from imports ${SEEN}
     where imports.position > ? and imports.position <= ? and ${matches.sql}
     order by imports.position limit ?`,
    [...matched.parameters, ...seenBy(range), after, until, ...matches.parameters, limit],
  );
  return rows.map((row) => ({
    position: integer(row, 'position'),
    import: importOf(database, row),
    membership: row['has_matched'] === 1 ? 'MATCHES' : 'ENTERED',
    skippedRevisions: skippedOf(row, from),
  }));
}

/**
 * Imports that match no longer, each at the change with which it left. That change is where every
 * reader who may hold the import comes past, wherever its pages end: its latest change is not, as it
 * may have been made after the reader had come past the one with which it left.
 */
function listLeft(database: Database, range: Range): readonly Change[] {
  const { filter, after, from, until, limit } = range;
  const before = matchAt('before', filter);
  const then = matchAt('turn', filter);
  const later = matchAt('later', filter);
  const rows = database.all(
    `/* listChanges: left */ select ${IMPORT_COLUMNS}, ${SKIPPED}, turn.position as left_at
     from revisions as turn indexed by revisions_turning
       cross join imports on imports.seq = turn.import_seq
       cross join revisions as before
         on before.import_seq = turn.import_seq and before.revision = turn.revision - 1
       ${SEEN}
     where turn.is_turn = 1 and turn.position > ? and turn.position <= ?
       and ${before.sql} and not ifnull(${then.sql}, false)
       and not exists (
         select 1 from revisions as later
         where later.import_seq = turn.import_seq and later.revision > turn.revision
           and later.is_turn = 1 and ${later.sql})
     order by turn.position limit ?`,
    [
      ...seenBy(range),
      after,
      until,
      ...before.parameters,
      ...then.parameters,
      ...later.parameters,
      limit,
    ],
  );
  return rows.map((row) => ({
    position: integer(row, 'left_at'),
    import: importOf(database, row),
    membership: 'LEFT',
    skippedRevisions: skippedOf(row, from),
  }));
}

function seenBy({ after, from }: Range): Parameters {
  return [after, from.position, from.latest];
}

function matchAt(revision: string, filter: ImportFilter): Condition<SQLInputValue> {
  const { sql, parameters } = allOf(conditionsOf(filter, columnsAt(revision)));
  return { sql: `(${sql})`, parameters };
}

/**
 * From the beginning the database chooses an index. From anywhere else there is mostly little beyond,
 * and that is read in its order; unless fewer imports are asked for than may be there.
 */
function columnsFor({ filter: { ids }, after, until }: Range): FilterColumns {
  if (after === 0) return NOW;
  const areFew = ids !== undefined && ids.length < until - after;
  return areFew ? { ...NOW_OF_EACH, id: NOW.id } : NOW_OF_EACH;
}

/** From the beginning nothing was seen before, so nothing was skipped. */
function skippedOf(row: Row, from: CatchingUp): number {
  const skipped = integerOrNull(row, 'skipped');
  if (skipped !== null) return skipped;
  return from.position === 0 ? 0 : integer(row, 'revision') - 1;
}
