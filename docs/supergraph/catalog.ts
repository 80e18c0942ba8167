import { serve } from './subgraph.ts';
import type { Subgraph } from './subgraph.ts';

export interface Dataset {
  readonly id: string;
  readonly name: string;
  /** What names the load: all that this subgraph knows of it. */
  readonly lastImport: { readonly providerId: string; readonly externalId: string } | null;
}

/** The neighbour that owns data sets and refers to loads by what their vendors call them. */
export function startCatalog(datasets: readonly Dataset[], port?: number): Promise<Subgraph> {
  return serve('catalog', { Query: { datasets: () => datasets } }, port);
}
