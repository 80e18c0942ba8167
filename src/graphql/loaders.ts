import DataLoader from 'dataloader';
import type { Import } from '../domain/import.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { HeldRows } from '../ledger/row-ledger.ts';

/** What one operation reads in batches. */
export interface Loaders {
  /** Null for an import that is in no ledger. Both keys of an import come down to its id. */
  readonly importById: DataLoader<string, Import | null>;
  /** Null for an import of which no row was ever captured. */
  readonly heldRowsByImportId: DataLoader<string, HeldRows | null>;
}

export interface LoaderOptions {
  readonly ledger: Ledger;
  /**
   * Whether a value is kept for the rest of the operation. A subscription lives long: it batches
   * and remembers nothing, else its first value would be repeated for ever.
   */
  readonly memory: 'operation' | 'none';
}

export function createLoaders({ ledger, memory }: LoaderOptions): Loaders {
  const options = { cache: memory === 'operation', maxBatchSize: 1000 };
  return {
    importById: new DataLoader(async (ids) => {
      const found = await ledger.findImports(ids);
      return ids.map((id) => found.get(id) ?? null);
    }, options),
    heldRowsByImportId: new DataLoader(async (ids) => {
      const found = await ledger.findHeldRows(ids);
      return ids.map((id) => found.get(id) ?? null);
    }, options),
  };
}
