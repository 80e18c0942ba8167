import assert from 'node:assert/strict';
import test from 'node:test';
import { MessageType } from 'graphql-ws';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { askAs, bearer, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { readMetrics, sumOf } from '../support/metrics.ts';
import { openSocket } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUICK = { poll: { minInterval: '20ms', maxInterval: '40ms' } };
const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 0 };
const STATE = 'query ($id: ID!) { import(id: $id) { position freshness { state } } }';
const EVENTS = `subscription ($after: String) {
  importsChanged(after: $after) { position skippedRevisions end { reason } } }`;

async function track(
  world: World,
  externalId: string,
  labels: readonly { readonly key: string; readonly value: string }[] = [],
): Promise<void> {
  const query = `mutation ($input: TrackImportInput!) {
    trackImport(input: $input) { userErrors { message } } }`;
  const input = { providerId: 'qobra', externalId, labels };
  assert.deepEqual((await world.ask(query, { input })).errors, []);
}

async function settle(world: World, externalId: string): Promise<void> {
  const id = `qobra:${externalId}`;
  await until(async () => {
    const { data } = await world.ask(STATE, { id });
    return at(data, 'import.freshness.state') === 'SETTLED';
  });
}

test('looks, requests to vendors and what is left of a budget are counted as they were made', async (t) => {
  const world = await startWorld(t, { provider: { ...QUICK, budget: { perMonth: 1_000 } } });
  const vendor = world.vendor('qobra');
  const before = await readMetrics(world.app.url);
  assert.equal(before.get('imports_looks_total{provider="qobra",result="ok"}'), 0);
  for (let loads = 0; loads < 3; loads += 1) {
    const externalId = vendor.start(LOAD);
    await track(world, externalId);
    await settle(world, externalId);
  }
  const { length } = vendor.requests;
  const samples = await readMetrics(world.app.url);
  assert.ok(length >= 3);
  // Qobra is asked once a look.
  assert.equal(samples.get('imports_looks_total{provider="qobra",result="ok"}'), length);
  assert.equal(samples.get('imports_vendor_requests_total{provider="qobra",result="2xx"}'), length);
  assert.equal(samples.get('imports_look_duration_seconds_count{provider="qobra"}'), length);
  assert.equal(
    samples.get('imports_provider_budget_remaining{provider="qobra",window="month"}'),
    1_000 - length,
  );
  assert.equal(
    samples.get('imports_provider_budget_limit{provider="qobra",window="month"}'),
    1_000,
  );
  // Nobody looked anywhere else.
  assert.equal(sumOf(samples, 'imports_looks_total'), length);
});

test('the parts of a list of rows are counted apart from looks', async (t) => {
  const world = await startWorld(t, { provider: QUICK });
  const vendor = world.vendor('collibra');
  const id = `collibra:${vendor.start(LOAD)}`;
  await world.ask(STATE, { id });
  await until(async () => {
    const { data } = await world.ask(STATE, { id });
    return at(data, 'import.freshness.state') === 'SETTLED';
  });
  const samples = await readMetrics(world.app.url);
  assert.equal(samples.get('imports_row_reads_total{provider="collibra",result="ok"}'), 1);
});

test('a vendor that fails shows in its looks, and as down while it is left alone', async (t) => {
  const world = await startWorld(t, { provider: QUICK });
  const vendor = world.vendor('qobra');
  const up = 'imports_provider_up{provider="qobra"}';
  assert.equal((await readMetrics(world.app.url)).get(up), 1);
  vendor.setScenario('unauthorized');
  await world.ask(STATE, { id: `qobra:${vendor.start(LOAD)}` });
  const samples = await readMetrics(world.app.url);
  assert.equal(samples.get('imports_looks_total{provider="qobra",result="unauthorized"}'), 1);
  assert.equal(samples.get('imports_vendor_requests_total{provider="qobra",result="4xx"}'), 1);
  assert.equal(samples.get(up), 0);
  assert.equal(samples.get('imports_provider_up{provider="micro"}'), 1);
});

for (const { name, follow } of TRANSPORTS) {
  test(`subscribers are counted while they are there, and how soon they are told, over ${name}`, async (t) => {
    const world = await startWorld(t, { provider: QUICK });
    const externalId = world.vendor('qobra').start(LOAD);
    await track(world, externalId);
    await settle(world, externalId);
    const started = await readMetrics(world.app.url);
    assert.equal(started.get('imports_subscribers'), 0);

    const [first, second] = [1, 2].map(() => follow(t, { url: world.app.url, query: EVENTS }));
    assert.ok(first && second);
    await next(first);
    await next(second);
    const joined = await readMetrics(world.app.url);
    assert.equal(joined.get('imports_subscribers'), 2);
    // They were told where things stand: that says nothing of how soon.
    assert.equal(joined.get('imports_events_delivered_total'), 2);
    assert.equal(joined.get('imports_change_delivery_seconds_count'), 0);

    for (let change = 1; change <= 5; change += 1) {
      await track(world, externalId, [{ key: 'change', value: String(change) }]);
      await next(first);
      await next(second);
    }
    await until(async () => {
      const samples = await readMetrics(world.app.url);
      return samples.get('imports_events_delivered_total') === 12;
    });
    const told = await readMetrics(world.app.url);
    // Once for both: they had seen the same.
    assert.equal(told.get('imports_change_delivery_seconds_count'), 5);
    assert.ok(Number(told.get('imports_change_delivery_seconds_sum')) > 0);
    assert.equal(told.get('imports_skipped_revisions_total'), 0);

    await first.return?.();
    await second.return?.();
    await until(async () => (await readMetrics(world.app.url)).get('imports_subscribers') === 0);
  });
}

