import { findImportRef, refOfNoImport } from '../domain/import.ts';
import type { ImportRef } from '../domain/import.ts';

/**
 * The import that another subgraph refers to, by either key. A router sends what that subgraph
 * stored, which may be anything: what names no import becomes a reference to none.
 */
export function refOf(reference: object): ImportRef {
  const id = textOf(reference, 'id');
  if (id !== '') return findImportRef(id) ?? refOfNoImport(id);
  return {
    providerId: textOf(reference, 'providerId'),
    externalId: textOf(reference, 'externalId'),
  };
}

function textOf(reference: object, key: string): string {
  const value: unknown = Reflect.get(reference, key);
  return typeof value === 'string' ? value : '';
}
