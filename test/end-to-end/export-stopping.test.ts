import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { askSlowly, LARGE, PATH, serve, SMALL } from '../support/served-rows.ts';
import type { Served } from '../support/served-rows.ts';
import { at, until } from '../support/world.ts';

/** It takes no more connections. */
async function assertRefused({ url }: Served): Promise<void> {
  await until(async () => {
    try {
      await (await fetch(`${url}/health/live`)).arrayBuffer();
      return false;
    } catch {
      return true;
    }
  });
}

test('a server that stops finishes the files that it has begun', async (t) => {
  for (const version of ['1.0', '1.1']) {
    const served = await serve(t, { rows: LARGE });
    const socket = await askSlowly(t, served, version);
    await until(() => served.read.pages > 0);
    const closed = served.close(new AbortController().signal);
    await assertRefused(served);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.resume();
    await Promise.all([closed, once(socket, 'end')]);
    assert.ok(bytes > LARGE.length * 128_000, `${bytes} bytes over HTTP/${version}`);
    assert.equal(served.read.rows, LARGE.length);
    assert.deepEqual(served.log, []);
  }
});

test('a server that can wait no longer cuts a file off, and never so that it looks whole', async (t) => {
  for (const version of ['1.0', '1.1']) {
    const served = await serve(t, { rows: LARGE });
    const socket = await askSlowly(t, served, version);
    await until(() => served.read.pages > 0);
    const failed = once(socket, 'error');
    const cutOff = new AbortController();
    const closed = served.close(cutOff.signal);
    await assertRefused(served);
    cutOff.abort();
    await closed;
    socket.resume();
    const [error] = await failed;
    assert.equal(at(error, 'code'), 'ECONNRESET', version);
    assert.deepEqual(served.log, []);
  }
});

test('a client of today is told that a file was cut off', async (t) => {
  const served = await serve(t, { rows: LARGE });
  const response = await fetch(served.url + PATH);
  assert.equal(response.status, 200);
  await served.close();
  await assert.rejects(response.text());
});

test('a server that is draining still begins files', async (t) => {
  const served = await serve(t, { rows: SMALL });
  served.draining.abort();
  const response = await fetch(served.url + PATH);
  assert.deepEqual([response.status, response.headers.get('connection')], [200, 'close']);
  assert.equal((await response.text()).split('\n').length, SMALL.length + 1);
});
