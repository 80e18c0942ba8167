import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { CloseCode, MessageType } from 'graphql-ws';
import { HOSTILE_DOCUMENTS, payloadOf } from '../support/hostile-documents.ts';
import type { HostileDocument } from '../support/hostile-documents.ts';
import { openReadySocket } from '../support/sockets.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** What a socket is closed with whose client sends a message that is too long (RFC 6455, 7.4.1). */
const MESSAGE_TOO_BIG = 1009;

interface Watched {
  readonly world: World;
  readonly log: readonly string[];
}

/** Where the schema can be asked for, there is more to be hostile with. */
async function startWatched(t: TestContext): Promise<Watched> {
  const log: string[] = [];
  const onLog = (line: string): void => void (/"level":(?:50|60)/.test(line) && log.push(line));
  const world = await startWorld(t, { onLog, service: { introspection: true } });
  return { world, log };
}

async function assertWell({ world, log }: Watched): Promise<void> {
  assert.equal(at((await world.ask('{ __typename }')).data, '__typename'), 'Query');
  assert.deepEqual(log, []);
}

function post(url: string, document: HostileDocument, accept: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: payloadOf(document),
  });
}

function assertRefused(errors: unknown, { name, code }: HostileDocument): void {
  assert.ok(Array.isArray(errors) && errors.length > 0, name);
  for (const error of errors) {
    assert.equal(at(error, 'extensions.code'), code, `${name}: ${String(at(error, 'message'))}`);
    assert.ok(String(at(error, 'message')).length <= 1_001, name);
  }
}

test('hostile documents are refused over HTTP, each with why', async (t) => {
  const watched = await startWatched(t);
  const url = `${watched.world.app.url}/graphql`;
  for (const document of HOSTILE_DOCUMENTS) {
    const response = await post(url, document, 'application/graphql-response+json');
    const answer = await response.json();
    assert.equal(response.status, 400, document.name);
    assertRefused(at(answer, 'errors'), document);
  }
  await assertWell(watched);
});

test('hostile documents are refused over server-sent events, each with why', async (t) => {
  const watched = await startWatched(t);
  const url = `${watched.world.app.url}/graphql/stream`;
  for (const document of HOSTILE_DOCUMENTS) {
    const events = await (await post(url, document, 'text/event-stream')).text();
    const [, data = ''] = /^event: next\ndata: (.*)$/m.exec(events) ?? [];
    assertRefused(at(JSON.parse(data), 'errors'), document);
  }
  await assertWell(watched);
});

test('hostile documents are refused over WebSocket, each with why', async (t) => {
  const watched = await startWatched(t);
  const longest = 262_144;
  for (const document of HOSTILE_DOCUMENTS) {
    const socket = await openReadySocket(t, watched.world.app.url);
    const message = `{"id":"a","type":"${MessageType.Subscribe}","payload":${payloadOf(document)}}`;
    socket.webSocket.send(message);
    if (Buffer.byteLength(message) > longest) {
      assert.equal(await socket.closed, MESSAGE_TOO_BIG, document.name);
    } else if (document.name.startsWith('variables')) {
      // What nests like this is read by nobody.
      assert.equal(await socket.closed, CloseCode.BadRequest, document.name);
    } else {
      await until(() => socket.payloads('a').length > 0);
      assertRefused(socket.payloads('a')[0], document);
    }
    socket.webSocket.terminate();
  }
  await assertWell(watched);
});

test('a body that is too large is refused before it has come', async (t) => {
  const watched = await startWatched(t);
  const sent = request(`${watched.world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  sent.on('error', () => undefined);
  const answered = once(sent, 'response');
  sent.write(`{"query":"`);
  const megabyte = 'a'.repeat(1_048_576);
  for (let count = 0; count < 9; count += 1) sent.write(megabyte);
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  assert.match(await text(response), /too large/);
  sent.destroy();
  await assertWell(watched);
});
