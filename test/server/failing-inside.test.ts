import assert from 'node:assert/strict';
import test from 'node:test';
import { startLiveServer } from '../support/live-server.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { at, next, until } from '../support/world.ts';

const MANY = 'subscription { importsChanged { position import { revision } } }';
const ONE = 'subscription ($id: ID!) { importChanged(id: $id) { import { revision } } }';

for (const { name, follow } of TRANSPORTS) {
  test(`${name} is told that something failed inside, and not what`, async (t) => {
    const server = await startLiveServer(t);
    await server.change('a');
    const stream = follow(t, { url: server.url, query: MANY });
    await next(stream);
    server.failReads(new Error('the disk is gone'));
    await server.change('a');
    const { data, errors } = await next(stream);
    assert.equal(data, null);
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.extensions?.code, 'INTERNAL_SERVER_ERROR');
    const reference = String(at(errors[0], 'extensions.reference'));
    assert.equal(errors[0]?.message, `something failed inside; the log has it under ${reference}`);
    assert.equal((await stream.next()).done, true);
    assert.equal(server.log.length, 1);
    assert.match(server.log[0] ?? '', /the disk is gone/);
    assert.ok(server.log[0]?.includes(reference));
    assert.equal(server.streams(), 0);

    server.failReads(null);
    const again = follow(t, { url: server.url, query: MANY });
    assert.equal(at((await next(again)).data, 'importsChanged.import.revision'), 2);
  });
}

test('what fails inside one operation leaves the others on its socket alone', async (t) => {
  const server = await startLiveServer(t);
  await server.change('a');
  const socket = await openReadySocket(t, server.url);
  socket.send(subscribeMessage('one', ONE, { id: 'catalog:a' }));
  await until(() => socket.payloads('one').length === 1);
  server.failReads(new Error('the disk is gone'));
  socket.send(subscribeMessage('many', MANY));
  await until(() => socket.payloads('many').length === 1);
  assert.equal(at(socket.payloads('many')[0], '0.extensions.code'), 'INTERNAL_SERVER_ERROR');
  server.failReads(null);
  await server.change('a');
  await until(() => socket.payloads('one').length === 2);
  socket.send(subscribeMessage('many', MANY));
  await until(() => socket.payloads('many').length === 2);
  assert.equal(at(socket.payloads('many')[1], 'data.importsChanged.import.revision'), 2);
});
