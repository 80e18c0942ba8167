import assert from 'node:assert/strict';
import test from 'node:test';
import { Trace } from '@apollo/usage-reporting-protobuf';
import { startCollector } from '../support/collector.ts';
import { bearer, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { at, startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** What a router says that wants a trace. */
const WANTED = { 'apollo-federation-include-trace': 'ftv1' };

const SECRET = 'Xanthippe';

async function ask(
  world: World,
  query: string,
  { variables = {}, headers = WANTED }: Asking = {},
): Promise<unknown> {
  const answer = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

interface Asking {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

function traceOf(body: unknown): Trace {
  const ftv1 = at(body, 'extensions.ftv1');
  assert.equal(typeof ftv1, 'string', JSON.stringify(body));
  return Trace.decode(Buffer.from(String(ftv1), 'base64'));
}

/** The nodes of a trace by their paths, such as `imports.nodes.0.id`. */
function nodesOf(trace: Trace): ReadonlyMap<string, Trace.INode> {
  const found = new Map<string, Trace.INode>();
  const walk = (node: Trace.INode, path: readonly (string | number)[]): void => {
    if (path.length > 0) found.set(path.join('.'), node);
    for (const child of node.child ?? []) {
      const name = child.responseName ?? '';
      walk(child, [...path, name === '' ? (child.index ?? 0) : name]);
    }
  };
  assert.ok(trace.root);
  walk(trace.root, []);
  return found;
}

test('a router that asks is told how long each field took, and is answered the same otherwise', async (t) => {
  const world = await startWorld(t);
  const query = '{ importProviders { id health { state } } imports { nodes { id } } }';
  const plain = await ask(world, query, { headers: {} });
  assert.equal(at(plain, 'extensions'), undefined);
  // More than once: what is compiled for others does not get in the way.
  for (let times = 0; times < 3; times += 1) {
    const traced = await ask(world, query);
    assert.deepEqual(at(traced, 'data'), at(plain, 'data'));
    const trace = traceOf(traced);
    const nodes = nodesOf(trace);
    assert.equal(nodes.get('importProviders')?.type, '[ImportProvider!]!');
    assert.equal(nodes.get('importProviders.0.id')?.parentType, 'ImportProvider');
    assert.equal(nodes.get('importProviders.3.health.state')?.type, 'ImportProviderHealthState!');
    assert.ok(nodes.has('imports.nodes'));
    for (const [path, node] of nodes) {
      if (/\.\d+$/.test(path)) continue;
      assert.ok(Number(node.endTime) >= Number(node.startTime), path);
      assert.ok(Number(node.endTime) <= trace.durationNs, path);
    }
    assert.ok(trace.durationNs > 0);
    assert.ok(trace.startTime && trace.endTime);
  }
  assert.deepEqual(await ask(world, query, { headers: {} }), plain);
});

test('a trace tells where errors were, and nothing of them', async (t) => {
  const world = await startWorld(t);
  const query = 'query ($id: ID!) { import(id: $id) { id } }';
  const body = await ask(world, query, { variables: { id: SECRET } });
  assert.match(String(at(body, 'errors.0.message')), new RegExp(SECRET));
  const trace = traceOf(body);
  const errors = nodesOf(trace).get('import')?.error ?? [];
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.message, '<masked>');
  assert.doesNotMatch(JSON.stringify(trace.toJSON()), new RegExp(SECRET));
});

test('entities are traced below the field that looks them up', async (t) => {
  const world = await startWorld(t);
  const body = await ask(
    world,
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on ImportProvider { id kind } } }',
    { variables: { of: [{ __typename: 'ImportProvider', id: 'qobra' }] } },
  );
  assert.equal(at(body, 'data._entities.0.kind'), 'qobra');
  const nodes = nodesOf(traceOf(body));
  assert.equal(nodes.get('_entities.0.kind')?.parentType, 'ImportProvider');
});

test('a router that asks gets past no check', async (t) => {
  const world = await startWorld(t, { service: WITH_TOKENS });
  const query = '{ imports { nodes { id } } }';
  const nobody = await ask(world, query);
  assert.equal(at(nobody, 'errors.0.extensions.code'), 'UNAUTHENTICATED');
  const wrong = await ask(world, query, { headers: { ...WANTED, ...bearer('wrong') } });
  assert.equal(at(wrong, 'errors.0.extensions.code'), 'INVALID_TOKEN');
  assert.equal(at(wrong, 'extensions'), undefined);
  const token = await tokenFor({ scope: 'imports:read' });
  const invalid = await ask(world, '{ nothing }', { headers: { ...WANTED, ...bearer(token) } });
  assert.equal(at(invalid, 'errors.0.extensions.code'), 'GRAPHQL_VALIDATION_FAILED');
  const asked = await ask(world, query, { headers: { ...WANTED, ...bearer(token) } });
  assert.deepEqual(at(asked, 'data'), { imports: { nodes: [] } });
  traceOf(asked);
  // A page could have a browser send this.
  const url = new URL('/graphql', world.app.url);
  url.searchParams.set('query', query);
  const page = await fetch(url, {
    headers: { ...WANTED, ...bearer(token), accept: '*/*', origin: 'https://x.com' },
  });
  assert.equal(page.status, 400);
});

test('no trace is told where they are turned off, nor in another format', async (t) => {
  const off = await startWorld(t, { service: { telemetry: { ftv1: false } } });
  assert.equal(at(await ask(off, '{ __typename }'), 'extensions'), undefined);
  const on = await startWorld(t);
  const headers = { 'apollo-federation-include-trace': 'ftv2' };
  assert.equal(at(await ask(on, '{ __typename }', { headers }), 'extensions'), undefined);
});

test('both kinds of traces are kept at once', async (t) => {
  const collector = await startCollector(t);
  const telemetry = { traces: { url: collector.url } };
  const world = await startWorld(t, { service: { telemetry } });
  traceOf(await ask(world, '{ imports { nodes { id } } }'));
  await world.app.stop();
  const names = collector.spans().map(({ name }) => name);
  assert.deepEqual(names.toSorted(), ['POST /graphql', 'Query.imports', 'ledger listImports']);
});
