import type { ImportRow } from '../../src/domain/row.ts';
import type { RowSink } from '../../src/providers/provider.ts';

/** A sink that keeps what is written to it. */
export interface CollectingSink extends RowSink {
  readonly rows: readonly ImportRow[];
}

export function createRowSink(): CollectingSink {
  const rows: ImportRow[] = [];
  return {
    rows,
    write: async (more) => {
      for (const row of more) rows.push(row);
    },
  };
}
