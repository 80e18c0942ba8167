import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { PlannedLoad } from './replica-loads.ts';
import { ask, at } from './world.ts';

/** One state of an import as a follower was shown it. */
export interface Shown {
  readonly id: string;
  readonly revision: number;
  /** The place of that revision, and that of the message it came in. */
  readonly place: number;
  readonly position: number;
  readonly isSettled: boolean;
  readonly skippedRevisions: number;
}

/** What one follower was shown, whichever replicas showed it. */
export interface Account {
  readonly name: string;
  readonly loads: readonly PlannedLoad[];
  readonly shown: Shown[];
  /** What it was answered that no kill explains. */
  readonly faults: string[];
  cuts: number;
}

export interface Following {
  /** A replica to go on with. */
  readonly pick: () => Promise<string>;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

type Follow = (account: Account, following: Following) => Promise<void>;

const SHOWN = `position skippedRevisions
  import { id revision position job { phase } freshness { state } }`;
const ONE = `subscription ($id: ID!, $after: String) {
  event: importChanged(id: $id, after: $after) { ${SHOWN} end { reason } } }`;
const MANY = `subscription ($filter: ImportFilter!, $after: String) {
  event: importsChanged(filter: $filter, after: $after) { ${SHOWN} end { reason } } }`;
const CHANGES = `query ($filter: ImportFilter, $after: String) {
  importChanges(filter: $filter, after: $after, first: 100) {
    endPosition hasMore nodes { ${SHOWN} } } }`;

/** Readers ask about every second. */
const MOST_PAUSE_MS = 2_000;

/** Ways to follow the imports of a group. */
const WAYS: readonly (readonly [name: string, follow: Follow])[] = [
  ['a subscription to a label', followLabel],
  ['subscriptions to one import each', followEach],
  ['a reader of changes', readLabel],
  ['a subscription to a list', followList],
];

export interface Follower {
  readonly account: Account;
  /** Resolves when it has seen the end of all that it follows, or is told to stop. */
  readonly done: Promise<void>;
}

/** Followers of every kind, each of one group; their groups cover as many as there are followers. */
export function startFollowers(
  groups: readonly (readonly PlannedLoad[])[],
  count: number,
  following: Following,
): readonly Follower[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, follow] = WAYS[index % WAYS.length] ?? ['', followLabel];
    const loads = groups[index % groups.length] ?? [];
    const account = { name: `${name} ${index}`, loads, shown: [], faults: [], cuts: 0 };
    return { account, done: follow(account, following) };
  });
}

/** One who reads all changes of all imports. */
export function startReader(loads: readonly PlannedLoad[], following: Following): Follower {
  const account = { name: 'a reader of all', loads, shown: [], faults: [], cuts: 0 };
  return { account, done: read(account, null, following) };
}

async function followLabel(account: Account, following: Following): Promise<void> {
  const variables = { filter: filterOf(account) };
  await subscribe(account, { query: MANY, variables, hasEnd: false }, following);
}

async function followList(account: Account, following: Following): Promise<void> {
  const filter = { ids: account.loads.map(({ id }) => id) };
  await subscribe(account, { query: MANY, variables: { filter }, hasEnd: true }, following);
}

async function followEach(account: Account, following: Following): Promise<void> {
  for (const load of account.loads) {
    await Promise.race([load.tracked, untilAborted(following.signal)]);
    const variables = { id: load.id };
    await subscribe(account, { query: ONE, variables, hasEnd: true }, following);
  }
}

async function readLabel(account: Account, following: Following): Promise<void> {
  await read(account, filterOf(account), following);
}

function filterOf({ loads }: Account): unknown {
  return { labels: [{ key: 'group', value: loads[0]?.group ?? '' }] };
}

interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether it ends by itself. */
  readonly hasEnd: boolean;
}

