import { pause, recover } from './following.ts';
import type { ImportEvent, Iterating, Position, ShownImport } from './following.ts';

export const WATCH = `subscription ($filter: ImportFilter, $after: String) {
  importsChanged(filter: $filter, after: $after) {
    position
    skippedRevisions
    membership
    gap { prunedThrough }
    import { id revision job { id phase outcome } counters { processed failed } }
    end { reason }
  }
}`;

export type Held = Map<string, ShownImport>;

export interface Watched {
  readonly filter: Readonly<Record<string, unknown>>;
  /** What was listed before, and up to which position. */
  readonly held?: Held;
  readonly after?: Position;
  readonly signal: AbortSignal;
}

export interface Change {
  readonly membership: 'ENTERED' | 'MATCHES' | 'LEFT' | null;
  readonly import: ShownImport | null;
}

interface WatchData {
  readonly importsChanged: Change & ImportEvent & { readonly gap: object | null };
}

export function keep(held: Held, { membership, import: changed }: Change): void {
  if (changed && membership === 'LEFT') held.delete(changed.id);
  else if (changed) held.set(changed.id, changed);
}

/** Every import that matches: the same map after each change, to be drawn again. */
export async function* watch(
  client: Iterating<WatchData>,
  { filter, held = new Map(), after = null, signal }: Watched,
): AsyncGenerator<Held> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    if (after === null) held.clear();
    yield held;
    const events = client.iterate({ query: WATCH, variables: { filter, after } });
    const leave = (): void => void events.return?.();
    signal.addEventListener('abort', leave);
    try {
      for await (const { data, errors } of events) {
        if (!data) throw errors;
        const event = data.importsChanged;
        after = event.gap ? null : event.position;
        if (event.gap) break;
        if (event.import) failures = 0;
        keep(held, event);
        yield held;
        if (event.end?.reason === 'SETTLED') return;
      }
    } catch (error) {
      after = recover(after, Array.isArray(error) ? error : []);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
    await pause(failures);
  }
}
