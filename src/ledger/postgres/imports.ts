import { importId, UNOBSERVED } from '../../domain/import.ts';
import type { Import, ImportRef } from '../../domain/import.ts';
import { integer } from '../columns.ts';
import type { Row } from '../columns.ts';
import type { ImportPage, ListImportsQuery } from '../ledger.ts';
import { inheritLease } from './asks.ts';
import { allOf } from '../condition.ts';
import { conditionsOf, NOW } from './conditions.ts';
import type { Database, Session } from './database.ts';
import { IMPORT_COLUMNS, IMPORTS } from './import-row.ts';
import { importOf } from '../stored-import.ts';
import type { States } from '../stored-import.ts';
import { takePosition } from './positions.ts';
import { keyText } from './text.ts';

export async function findImports(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Import>> {
  const rows = await database.all(
    `/* findImports */ select ${IMPORT_COLUMNS} from ${IMPORTS} where imports.id = any(?)`,
    [ids.map(keyText)],
  );
  const found = rows.map((row) => importOf(database, row));
  return new Map(found.map((known) => [importId(known.ref), known]));
}

export async function findImport(
  session: Session,
  states: States,
  id: string,
): Promise<Import | null> {
  const row = await session.get(
    `/* findImport */ select ${IMPORT_COLUMNS} from ${IMPORTS} where imports.id = ?`,
    [keyText(id)],
  );
  return row === undefined ? null : importOf(states, row);
}

export async function listImports(
  database: Database,
  { filter, first, after }: ListImportsQuery,
): Promise<ImportPage> {
  const conditions = conditionsOf(filter, NOW);
  if (after !== null) conditions.push({ sql: 'imports.place < ?', parameters: [after] });
  const { sql, parameters } = allOf(conditions);
  const rows = await database.all(
    `/* listImports */ select ${IMPORT_COLUMNS} from ${IMPORTS} where ${sql}
     order by imports.place desc limit ?`,
    [...parameters, first + 1],
  );
  return {
    items: rows
      .slice(0, first)
      .map((row) => ({ place: integer(row, 'place'), import: importOf(database, row) })),
    hasMore: rows.length > first,
  };
}

/** Somebody else made the import known meanwhile: what was begun is begun anew. */
export class KnownMeanwhileError extends Error {
  override readonly name = 'KnownMeanwhileError';
}

/**
 * Makes an import known and due at once, inside a transaction; answers its `seq`. The number of its
 * place is taken first: only who has it makes an import known, so a row that is in the way can be seen.
 * A unique index would wait for whoever changes that row, and who may wait for the number.
 */
export async function insertImport(
  session: Session,
  { ref, now }: { readonly ref: ImportRef; readonly now: number },
): Promise<number> {
  const place = await takePosition(session);
  const id = importId(ref);
  const row = await session.get(
    `/* insertImport */ insert into imports
       (id, provider_id, external_id, revision, place, touched, phase, state, labels, tracked_at)
     select ?, ?, ?, 0, ?, ?, ?, ?, '{}', ? where not exists (select 1 from imports where id = ?)
     returning seq`,
    [
      keyText(id),
      ref.providerId,
      ref.externalId,
      place,
      place,
      UNOBSERVED.job.phase,
      JSON.stringify(UNOBSERVED),
      now,
      keyText(id),
    ],
  );
  if (row === undefined) throw new KnownMeanwhileError(`${id} is known by now`);
  const seq = integer(row, 'seq');
  await session.run(
    `/* insertImport: look */ insert into looks
       (import_seq, provider_id, freshness, next_look_at, attempts)
     values (?, ?, 'PENDING', ?, 0)`,
    [seq, ref.providerId, now],
  );
  await inheritLease(session, { id, seq, now });
  return seq;
}

/** The import's row of looks, which whoever changes the import holds first. */
export async function lockImport(session: Session, id: string): Promise<Row | undefined> {
  return session.get(
    `/* lockImport */ select imports.seq, looks.freshness from ${IMPORTS}
     where imports.id = ? for update of looks`,
    [keyText(id)],
  );
}
