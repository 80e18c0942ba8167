import { importId } from '../domain/import.ts';
import type { FreshnessState, Import, ImportRef } from '../domain/import.ts';
import type { ImportFilter, Ledger } from '../ledger/ledger.ts';
import { leavable } from './bell.ts';
import type { Bell } from './bell.ts';
import type { GraphServices } from './context.ts';
import type { EventModel, StreamEndReason } from './models.ts';

/** After these, nothing more can come. */
const ENDED: ReadonlySet<FreshnessState> = new Set(['SETTLED', 'GONE', 'NOT_FOUND', 'UNTRACKED']);

/** An import that is in no ledger is asked for again after this, while somebody subscribes. */
const ASK_AGAIN_MS = 10_000;

const PAGE = 100;

export interface ImportStream {
  readonly ref: ImportRef;
  /** What was found when the stream was asked for. */
  readonly first: Import;
  /** The last position the subscriber has seen; null for where things stand. */
  readonly after: number | null;
}

/** One import: where it stands, then each change, then the end. */
export function streamImport(
  { ref, first, after }: ImportStream,
  services: GraphServices,
): AsyncIterableIterator<EventModel> {
  const { ledger, watcher } = services;
  const id = importId(ref);
  return leavable(services, async function* (bell) {
    const detach = ledger.subscribe((hint) => {
      if (hint.importId === id) bell.ring();
    });
    const leave = watcher.watch([id]);
    try {
      let seen = after ?? 0;
      let revision = await countSeen(ledger, id, after);
      let isFirst = after === null;
      for (;;) {
        const latest = await ledger.getLatestPosition();
        const known = (await ledger.findImports([id])).get(id);
        const current = known ?? first;
        if (isFirst || (current.position ?? 0) > seen) {
          seen = Math.max(seen, current.position ?? latest);
          const skippedRevisions = isFirst ? 0 : current.revision - revision - 1;
          yield { import: current, position: seen, skippedRevisions, end: null };
          ({ revision } = current);
          isFirst = false;
        }
        const isWatched = watcher.findProvider(ref.providerId) !== null;
        if (!isWatched || ENDED.has(current.freshness.state)) return yield ending('SETTLED', seen);
        if (bell.isDraining) return yield ending('DRAINING', seen);
        if (known === undefined && (await isMissing(ref, services, bell))) {
          return yield ending('SETTLED', seen);
        }
        if (!(await bell.wait())) return;
      }
    } finally {
      leave();
      detach();
    }
  });
}

/** Every import that matches: each that changed since, the oldest change first, then each change. */
export function streamImports(
  filter: ImportFilter,
  after: number | null,
  services: GraphServices,
): AsyncIterableIterator<EventModel> {
  const { ledger, watcher } = services;
  return leavable(services, async function* (bell) {
    const detach = ledger.subscribe(() => bell.ring());
    const leave = watcher.watch(filter.ids ?? []);
    try {
      let seen = after ?? 0;
      for (;;) {
        const page = await ledger.listChanges({ filter, first: PAGE, after: seen });
        for (const change of page.changes) {
          seen = change.position;
          const { skippedRevisions } = change;
          yield { import: change.import, position: seen, skippedRevisions, end: null };
        }
        seen = page.endPosition;
        if (bell.isDraining) return yield ending('DRAINING', seen);
        if (page.hasMore) continue;
        if (await hasAllEnded(ledger, filter)) return yield ending('SETTLED', seen);
        if (!(await bell.wait())) return;
      }
    } finally {
      leave();
      detach();
    }
  });
}

/** The revision that a subscriber has seen who has seen everything up to a position. */
async function countSeen(ledger: Ledger, id: string, after: number | null): Promise<number> {
  if (after === null) return 0;
  const { changes } = await ledger.listChanges({ filter: { ids: [id] }, first: 1, after });
  const [change] = changes;
  if (change === undefined) return (await ledger.findImports([id])).get(id)?.revision ?? 0;
  return change.import.revision - change.skippedRevisions - 1;
}

/** Only named imports can all have ended; to any other filter something may yet be added. */
async function hasAllEnded(ledger: Ledger, { ids }: ImportFilter): Promise<boolean> {
  if (ids === undefined) return false;
  const known = await ledger.findImports(ids);
  return ids.every((id) => ENDED.has(known.get(id)?.freshness.state ?? 'PENDING'));
}

/** Waits for the first look at an import that is in no ledger; true when there is no such import. */
async function isMissing(ref: ImportRef, services: GraphServices, bell: Bell): Promise<boolean> {
  const answer = await bell.unlessRung(services.watcher.ask(ref));
  if (answer?.kind === 'failed') bell.ringIn(ASK_AGAIN_MS);
  return answer?.kind === 'not-found';
}

function ending(reason: StreamEndReason, position: number): EventModel {
  return { import: null, position, skippedRevisions: 0, end: reason };
}
