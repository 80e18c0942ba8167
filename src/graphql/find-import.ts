import { findImportRef, importId, isImportRef, unknownImport } from '../domain/import.ts';
import type { Import, ImportRef, LookFailure } from '../domain/import.ts';
import type { GraphContext } from './context.ts';
import { invalidImportId, unknownProvider } from './errors.ts';

/** What is known of an import, or why nothing can be. */
export type Found =
  | { readonly kind: 'found'; readonly import: Import }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unknown-provider' };

/** How long an answer waits for the first look at an import. */
export const FIRST_LOOK_WAIT_MS = 3_000;

/**
 * An import that is in the ledger is answered from there, whatever its vendor is up to. Any other
 * is looked at once; while that takes longer than `FIRST_LOOK_WAIT_MS`, it is `PENDING`.
 */
export async function findImport(ref: ImportRef, context: GraphContext): Promise<Found> {
  const known = await context.loaders.importById.load(importId(ref));
  if (known !== null) return { kind: 'found', import: known };
  if (context.watcher.findProvider(ref.providerId) === null) return { kind: 'unknown-provider' };
  const answer = await atMost(FIRST_LOOK_WAIT_MS, context.watcher.ask(ref), context);
  if (answer === null) return { kind: 'found', import: pendingImport(ref) };
  if (answer.kind === 'failed') return { kind: 'found', import: failingImport(ref, answer.error) };
  return answer;
}

/** Resolves with null when the work takes longer. The work goes on. */
export async function atMost<T>(
  waitMs: number,
  work: Promise<T>,
  { clock }: Pick<GraphContext, 'clock'>,
): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const cancel = clock.after(waitMs, () => resolve(null));
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** Throws an `INVALID_IMPORT_ID` when the text is not an import's id. */
export function parseImportId(id: string): ImportRef {
  const ref = findImportRef(id);
  if (ref === null) throw invalidImportId(id);
  return ref;
}

/** Throws an `INVALID_IMPORT_ID` when no import could be named like this. */
export function checkImportRef(ref: ImportRef): ImportRef {
  if (!isImportRef(ref)) throw invalidImportId(importId(ref));
  return ref;
}

/** For the root fields: null when the vendor knows no such import. */
export async function findImportOrNull(
  ref: ImportRef,
  context: GraphContext,
): Promise<Import | null> {
  const found = await findImport(ref, context);
  if (found.kind === 'unknown-provider') throw unknownProvider(ref.providerId);
  return found.kind === 'found' ? found.import : null;
}

/** For references from other subgraphs: always an import, so that a neighbour's response stands. */
export async function resolveReference(ref: ImportRef, context: GraphContext): Promise<Import> {
  if (!isImportRef(ref)) return missingImport(ref);
  const found = await findImport(ref, context);
  return found.kind === 'found' ? found.import : missingImport(ref);
}

function pendingImport(ref: ImportRef): Import {
  return unknownImport(ref, { state: 'PENDING', observedAt: null, nextLookAt: null, error: null });
}

function failingImport(ref: ImportRef, error: LookFailure): Import {
  return unknownImport(ref, { state: 'BACKING_OFF', observedAt: null, nextLookAt: null, error });
}

function missingImport(ref: ImportRef): Import {
  return unknownImport(ref, {
    state: 'NOT_FOUND',
    observedAt: null,
    nextLookAt: null,
    error: null,
  });
}
