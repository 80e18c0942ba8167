import { storedLabels } from '../stored-text.ts';
import type { ImportLabels } from '../../domain/import.ts';
import type { Session } from './database.ts';

/** Says nothing of it to anybody: `revise` does. */
export async function setLabels(
  session: Session,
  seq: number,
  labels: ImportLabels,
): Promise<void> {
  await session.run('/* setLabels: clear */ delete from import_labels where import_seq = ?', [seq]);
  await session.run(
    `/* setLabels: add */ insert into import_labels (import_seq, key, value)
     select ?, key, value from unnest(?::text[], ?::text[]) as label (key, value)`,
    [seq, Object.keys(labels), Object.values(labels)],
  );
  await session.run('/* setLabels */ update imports set labels = ? where seq = ?', [
    storedLabels(labels),
    seq,
  ]);
}
