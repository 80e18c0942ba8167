import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { atEnd } from '../support/at-end.ts';
import { at, startWorld } from '../support/world.ts';

const STREAMS = 12;
const BODY_CHARACTERS = 3_000_000;

const ALIKE =
  'subscription ($filter: ImportFilter) { importsChanged(filter: $filter) { position } }';

function post(url: string, body: unknown, accept: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
}

interface Opening {
  readonly agent: Agent;
  readonly name: string;
}

/** Opens a stream for which nothing is kept here: `fetch` keeps what it has sent. */
async function open(
  url: string,
  accept: string,
  { agent, name }: Opening,
): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/json', accept };
  const sent = request(url, { method: 'POST', headers, agent });
  sent.on('error', () => undefined);
  const variables = { undeclared: 'x'.repeat(BODY_CHARACTERS) };
  // No two are shared.
  const query = `subscription ${name} { importsChanged { position } }`;
  sent.end(JSON.stringify({ query, variables }));
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response);
  assert.equal(response.statusCode, 200);
  response.on('error', () => undefined);
  await once(response, 'data');
  return response;
}

/** Bytes that are in use once nothing waits to be collected. */
function measureHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

const WAYS = [
  ['/graphql/stream', 'text/event-stream'],
  ['/graphql', 'multipart/mixed;subscriptionSpec=1.0'],
] as const;

for (const [path, accept] of WAYS) {
  test(`a stream of ${accept} does not keep what it was asked with`, async (t) => {
    const world = await startWorld(t);
    const agent = new Agent();
    atEnd(t, () => agent.destroy());
    const url = world.app.url + path;
    await open(url, accept, { agent, name: 'First' });
    const streams: IncomingMessage[] = [];
    const before = measureHeap();
    for (let count = 0; count < STREAMS; count += 1) {
      streams.push(await open(url, accept, { agent, name: `Next${count}` }));
    }
    assert.ok(streams.every(({ complete }) => !complete));
    const growth = measureHeap() - before;
    t.diagnostic(`${growth} bytes`);
    assert.ok(growth < (STREAMS * BODY_CHARACTERS) / 2, `${growth} bytes are kept`);
  });

  test(`variables that are too large to be kept are refused for ${accept}`, async (t) => {
    const world = await startWorld(t);
    const ids = Array.from({ length: 900 }, (_, index) => `micro:${index}${'x'.repeat(300)}`);
    const variables = { filter: { ids } };
    const response = await post(world.app.url + path, { query: ALIKE, variables }, accept);
    const text = await response.text();
    assert.match(text, /"code":"VARIABLES_TOO_LARGE"/);
    assert.match(text, /at most 262144 characters/);
  });
}

test('null for a variable that has a default is wrong input, and no fault of ours', async (t) => {
  const log: string[] = [];
  const onLog = (line: string): void => void (/"level":(?:50|60)/.test(line) && log.push(line));
  const world = await startWorld(t, { onLog });
  const asked = [
    ['query ($id: ID = "x") { import(id: $id) { id } }', { id: null }],
    ['query ($id: ID = "x") { imports(filter: { ids: [$id] }) { nodes { id } } }', { id: null }],
    ['query ($s: Boolean = true) { imports @skip(if: $s) { nodes { id } } }', { s: null }],
    ['query ($s: Boolean = true) { importProviders { id @skip(if: $s) } }', { s: null }],
    ['query ($r: [_Any!] = []) { _entities(representations: $r) { __typename } }', { r: null }],
    ['query ($id: ID!) { import(id: $id) { id } }', {}],
  ] as const;
  for (const [query, variables] of asked) {
    for (let round = 0; round < 3; round += 1) {
      const { errors } = await world.ask(query, variables);
      assert.equal(errors[0]?.extensions?.code, 'BAD_USER_INPUT', query);
    }
    const url = `${world.app.url}/graphql/stream`;
    const text = await (await post(url, { query, variables }, 'text/event-stream')).text();
    const [, result = ''] = /^data: (\{.*\})$/m.exec(text) ?? [];
    assert.equal(at(JSON.parse(result), 'errors.0.extensions.code'), 'BAD_USER_INPUT', query);
  }
  assert.deepEqual(log, []);
});
