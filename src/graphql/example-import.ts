import { importId } from '../domain/import.ts';
import type { ImportRef } from '../domain/import.ts';
import type { GraphServices } from './context.ts';

/** The import that changed last, to show operations on; null while there is none. */
export async function findExampleImport({
  ledger,
}: Pick<GraphServices, 'ledger'>): Promise<(ImportRef & { readonly id: string }) | null> {
  const { items } = await ledger.listImports({ filter: {}, first: 1, after: null });
  const ref = items[0]?.import.ref;
  return ref === undefined ? null : { ...ref, id: importId(ref) };
}