/** Until the stream says that nothing more can come, or everything has settled. */
async function subscribe(
  account: Account,
  { query, variables, hasEnd }: Operation,
  { pick, signal }: Following,
): Promise<void> {
  let after: unknown = null;
  while (!signal.aborted) {
    const url = (await pick()).replace('http', 'ws');
    const client = createClient({
      url: `${url}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const stop = (): void => void client.dispose();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const { data } of client.iterate({ query, variables: { ...variables, after } })) {
        after = at(data, 'event.position');
        show(account, at(data, 'event'));
        if (at(data, 'event.end.reason') === 'SETTLED') return;
        if (!hasEnd && haveSettled(account)) return;
      }
      account.faults.push('the stream ended and did not say why');
    } catch (error) {
      if (Array.isArray(error)) account.faults.push(JSON.stringify(error));
      account.cuts += 1;
    } finally {
      signal.removeEventListener('abort', stop);
      await client.dispose();
    }
  }
}

async function read(
  account: Account,
  filter: unknown,
  { pick, random, signal }: Following,
): Promise<void> {
  let after: unknown = null;
  while (!signal.aborted && !haveSettled(account)) {
    const url = await pick();
    const page = await ask(url, CHANGES, { filter, after }).catch(() => null);
    if (page === null) {
      account.cuts += 1;
      continue;
    }
    if (page.errors.length > 0) account.faults.push(JSON.stringify(page.errors));
    const nodes = at(page.data, 'importChanges.nodes');
    for (const node of Array.isArray(nodes) ? nodes : []) show(account, node);
    after = at(page.data, 'importChanges.endPosition') ?? after;
    if (at(page.data, 'importChanges.hasMore') === true) continue;
    await setTimeout(MOST_PAUSE_MS * random(), null, { signal }).catch(() => null);
  }
}

function show({ shown }: Account, message: unknown): void {
  // Nothing was observed of it yet.
  if (typeof at(message, 'import.position') !== 'string') return;
  shown.push({
    id: String(at(message, 'import.id')),
    revision: Number(at(message, 'import.revision')),
    place: placeOf(at(message, 'import.position')),
    position: placeOf(at(message, 'position')),
    isSettled: at(message, 'import.freshness.state') === 'SETTLED',
    skippedRevisions: Number(at(message, 'skippedRevisions')),
  });
}

/** Positions are opaque to callers; tests know that they grow. */
function placeOf(position: unknown): number {
  const [, digits] = /^p([0-9a-z]+)/.exec(String(position)) ?? [];
  return Number.parseInt(digits ?? '', 36);
}

function haveSettled({ loads, shown }: Account): boolean {
  const settled = new Set(shown.filter(({ isSettled }) => isSettled).map(({ id }) => id));
  return loads.every(({ id }) => settled.has(id));
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

/** By import and revision, the place of each revision in the order of all changes. */
export type Places = ReadonlyMap<string, readonly number[]>;

/** It was shown nothing twice and nothing out of order, and the end of all that it follows. */
export function checkAccount({ name, loads, shown, faults, cuts }: Account, places: Places): void {
  const who = `${name}, cut ${cuts} times`;
  assert.deepEqual(faults, [], who);
  const isOfEach = name.startsWith('subscriptions to one');
  if (!isOfEach) checkOrder(shown, who);
  const byImport = Map.groupBy(shown, ({ id }) => id);
  for (const { id } of loads) {
    const own = byImport.get(id) ?? [];
    checkOrder(own, `${who}, of ${id}`);
    for (const [index, { revision, place, skippedRevisions }] of own.entries()) {
      const of = `${who}, of ${id} at revision ${revision}`;
      assert.equal(place, places.get(id)?.[revision - 1], `${of}: its place`);
      const before = own[index - 1];
      if (before === undefined) continue;
      assert.ok(revision > before.revision, `${of}: it came after ${before.revision}`);
      if (isOfEach)
        assert.equal(skippedRevisions, revision - before.revision - 1, `${of}: skipped`);
    }
    assert.equal(
      own.at(-1)?.revision,
      places.get(id)?.length,
      `${who}, of ${id}: the last is lost`,
    );
    assert.ok(own.at(-1)?.isSettled, `${who}, of ${id}: the finish is lost`);
  }
}

function checkOrder(shown: readonly Shown[], who: string): void {
  for (const [index, { position }] of shown.entries()) {
    const before = shown[index - 1]?.position ?? 0;
    assert.ok(position > before, `${who}: position ${position} came after ${before}`);
  }
}
