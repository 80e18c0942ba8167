import DataLoader from 'dataloader';
import type { Import } from '../domain/import.ts';
import type { HeldRows } from '../ledger/row-ledger.ts';
import type { GraphLedger } from './context.ts';

/** What one operation reads in batches. */
export interface Loaders {
  /** Null for an import that is in no ledger. Both keys of an import come down to its id. */
  readonly importById: DataLoader<string, Import | null>;
  /** Null for an import of which no row was ever captured. */
  readonly heldRowsByImportId: DataLoader<string, HeldRows | null>;
}

/** Loaders remember what they read, so each operation, and each event of a subscription, has its own. */
export function createLoaders(ledger: Pick<GraphLedger, 'findImports' | 'findHeldRows'>): Loaders {
  const options = { maxBatchSize: 1000 };
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
