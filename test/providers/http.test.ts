import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { z } from 'zod';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import { findRetryAfterMs, findStatusFailure, parseJson } from '../../src/providers/http.ts';
import type { HttpAnswer } from '../../src/providers/http.ts';
import { failureOf, serve } from './setup.ts';

const NOW = Date.UTC(2026, 0, 15);

function answering(status: number, headers: Record<string, string>, body: string) {
  return (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
}

function messageOf(body: string, type: string): string {
  const answer = answerOf(400, { 'content-type': type }, body);
  return findStatusFailure(answer, NOW)?.message ?? '';
}

function answerOf(status: number, headers: Record<string, string> = {}, text = ''): HttpAnswer {
  return { status, headers: new Headers(headers), text, request: 'GET http://host/path' };
}

test('any status is an answer, read to its end and named without its query', async (t) => {
  const { origin, ask } = await serve(t, answering(418, { 'x-a': 'b' }, 'ä'.repeat(300)));
  const answer = await ask();
  assert.equal(answer.status, 418);
  assert.equal(answer.headers.get('x-a'), 'b');
  assert.equal(answer.text, 'ä'.repeat(300));
  assert.equal(answer.request, `GET ${origin}/jobs/1`);
});

test('sends what it is given', async (t) => {
  const { ask } = await serve(t, (request, response) => {
    const { method, url, headers } = request;
    response.write(`${method} ${url} ${String(headers['x-key'])} `);
    request.pipe(response);
  });
  const { text } = await ask({ method: 'POST', headers: { 'x-key': 'k' }, body: 'ä' });
  assert.equal(text, 'POST /jobs/1?key=secret k ä');
});

const statuses: readonly (readonly [number, ProviderErrorKind | null])[] = [
  [200, null],
  [202, null],
  [204, null],
  [299, null],
  [301, 'unexpected-response'],
  [304, 'unexpected-response'],
  [400, 'unexpected-response'],
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [404, 'not-found'],
  [405, 'unexpected-response'],
  [408, 'timeout'],
  [409, 'unexpected-response'],
  [410, 'not-found'],
  [429, 'rate-limited'],
  [500, 'unavailable'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [599, 'unavailable'],
];
for (const [status, kind] of statuses) {
  test(`status ${status} stands for ${kind ?? 'a success'}`, () => {
    const failure = findStatusFailure(answerOf(status), NOW);
    assert.equal(failure?.kind ?? null, kind);
    if (failure !== null) assert.equal(failure.message, `GET http://host/path answered ${status}`);
  });
}

const pauses: readonly (readonly [Record<string, string>, number | null])[] = [
  [{}, null],
  [{ 'retry-after': '30' }, 30_000],
  [{ 'retry-after': '0' }, null],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': 'Thu, 15 Jan 2026 00:00:20 GMT' }, 20_000],
  [{ 'retry-after': 'Wed, 14 Jan 2026 00:00:00 GMT' }, null],
  // A clock that is an hour ahead, and one that is an hour behind.
  [
    { 'retry-after': 'Thu, 15 Jan 2026 01:00:20 GMT', date: 'Thu, 15 Jan 2026 01:00:00 GMT' },
    20_000,
  ],
  [
    { 'retry-after': 'Wed, 14 Jan 2026 23:00:20 GMT', date: 'Wed, 14 Jan 2026 23:00:00 GMT' },
    20_000,
  ],
  [{ 'retry-after': 'Thu, 15 Jan 2026 00:00:20 GMT', date: 'today' }, 20_000],
  [{ 'retry-after': 'soon' }, null],
  // No vendor means years; a day later it is asked once more.
  [{ 'retry-after': '99999999999999' }, 86_400_000],
  [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 86_400_000],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '0', 'retry-after': '9' }, null],
  [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9_000],
];
for (const [headers, expected] of pauses) {
  test(`${JSON.stringify(headers)} asks for a pause of ${expected} ms`, () => {
    assert.equal(findRetryAfterMs(new Headers(headers), NOW), expected);
    assert.equal(findStatusFailure(answerOf(429, headers), NOW)?.retryAfterMs, expected);
    assert.equal(findStatusFailure(answerOf(503, headers), NOW)?.retryAfterMs, expected);
    assert.equal(findStatusFailure(answerOf(401, headers), NOW)?.retryAfterMs, null);
  });
}

test("a failure quotes the vendor's sentence, and never a whole body", () => {
  assert.match(messageOf('{"message":"No team"}', 'application/json'), /answered 400: “No team”$/);
  assert.match(messageOf('{"userMessage":"No job","message":"x"}', 'x'), /: “No job”$/);
  assert.match(messageOf('no healthy upstream', 'text/plain'), /: “no healthy upstream”$/);
  assert.match(messageOf('<h1>secret</h1>', 'text/html'), /answered 400$/);
  assert.match(messageOf('{"message":7}', 'application/json'), /answered 400$/);
  assert.match(messageOf('[1]', 'application/json'), /answered 400$/);
  assert.ok(messageOf('x'.repeat(100_000), 'text/plain').length < 5_000);
});

