import { canBeLeft } from '../change-page.ts';
import type { CatchingUp, Change, ChangePage, ListChangesQuery } from '../change-page.ts';
import { integer, integerOrNull, word } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { ImportFilter } from '../ledger.ts';
import { allOf } from '../condition.ts';
import type { Condition } from '../condition.ts';
import { columnsAt, conditionsOf, NOW } from './conditions.ts';
import type { Database, Parameter, Parameters } from './database.ts';
import { IMPORT_COLUMNS, IMPORTS } from './import-row.ts';
import { importOf } from '../stored-import.ts';

/**
 * The last revision that a reader was told of: of those up to where it is, the latest one that it had
 * seen before it began to catch up, or that was the import's latest when it did.
 */
const SEEN = `left join lateral (
  select told.* from revisions as told
  where told.import_seq = imports.seq and told.position <= ?
    and (told.position <= ? or not exists (
      select 1 from revisions as next
      where next.import_seq = told.import_seq and next.revision = told.revision + 1
        and next.position <= ?))
  order by told.revision desc limit 1) as seen on true`;

const SHOWN = `${IMPORT_COLUMNS}, imports.revision - 1 - seen.revision as skipped`;

/**
 * One statement, so that all of it is read at one moment: nothing that comes while it is read is in the
 * page, and nothing is stepped over.
 */
export async function listChanges(
  database: Database,
  { filter, first, after, since }: ListChangesQuery,
): Promise<ChangePage> {
  const from = since ?? { position: after, latest: after };
  const range = { filter, after, from, limit: first + 1 };
  const parts = [matchingPart(range), ...(after > 0 && canBeLeft(filter) ? [leftPart(range)] : [])];
  const rows = await database.all(
    `/* listChanges */ with latest as materialized (select last from positions),
     found as (
       select * from (${parts.map(({ sql }) => `(${sql})`).join(' union all ')}) as part
       order by at limit ?)
     select latest.last as latest, found.* from latest left join found on true order by found.at`,
    [...parts.flatMap(({ parameters }) => parameters), first + 1],
  );
  const latest = integer(rows[0] ?? {}, 'latest');
  const found = rows.filter((row) => row['at'] !== null);
  const changes = found.slice(0, first).map((row) => changeOf(database, row, from));
  const hasMore = found.length > first;
  const last = changes.at(-1)?.position ?? after;
  return { changes, endPosition: hasMore ? last : Math.max(after, latest), hasMore, latest };
}

interface Range {
  readonly filter: ImportFilter;
  readonly after: number;
  readonly from: CatchingUp;
  readonly limit: number;
}

/** Imports that match now, each at its latest change. */
function matchingPart(range: Range): Condition<Parameter> {
  const { filter, after, limit } = range;
  const matched = matchAt('seen', filter);
  const matches = allOf(conditionsOf(filter, NOW));
  return {
    sql: `select imports.position as at,
       case when seen.position is not null and ${matched.sql} then 'MATCHES' else 'ENTERED' end
         as membership, ${SHOWN}
     from latest cross join ${IMPORTS} ${SEEN}
     where imports.position > ? and imports.position <= latest.last and ${matches.sql}
     order by imports.position limit ?`,
    parameters: [...matched.parameters, ...seenBy(range), after, ...matches.parameters, limit],
  };
}

/**
 * Imports that match no longer, each at the change with which it left. That change is where every
 * reader who may hold the import comes past, wherever its pages end: its latest change is not, as it
 * may have been made after the reader had come past the one with which it left.
 */
function leftPart(range: Range): Condition<Parameter> {
  const { filter, after, limit } = range;
  const before = matchAt('before', filter);
  const then = matchAt('turn', filter);
  const later = matchAt('later', filter);
  return {
    sql: `select turn.position as at, 'LEFT' as membership, ${SHOWN}
     from latest cross join revisions as turn
       join imports on imports.seq = turn.import_seq
       join looks on looks.import_seq = imports.seq
       join revisions as before
         on before.import_seq = turn.import_seq and before.revision = turn.revision - 1
       ${SEEN}
     where turn.is_turn and turn.position > ? and turn.position <= latest.last
       and ${before.sql} and not coalesce(${then.sql}, false)
       and not exists (
         select 1 from revisions as later
         where later.import_seq = turn.import_seq and later.revision > turn.revision
           and later.is_turn and ${later.sql})
     order by turn.position limit ?`,
    parameters: [
      ...seenBy(range),
      after,
      ...before.parameters,
      ...then.parameters,
      ...later.parameters,
      limit,
    ],
  };
}

function seenBy({ after, from }: Range): Parameters {
  return [after, from.position, from.latest];
}

function matchAt(revision: string, filter: ImportFilter): Condition<Parameter> {
  const { sql, parameters } = allOf(conditionsOf(filter, columnsAt(revision)));
  return { sql: `(${sql})`, parameters };
}

const MEMBERSHIPS = [
  'ENTERED',
  'MATCHES',
  'LEFT',
] as const satisfies readonly Change['membership'][];

function changeOf(database: Database, row: Row, from: CatchingUp): Change {
  return {
    position: integer(row, 'at'),
    import: importOf(database, row),
    membership: word(row, 'membership', MEMBERSHIPS),
    skippedRevisions: skippedOf(row, from),
  };
}

/** From the beginning nothing was seen before, so nothing was skipped. */
function skippedOf(row: Row, from: CatchingUp): number {
  const skipped = integerOrNull(row, 'skipped');
  if (skipped !== null) return skipped;
  return from.position === 0 ? 0 : integer(row, 'revision') - 1;
}
