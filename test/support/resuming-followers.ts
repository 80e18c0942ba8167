import { setTimeout } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask, at } from './world.ts';

/** One state of an import as a client was shown it. */
export interface Shown {
  readonly id: string;
  readonly revision: number;
  readonly phase: string;
  readonly skippedRevisions: number;
}

export interface Following {
  readonly show: (shown: Shown) => void;
  readonly onCut: () => void;
  readonly random: () => number;
}

/** A way to follow imports to their end that resumes with the last position it has seen. */
export interface Follower {
  readonly name: string;
  /** Follows one import, not a list. */
  readonly isOfOne: boolean;
  follow(url: string, ids: readonly string[], following: Following): Promise<void>;
}

/** What one client was shown. */
export interface Account {
  readonly follower: Follower;
  readonly ids: readonly string[];
  readonly shown: Shown[];
  cuts: number;
}

const EVENT = `position skippedRevisions end { reason }
  import { id revision job { phase } }`;
const ONE = `subscription ($id: ID!, $after: String) {
  event: importChanged(id: $id, after: $after) { ${EVENT} }
}`;
const MANY = `subscription ($ids: [ID!]!, $after: String) {
  event: importsChanged(filter: { ids: $ids }, after: $after) { ${EVENT} }
}`;
const CHANGES = `query ($ids: [ID!]!, $after: String) {
  importChanges(filter: { ids: $ids }, after: $after, first: 3) {
    endPosition hasMore
    nodes { skippedRevisions import { id revision job { phase } } }
  }
}`;

/** How long a client waits before it comes back. */
const PAUSE_MS = 20;

export const FOLLOWERS: readonly Follower[] = [
  { name: 'WebSocket, one import', isOfOne: true, follow: followBySocket },
  { name: 'WebSocket, a list', isOfOne: false, follow: followBySocket },
  { name: 'server-sent events, one import', isOfOne: true, follow: followByEvents },
  { name: 'server-sent events, a list', isOfOne: false, follow: followByEvents },
  { name: 'importChanges', isOfOne: false, follow: followByPolling },
];

function operationOf(ids: readonly string[]): {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
} {
  const [id] = ids;
  return ids.length === 1 ? { query: ONE, variables: { id } } : { query: MANY, variables: { ids } };
}

async function followBySocket(
  url: string,
  ids: readonly string[],
  { show, onCut }: Following,
): Promise<void> {
  const { query, variables } = operationOf(ids);
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  let after: unknown = null;
  for (;;) {
    try {
      for await (const { data } of client.iterate({ query, variables: { ...variables, after } })) {
        after = at(data, 'event.position');
        if (showEvent(data, show)) return;
      }
    } catch {
      onCut();
    }
    await setTimeout(PAUSE_MS);
  }
}

/** A browser's own way: it comes back by itself, with the id of the last event that it has seen. */
async function followByEvents(
  url: string,
  ids: readonly string[],
  { show, onCut }: Following,
): Promise<void> {
  const { query, variables } = operationOf(ids);
  const address = new URL('/graphql/stream', url);
  address.search = new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString();
  const source = new EventSource(address);
  const over = Promise.withResolvers<void>();
  source.addEventListener('error', onCut);
  source.addEventListener('next', ({ data }) => {
    if (showEvent(at(JSON.parse(data), 'data'), show)) over.resolve();
  });
  await over.promise;
  source.close();
}

async function followByPolling(
  url: string,
  ids: readonly string[],
  { show, onCut, random }: Following,
): Promise<void> {
  const finished = new Set<string>();
  let after: unknown = null;
  while (finished.size < ids.length) {
    const page = await ask(url, CHANGES, { ids, after }).catch(() => null);
    if (page === null) onCut();
    else {
      for (const node of listOf(at(page.data, 'importChanges.nodes'))) {
        const shown = shownOf(node);
        show(shown);
        if (shown.phase === 'FINISHED') finished.add(shown.id);
      }
      after = at(page.data, 'importChanges.endPosition');
      if (at(page.data, 'importChanges.hasMore') === true) continue;
    }
    await setTimeout(PAUSE_MS * random());
  }
}

/** Shows what an event has; true when it says that nothing more can come. */
function showEvent(data: unknown, show: (shown: Shown) => void): boolean {
  const event = at(data, 'event');
  if (at(event, 'import.id') !== undefined) show(shownOf(event));
  return at(event, 'end.reason') === 'SETTLED';
}

function shownOf(node: unknown): Shown {
  return {
    id: String(at(node, 'import.id')),
    revision: Number(at(node, 'import.revision')),
    phase: String(at(node, 'import.job.phase')),
    skippedRevisions: Number(at(node, 'skippedRevisions')),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
