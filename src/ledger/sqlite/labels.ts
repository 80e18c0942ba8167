import type { ImportLabels } from '../../domain/import.ts';
import { storedLabels } from '../stored-text.ts';
import type { Database } from './database.ts';

/** Says nothing of it to anybody: `revise` does. */
export function setLabels(database: Database, seq: number, labels: ImportLabels): void {
  database.run('/* setLabels: clear */ delete from import_labels where import_seq = ?', [seq]);
  for (const [key, value] of Object.entries(labels)) {
    database.run(
      '/* setLabels: add */ insert into import_labels (import_seq, key, value) values (?, ?, ?)',
      [seq, key, value],
    );
  }
  database.run('/* setLabels */ update imports set labels = ? where seq = ?', [
    storedLabels(labels),
    seq,
  ]);
}
