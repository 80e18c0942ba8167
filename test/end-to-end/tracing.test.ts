import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedRequest } from '../../src/providers/simulation.ts';
import { startCollector } from '../support/collector.ts';
import type { Collector, SentSpan } from '../support/collector.ts';
import { serveVendors } from '../support/simulated-vendors.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

const QUICK = { poll: { minInterval: '20ms', maxInterval: '40ms' } };
const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 0 };

/** Loads at each of its fields, and says what is known at the others. */
const IMPORT = 'id job { phase } rowErrorGroups { message } history { nodes { revision } }';

interface Traced extends World {
  readonly collector: Collector;
  /** What was traced of the world, once it has stopped. */
  stopped(): Promise<readonly SentSpan[]>;
}

async function startTraced(
  t: TestContext,
  { sample = 1, ...options }: WorldOptions & { readonly sample?: number } = {},
): Promise<Traced> {
  const collector = await startCollector(t);
  const world = await startWorld(t, {
    provider: QUICK,
    ...options,
    service: { telemetry: { traces: { url: collector.url, sample } } },
  });
  return {
    ...world,
    collector,
    stopped: async () => {
      await world.app.stop();
      return collector.spans();
    },
  };
}

/** How a router names its own span. */
class RouterSpan {
  readonly traceId = randomBytes(16).toString('hex');
  readonly spanId = randomBytes(8).toString('hex');

  headers({ isKept }: { readonly isKept: boolean }): Readonly<Record<string, string>> {
    return { traceparent: `00-${this.traceId}-${this.spanId}-${isKept ? '01' : '00'}` };
  }
}

async function askFrom(
  world: World,
  headers: Readonly<Record<string, string>>,
  operation: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const answer = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  const body: unknown = await answer.json();
  assert.equal(at(body, 'errors'), undefined, JSON.stringify(body));
  return at(body, 'data');
}

/** The only span of a name among these. */
function only(spans: readonly SentSpan[], name: string): SentSpan {
  const [span, ...others] = spans.filter((one) => one.name === name);
  assert.ok(span, `there is no ${name} among ${spans.map((one) => one.name).join(', ')}`);
  assert.equal(others.length, 0, `there is more than one ${name}`);
  return span;
}

function below(parent: SentSpan, spans: readonly SentSpan[]): readonly SentSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
}

