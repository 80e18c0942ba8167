import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { EventSource } from 'eventsource';
import { createClient } from 'graphql-sse';
import { atEnd } from '../support/at-end.ts';
import { Line } from '../support/line.ts';
import { readEvents, streamUrl } from '../support/events.ts';
import type { EventRequest } from '../support/events.ts';
import { startLiveServer } from '../support/live-server.ts';
import { at, next, until } from '../support/world.ts';

const ONE = `subscription ($id: ID!) {
  importChanged(id: $id) {
    position skippedRevisions end { reason resumeAfter } import { id revision }
  }
}`;

const MANY = `subscription {
  importsChanged { position skippedRevisions end { reason resumeAfter } import { id revision } }
}`;

interface Heard {
  readonly source: EventSource;
  /** The ids of the events. */
  readonly ids: readonly string[];
  readonly events: readonly unknown[];
  readonly isComplete: () => boolean;
}

/** Listens as a page in a browser does, and hangs up when the stream is complete. */
function listen(t: TestContext, request: EventRequest): Heard {
  const source = new EventSource(streamUrl(request));
  atEnd(t, () => source.close());
  const ids: string[] = [];
  const events: unknown[] = [];
  let isComplete = false;
  source.addEventListener('next', ({ data, lastEventId }) => {
    ids.push(lastEventId);
    const result = JSON.parse(data);
    events.push(at(result, 'data.importChanged') ?? at(result, 'data.importsChanged') ?? result);
  });
  source.addEventListener('complete', () => {
    isComplete = true;
    source.close();
  });
  return { source, ids, events, isComplete: () => isComplete };
}

/** The id, revision and skipped revisions of each import that was told of. */
function told({ events }: Heard): readonly string[] {
  return events
    .filter((event) => at(event, 'import') !== null)
    .map((event) =>
      [at(event, 'import.id'), at(event, 'import.revision'), at(event, 'skippedRevisions')].join(
        ' ',
      ),
    );
}

test('a page that is cut off comes back by itself, and misses and repeats nothing', async (t) => {
  const server = await startLiveServer(t);
  const line = await Line.lay(t);
  line.leadTo(server.url);
  await server.change('a');
  await server.change('b');
  const one = listen(t, { url: `http://${line.host}`, query: ONE, variables: { id: 'catalog:a' } });
  const many = listen(t, { url: `http://${line.host}`, query: MANY });
  await until(() => one.events.length === 1 && many.events.length === 2);
  await server.change('a');
  await until(() => one.events.length === 2 && many.events.length === 3);

  const connections = line.made;
  line.cut();
  await until(() => one.source.readyState === EventSource.CONNECTING);
  await until(() => many.source.readyState === EventSource.CONNECTING);
  await until(() => server.streams() === 0);
  for (const externalId of ['a', 'b', 'a', 'c', 'a']) await server.change(externalId);

  await until(() => one.events.length === 3 && many.events.length === 6);
  assert.equal(line.made, connections + 2);
  await server.change('b');
  await server.finish('a');
  await until(() => one.isComplete() && many.events.length === 8);

  assert.deepEqual(told(one), ['catalog:a 1 0', 'catalog:a 2 0', 'catalog:a 5 2', 'catalog:a 6 0']);
  assert.deepEqual(told(many), [
    'catalog:a 1 0',
    'catalog:b 1 0',
    'catalog:a 2 0',
    'catalog:b 2 0',
    'catalog:c 1 0',
    'catalog:a 5 2',
    'catalog:b 3 0',
    'catalog:a 6 0',
  ]);
  for (const heard of [one, many]) {
    assert.deepEqual(
      heard.ids,
      heard.events.map((event) => at(event, 'position')),
    );
  }
  assert.equal(at(one.events.at(-1), 'end.reason'), 'SETTLED');
  assert.deepEqual(server.log, []);
});

test('a page that comes back after the end is told the end again', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const { position } = await server.finish('a');
  const request = { url: server.url, query: ONE, variables: { id: 'catalog:a' } };
  const first = listen(t, request);
  await until(first.isComplete);
  const id = first.ids.at(-1) ?? '';
  assert.equal(id, `p${position?.toString(36)}.${server.ledger.storeId}`);
  const again = readEvents(t, { ...request, headers: { 'last-event-id': id } });
  const events = await Array.fromAsync(again);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['next', 'complete'],
  );
  assert.equal(at(JSON.parse(events[0]?.data ?? ''), 'data.importChanged.end.reason'), 'SETTLED');
});

test('what a browser has seen last counts for more than what its address says', async (t) => {
  const server = await startLiveServer(t);
  const positions: string[] = [];
  for (const externalId of ['a', 'b', 'c']) {
    const { position } = await server.change(externalId);
    positions.push(`p${position?.toString(36)}.${server.ledger.storeId}`);
  }
  const [first = '', second = ''] = positions;
  const query = `subscription ($after: String) { importsChanged(after: $after) { import { id } } }`;
  const request = { url: server.url, query, variables: { after: first } };
  const idOf = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const { data } = await next(readEvents(t, { ...request, headers }));
    return at(JSON.parse(data), 'data.importsChanged.import.id');
  };
  assert.equal(await idOf({}), 'catalog:b');
  assert.equal(await idOf({ 'last-event-id': '' }), 'catalog:b');
  assert.equal(await idOf({ 'last-event-id': second }), 'catalog:c');
});

test('an event that is no position is refused, and the page is told what to do', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const latest = await server.ledger.getLatestPosition();
  for (const id of [
    '7',
    'nonsense',
    `p1.${'0'.repeat(8)}`,
    `p${latest + 1}.${server.ledger.storeId}`,
  ]) {
    const request = { url: server.url, query: MANY, headers: { 'last-event-id': id } };
    const [refusal, end, ...rest] = await Array.fromAsync(readEvents(t, request));
    const error = at(JSON.parse(refusal?.data ?? ''), 'errors.0');
    assert.equal(at(error, 'extensions.code'), 'INVALID_CURSOR', id);
    assert.match(String(at(error, 'message')), /leave it out/);
    assert.equal(refusal?.id, null);
    assert.equal(end?.event, 'complete');
    assert.deepEqual(rest, []);
  }
  assert.equal(server.streams(), 0);
});

test('a query has one result, and is complete', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const client = createClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
  atEnd(t, () => client.dispose());
  const query = 'query ($id: ID!) { import(id: $id) { revision job { phase } } }';
  const results = await Array.fromAsync(client.iterate({ query, variables: { id: 'catalog:a' } }));
  assert.deepEqual(results, [{ data: { import: { revision: 1, job: { phase: 'RUNNING' } } } }]);
  const wrong = await Array.fromAsync(client.iterate({ query: '{ nothing }' }));
  assert.deepEqual(
    wrong.map((result) => at(result, 'errors.0.extensions.code')),
    ['GRAPHQL_VALIDATION_FAILED'],
  );
});