test('a redirect is not followed', async (t) => {
  const reached: (string | undefined)[] = [];
  const { ask } = await serve(t, (request, response) => {
    reached.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const failure = findStatusFailure(await ask(), NOW);
  assert.equal(failure?.kind, 'unexpected-response');
  assert.deepEqual(reached, ['/jobs/1?key=secret']);
});

test('an answer that does not come in time is a timeout', async (t) => {
  const { origin, ask } = await serve(t, () => undefined, { timeoutMs: 50 });
  const failure = await failureOf(ask());
  assert.equal(failure.kind, 'timeout');
  assert.equal(failure.message, `GET ${origin}/jobs/1 did not answer within 50 ms`);
});

test('an answer that never ends is a timeout', async (t) => {
  const options = { timeoutMs: 50 };
  const { ask } = await serve(t, (_, answer) => void answer.writeHead(200).write('{'), options);
  assert.equal((await failureOf(ask())).kind, 'timeout');
});

test('an answer of a hundred megabytes is refused at the limit, and the rest is not read', async (t) => {
  let written = 0;
  const hungUp = Promise.withResolvers<void>();
  const { ask } = await serve(t, (_, response) => {
    response.on('close', () => hungUp.resolve());
    const chunk = ' '.repeat(65_536);
    const write = (): void => {
      while (written < 100_000_000 && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
    };
    write();
  });
  const failure = await failureOf(ask());
  await hungUp.promise;
  assert.equal(failure.kind, 'unexpected-response');
  assert.match(failure.message, /more than 1000 bytes; raise maxResponseBytes/);
  assert.ok(written < 50_000_000, `${written} bytes were written`);
});

test('an answer that is cut off is a failure of the network', async (t) => {
  const { ask } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":');
    response.destroy();
  });
  assert.equal((await failureOf(ask())).kind, 'unavailable');
});

test('a connection that is reset is a failure of the network, in the words of the system', async (t) => {
  const { origin, ask } = await serve(t, (request) => void request.socket.resetAndDestroy());
  const failure = await failureOf(ask());
  assert.equal(failure.kind, 'unavailable');
  assert.equal(failure.message, `GET ${origin}/jobs/1 failed: ECONNRESET`);
});

test('a port that nobody listens on is a failure of the network', async (t) => {
  const { ask } = await serve(t, () => undefined);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const address = gone.address();
  assert.ok(typeof address === 'object' && address !== null);
  gone.close();
  await once(gone, 'close');
  const failure = await failureOf(ask({ url: new URL(`http://127.0.0.1:${address.port}/x`) }));
  assert.equal(failure.kind, 'unavailable');
  assert.match(failure.message, /ECONNREFUSED$/);
});

test('a caller who gives up gets its own reason', async (t) => {
  const abort = new AbortController();
  const reason = new Error('the service stops');
  const { ask } = await serve(t, () => abort.abort(reason));
  await assert.rejects(ask({ signal: abort.signal }), (error) => error === reason);
  await assert.rejects(ask({ signal: abort.signal }), (error) => error === reason);
});

for (const value of ['secret\nx', 'secret\u0000', 'secret-ü-\u{1f511}']) {
  test(`a header that cannot be sent is not quoted: ${JSON.stringify(value)}`, async (t) => {
    const { ask } = await serve(t, answering(200, {}, ''));
    const failure = await failureOf(ask({ headers: { authorization: value } }));
    const told = `${failure.message} ${String(failure.cause)} ${failure.stack}`;
    assert.doesNotMatch(told, /secret/);
  });
}

test('a budget that is spent is told before anything is sent', async (t) => {
  let requests = 0;
  const { ask } = await serve(t, () => void (requests += 1), {
    admit: async () => {
      throw new ProviderError('rate-limited', 'the budget is spent');
    },
  });
  assert.equal((await failureOf(ask())).kind, 'rate-limited');
  assert.equal(requests, 0);
});

test('an answer that is not what was expected is named by its path, and not quoted', () => {
  const Shape = z.object({ job: z.object({ rows: z.array(z.object({ id: z.int() })) }) });
  const faults = [
    ['<html>secret</html>', /answered 200 with 19 characters that are not JSON$/],
    ['', /0 characters that are not JSON$/],
    ['{"job":{"rows":[{"id":"secret"}]}}', /job\.rows\.0\.id: .*expected number/],
    ['"secret"', /\(whole answer\): .*expected object/],
  ] as const;
  for (const [body, expected] of faults) {
    assert.throws(
      () => parseJson(answerOf(200, {}, body), Shape),
      (error) => {
        assert.ok(error instanceof ProviderError);
        assert.equal(error.kind, 'unexpected-response');
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  }
  const answer = answerOf(200, {}, '{"job":{"rows":[{"id":7,"more":1}]}}');
  assert.deepEqual(parseJson(answer, Shape), { job: { rows: [{ id: 7 }] } });
});

test('an address that cannot be asked is not quoted', async (t) => {
  const { ask } = await serve(t, answering(200, {}, ''));
  const failure = await failureOf(ask({ url: new URL('https://user:secret@host.example/') }));
  const told = `${failure.message} ${String(failure.cause)} ${failure.stack}`;
  assert.match(failure.message, /^GET https:\/\/host\.example\/ could not be made/);
  assert.doesNotMatch(told, /secret/);
});