test('the trace of a router goes on through operation, fields and ledger, however it is executed', async (t) => {
  const world = await startTraced(t);
  const id = `qobra:${world.vendor('qobra').start(LOAD)}`;
  await world.ask(`{ import(id: "${id}") { id } }`);
  // By the book, compiled, and once more with a body that comes in pieces.
  const routers = [new RouterSpan(), new RouterSpan(), new RouterSpan()];
  for (const [index, router] of routers.entries()) {
    await askFrom(world, router.headers({ isKept: true }), {
      query: `query Ask($id: ID!) { import(id: $id) { ${IMPORT} } }`,
      variables: { id, unused: 'x'.repeat(index * 1_000_000) },
      operationName: 'Ask',
    });
  }
  const spans = await world.stopped();
  for (const { traceId, spanId } of routers) {
    const own = spans.filter((span) => span.traceId === traceId);
    const server = only(own, 'POST /graphql');
    assert.equal(server.parentSpanId, spanId);
    assert.equal(server.kind, 2);
    assert.deepEqual(server.attributes, {
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
    const [operation, ...others] = below(server, own);
    assert.deepEqual(others, []);
    assert.equal(operation?.name, 'query');
    assert.deepEqual(operation.attributes, {
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Ask',
    });
    const fields = below(operation, own);
    // What is only said, such as the id, is not shown.
    assert.deepEqual(fields.map(({ name }) => name).toSorted(), [
      'Import.history',
      'Import.rowErrorGroups',
      'Query.import',
    ]);
    const statements = fields.flatMap((field) => below(field, own)).map(({ name }) => name);
    assert.deepEqual(statements.toSorted(), [
      'ledger findImports',
      'ledger listRevisions',
      'ledger listRowErrorGroups',
    ]);
    assert.equal(own.length, 8);
  }
});

test('a look has a trace of its own, with a link to the query that waited for it', async (t) => {
  const heard: SimulatedRequest[] = [];
  const fleet = await serveVendors(t, (answer, request) => {
    heard.push(request);
    return answer;
  });
  const world = await startTraced(t, { fleet });
  const externalId = world.vendor('qobra').start(LOAD);
  const router = new RouterSpan();
  await askFrom(world, router.headers({ isKept: true }), {
    query: `{ import(id: "qobra:${externalId}") { id } }`,
  });
  const spans = await world.stopped();

  const wait = only(spans, 'wait for a look');
  assert.equal(wait.traceId, router.traceId);
  const look = only(spans, 'look');
  assert.equal(look.parentSpanId, null);
  assert.notEqual(look.traceId, router.traceId);
  assert.deepEqual(look.links, [wait.spanId]);
  assert.deepEqual(look.attributes, {
    'import.provider': 'qobra',
    'import.count': 1,
    'import.results': 'ok',
  });
  const steps = below(look, spans).map(({ name }) => name);
  assert.ok(steps.includes('ledger record'));
  const host = new URL(world.vendor('qobra').url).host;
  const request = only(below(look, spans), `GET ${host}`);
  assert.equal(request.kind, 3);
  assert.deepEqual(request.attributes, {
    'http.request.method': 'GET',
    'url.full': `http://${host}/v1/imports/${externalId}`,
    'server.address': '127.0.0.1',
    'http.response.status_code': 200,
  });
  // Nobody outside is told of our traces.
  assert.equal(heard.length, 1);
  assert.deepEqual(
    heard.flatMap(({ headers }) =>
      Object.keys(headers).filter((name) => /trace|baggage/.test(name)),
    ),
    [],
  );
});

test('a look that fails says why, in a word', async (t) => {
  const world = await startTraced(t);
  world.vendor('micro').setScenario('unauthorized');
  await world.ask(`{ import(id: "micro:${world.vendor('micro').start(LOAD)}") { id } }`);
  const spans = await world.stopped();
  const look = only(spans, 'look');
  assert.deepEqual(look.status, { code: 2, message: 'unauthorized' });
  const [request] = below(look, spans).filter(({ name }) => name.startsWith('GET '));
  assert.deepEqual(request?.status, { code: 2, message: '403' });
});

test('what one request has started is no part of its trace for ever', async (t) => {
  const world = await startTraced(t);
  const externalId = world.vendor('qobra').start({ ...LOAD, queuedForMs: 1_000_000 });
  const router = new RouterSpan();
  await askFrom(world, router.headers({ isKept: true }), {
    query: `mutation { trackImport(input: { providerId: "qobra", externalId: "${externalId}" }) { import { id } } }`,
  });
  await until(() => world.vendor('qobra').requests.length > 5);
  const spans = await world.stopped();
  const own = spans.filter(({ traceId }) => traceId === router.traceId);
  assert.deepEqual(own.map(({ name }) => name).toSorted(), [
    'Mutation.trackImport',
    'POST /graphql',
    'ledger track',
    'mutation',
  ]);
  const looks = spans.filter(({ name }) => name === 'look');
  assert.ok(looks.length > 4);
  assert.equal(new Set(looks.map(({ traceId }) => traceId)).size, looks.length);
  // Nothing is traced that belongs to nothing.
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === null);
  assert.deepEqual([...new Set(roots.map(({ name }) => name))], ['look']);
});

test('a hundred entities are one lookup and one statement', async (t) => {
  const world = await startTraced(t);
  const representations = [];
  for (let index = 0; index < 100; index += 1) {
    const input = { providerId: 'micro', externalId: `handed-in-${index}`, response: RESPONSE };
    await askFrom(world, {}, { query: RECORD, variables: { input } });
    representations.push({ __typename: 'Import', id: `micro:handed-in-${index}` });
  }
  const router = new RouterSpan();
  await askFrom(world, router.headers({ isKept: true }), {
    query: `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Import { id } } }`,
    variables: { of: representations },
  });
  const spans = await world.stopped();
  const own = spans.filter(({ traceId }) => traceId === router.traceId);
  assert.deepEqual(only(own, 'Query._entities').attributes, { 'graphql.entities': 100 });
  assert.equal(only(own, 'ledger findImports').parentSpanId, only(own, 'Query._entities').spanId);
  assert.equal(own.length, 4);
});

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { userErrors { message } } }`;
const RESPONSE = {
  job_id: null,
  status: 'complete',
  total: 1,
  processed: 1,
  succeeded: 1,
  failed: 0,
  results: [{ id: 'a' }],
};

for (const { name, follow } of TRANSPORTS) {
  test(`each event is a trace of its own, over ${name}`, async (t) => {
    const world = await startTraced(t);
    const externalId = world.vendor('qobra').start({ ...LOAD, runsForMs: 300 });
    const events = follow(t, {
      url: world.app.url,
      query: `subscription ($id: ID!) { importChanged(id: $id) { import { ${IMPORT} } end { reason } } }`,
      variables: { id: `qobra:${externalId}` },
    });
    let count = 0;
    for await (const { errors } of events) {
      assert.deepEqual(errors, []);
      count += 1;
    }
    const spans = await world.stopped();
    const rendered = spans.filter((span) => span.name === 'subscription event');
    assert.equal(rendered.length, count);
    assert.equal(new Set(rendered.map(({ traceId }) => traceId)).size, count);
    // Whatever was done when the change was made.
    for (const { parentSpanId } of rendered) assert.equal(parentSpanId, null);
    const [first] = rendered;
    assert.ok(first && count > 1);
    assert.deepEqual(
      below(first, spans)
        .map((span) => span.name)
        .toSorted(),
      ['Import.history', 'Import.rowErrorGroups'],
    );
  });
}

test('a query over a socket is traced, and joins the trace that the socket was opened in', async (t) => {
  const world = await startTraced(t);
  const router = new RouterSpan();
  const socket = await openReadySocket(t, world.app.url, {
    headers: router.headers({ isKept: true }),
  });
  socket.send(subscribeMessage('a', '{ imports { nodes { id } } }'));
  await until(() => socket.payloads('a').length > 0);
  const spans = await world.stopped();
  const operation = only(spans, 'query');
  assert.equal(operation.traceId, router.traceId);
  assert.equal(operation.parentSpanId, router.spanId);
  assert.equal(only(spans, 'Query.imports').parentSpanId, operation.spanId);
});

test('a trace is kept if the router keeps it, and one that begins here by the share that is set', async (t) => {
  const none = await startTraced(t, { sample: 0 });
  const [kept, dropped] = [new RouterSpan(), new RouterSpan()];
  const operation = { query: '{ imports { nodes { id } } }' };
  await askFrom(none, kept.headers({ isKept: true }), operation);
  await askFrom(none, dropped.headers({ isKept: false }), operation);
  await askFrom(none, {}, operation);
  const spans = await none.stopped();
  assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [kept.traceId]);
  assert.equal(spans.length, 4);
});
