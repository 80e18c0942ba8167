import assert from 'node:assert/strict';
import test from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedRequest } from '../../src/providers/simulation.ts';
import { serveVendors } from '../support/simulated-vendors.ts';
import { askFrom, below, only, RouterSpan, startTraced } from '../support/traces.ts';
import { until } from '../support/world.ts';

const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 0 };

/** Loads at each of its fields, and says what is known at the others. */
const IMPORT = 'id job { phase } rowErrorGroups { message } history { nodes { revision } }';

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