test('what subscribers skipped is counted, and how streams were ended', async (t) => {
  const world = await startWorld(t, { provider: QUICK });
  const externalId = world.vendor('qobra').start(LOAD);
  await track(world, externalId);
  await settle(world, externalId);
  const id = `qobra:${externalId}`;
  const after = at((await world.ask(STATE, { id })).data, 'import.position');
  for (const value of ['a', 'b', 'c', 'd']) await track(world, externalId, [{ key: 'k', value }]);
  const { data } = await next(world.follow(EVENTS, { after }));
  assert.equal(at(data, 'importsChanged.skippedRevisions'), 3);
  for await (const _ of world.follow(
    'subscription ($id: ID!) { importChanged(id: $id) { position } }',
    {
      id,
    },
  ));
  const samples = await readMetrics(world.app.url);
  assert.equal(samples.get('imports_skipped_revisions_total'), 3);
  assert.equal(samples.get('imports_stream_ends_total{reason="SETTLED"}'), 1);
});

test('requests are counted by route and status, whatever is asked for', async (t) => {
  const world = await startWorld(t, { provider: QUICK });
  for (let asked = 0; asked < 4; asked += 1) await world.ask('{ imports { nodes { id } } }');
  await fetch(`${world.app.url}/imports/qobra:nobody/rows.csv`);
  for (const path of ['/a', '/b?c=d', '/imports/x', '/graphql/e']) {
    assert.equal((await fetch(world.app.url + path)).status, 404);
  }
  await until(async () => {
    const samples = await readMetrics(world.app.url);
    return samples.get('imports_requests_total{route="none",status="404"}') === 4;
  });
  const samples = await readMetrics(world.app.url);
  assert.equal(samples.get('imports_requests_total{route="/graphql",status="200"}'), 4);
  assert.equal(samples.get('imports_request_duration_seconds_count{route="/graphql"}'), 4);
  assert.equal(samples.get('imports_requests_total{route="/imports/:id/:file",status="404"}'), 1);
});

test('a stream is counted when it is over, and does not pass for a slow answer', async (t) => {
  const world = await startWorld(t, { provider: QUICK });
  const externalId = world.vendor('qobra').start(LOAD);
  await track(world, externalId);
  await settle(world, externalId);
  const query = `subscription { importChanged(id: "qobra:${externalId}") { position } }`;
  const url = new URL('/graphql/stream', world.app.url);
  url.searchParams.set('query', query);
  const answer = await fetch(url, { headers: { accept: 'text/event-stream' } });
  await answer.text();
  const count = 'imports_requests_total{route="/graphql/stream",status="200"}';
  await until(async () => (await readMetrics(world.app.url)).get(count) === 1);
  const samples = await readMetrics(world.app.url);
  assert.equal(
    samples.get('imports_request_duration_seconds_count{route="/graphql/stream"}'),
    undefined,
  );
});

test('who is not let in is counted, over HTTP and over sockets', async (t) => {
  const metricsToken = 'a token for metrics of 32 letters';
  const world = await startWorld(t, {
    service: { ...WITH_TOKENS, telemetry: { metricsToken }, limits: { requestsPerMinute: 5 } },
  });
  const { url } = world.app;
  const token = await tokenFor({ sub: 'ann', scope: 'imports:read' });
  const query = '{ imports { nodes { id } } }';
  for (let asked = 0; asked < 6; asked += 1) await askAs(url, { token, query });
  await askAs(url, { token: 'wrong', query });
  const socket = await openSocket(t, url, { headers: bearer('wrong') });
  socket.send({ type: MessageType.ConnectionInit });
  await socket.closed;
  const samples = await readMetrics(url, bearer(metricsToken));
  assert.equal(samples.get('imports_denials_total{code="RATE_LIMITED"}'), 1);
  assert.equal(samples.get('imports_denials_total{code="INVALID_TOKEN"}'), 2);
});

test('the process tells how it fares', async (t) => {
  const world = await startWorld(t);
  await readMetrics(world.app.url);
  const samples = await readMetrics(world.app.url);
  for (const name of ['max', 'p50', 'p90', 'p99']) {
    const seconds = samples.get(`nodejs_eventloop_lag_${name}_seconds`);
    assert.ok(seconds !== undefined && seconds >= 0 && seconds < 60, `${name}: ${seconds}`);
  }
  assert.ok(Number(samples.get('process_resident_memory_bytes')) > 1_000_000);
  assert.ok(Number(samples.get('process_cpu_seconds_total')) > 0);
});

test('two services in one process count apart', async (t) => {
  const [one, other] = [await startWorld(t), await startWorld(t)];
  await one.ask('{ imports { nodes { id } } }');
  const count = 'imports_requests_total{route="/graphql",status="200"}';
  await until(async () => (await readMetrics(one.app.url)).get(count) === 1);
  assert.equal((await readMetrics(other.app.url)).get(count), undefined);
});
