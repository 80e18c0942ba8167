import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ProviderError } from '../../src/domain/provider-error.ts';
import { failureOf, serve } from './setup.ts';

/** Room for a few pieces as they come from a socket. */
const ROOM = { maxResponseBytes: 200_000 };

/** Takes pieces at once, and keeps their text. */
function createTaker(isPartRead = true) {
  const taker = {
    text: '',
    pieces: 0,
    onChunk: async (chunk: Uint8Array) => {
      taker.text += Buffer.from(chunk).toString();
      taker.pieces += 1;
      return isPartRead;
    },
  };
  return taker;
}

/** Writes as fast as the client takes it, until so many bytes are written or nobody listens. */
function flood(response: ServerResponse, total: number) {
  const progress = { written: 0 };
  const piece = ' '.repeat(65_536);
  const write = (): void => {
    while (progress.written < total && !response.destroyed) {
      progress.written += piece.length;
      if (!response.write(piece)) return void response.once('drain', write);
    }
    response.end();
  };
  write();
  return progress;
}

test('the body of a success comes in pieces, and not as a text', async (t) => {
  const { ask } = await serve(t, (_, response) => void response.end('ä'.repeat(400)));
  const taker = createTaker();
  const answer = await ask({ onChunk: taker.onChunk });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, '');
  assert.equal(taker.text, 'ä'.repeat(400));
});

for (const [status, body] of [
  [204, ''],
  [200, ''],
] as const) {
  test(`a ${status} without a body has no piece`, async (t) => {
    const { ask } = await serve(t, (_, response) => void response.writeHead(status).end(body));
    const taker = createTaker();
    const answer = await ask({ onChunk: taker.onChunk });
    assert.deepEqual([answer.status, answer.text, taker.pieces], [status, '', 0]);
  });
}

for (const status of [302, 404, 429, 500]) {
  test(`the body of a ${status} is a text, of which no piece is given away`, async (t) => {
    const { ask } = await serve(t, (_, response) => void response.writeHead(status).end('no'));
    const taker = createTaker();
    const answer = await ask({ onChunk: taker.onChunk });
    assert.deepEqual([answer.status, answer.text, taker.pieces], [status, 'no', 0]);
  });
}

test('the next piece is not taken while somebody is busy with one', async (t) => {
  const { ask } = await serve(t, (_, response) => void flood(response, 2_000_000), ROOM);
  let pieces = 0;
  let busy = 0;
  await ask({
    onChunk: async () => {
      pieces += 1;
      busy += 1;
      await setImmediate();
      assert.equal(busy, 1);
      busy -= 1;
      return true;
    },
  });
  assert.ok(pieces > 1, `${pieces} pieces`);
});

test('a vendor is held up while somebody is busy with a piece', async (t) => {
  const total = 64_000_000;
  let progress = { written: 0 };
  const answer = (_: IncomingMessage, response: ServerResponse): void => {
    progress = flood(response, total);
  };
  const { ask } = await serve(t, answer, ROOM);
  const first = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  let bytes = 0;
  const asking = ask({
    onChunk: async (chunk) => {
      bytes += chunk.byteLength;
      first.resolve();
      await free.promise;
      return true;
    },
  });
  await first.promise;
  const one = bytes;
  for (let turn = 0; turn < 500; turn += 1) await setImmediate();
  assert.equal(bytes, one);
  assert.ok(progress.written < total / 2, `${progress.written} bytes were written`);
  free.resolve();
  await asking;
  assert.ok(bytes >= total);
});

test('a body of which something is read again and again may be of any size', async (t) => {
  const { ask } = await serve(t, (_, response) => void flood(response, 3_000_000), ROOM);
  const taker = createTaker();
  await ask({ onChunk: taker.onChunk });
  assert.ok(taker.text.length >= 3_000_000);
});

test('a body of white space without end is refused at the limit, and the rest is not read', async (t) => {
  const hungUp = Promise.withResolvers<void>();
  const { ask } = await serve(
    t,
    (_, response) => {
      response.on('close', () => hungUp.resolve());
      flood(response, Number.POSITIVE_INFINITY);
    },
    ROOM,
  );
  const taker = createTaker(false);
  const failure = await failureOf(ask({ onChunk: taker.onChunk }));
  await hungUp.promise;
  assert.equal(failure.kind, 'unexpected-response');
  assert.match(failure.message, /more than 200000 bytes; raise maxResponseBytes/);
  assert.ok(taker.text.length <= 200_000);
});

test('a body that breaks off is a failure of the network', async (t) => {
  const { ask } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const failure = await failureOf(ask({ onChunk: createTaker().onChunk }));
  assert.equal(failure.kind, 'unavailable');
});

for (const error of [new Error('the disk is full'), new ProviderError('not-found', 'x'), 'text']) {
  test(`what the taker of a piece throws comes out as it is, and ends the answer: ${String(error)}`, async (t) => {
    const hungUp = Promise.withResolvers<void>();
    const { ask } = await serve(t, (_, response) => {
      response.on('close', () => hungUp.resolve());
      response.write('{');
    });
    const asking = ask({
      onChunk: async () => {
        throw error;
      },
    });
    await assert.rejects(asking, (reason) => reason === error);
    await hungUp.promise;
  });
}

test('a caller who gives up while a piece is taken gets its own reason', async (t) => {
  const abort = new AbortController();
  const reason = new Error('the service stops');
  const { ask } = await serve(t, (_, response) => void response.write('{'));
  const asking = ask({
    signal: abort.signal,
    onChunk: async () => {
      abort.abort(reason);
      return true;
    },
  });
  await assert.rejects(asking, (error) => error === reason);
});
