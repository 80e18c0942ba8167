import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { ImportRow } from '../../src/domain/row.ts';
import { atEnd } from '../support/at-end.ts';
import { rowError } from '../support/builders.ts';
import { bearer, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { TestClock } from '../support/clock.ts';
import { keepRows, startWorldWith } from '../support/kept-rows.ts';
import { until } from '../support/world.ts';

/** Seventy megabytes: several times what the sockets of both sides hold together. */
const LARGE: readonly ImportRow[] = Array.from({ length: 560 }, (_, index) =>
  rowError({ number: index, message: 'x'.repeat(128_000) }),
);

const PATH = '/imports/micro%3Aload/rows.ndjson';

/** Asks for a file, and takes nothing of it yet. */
async function open(
  t: TestContext,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  const asked = request(url + PATH, { headers, agent: false });
  atEnd(t, () => void asked.destroy());
  // What breaks shows at the response, too.
  asked.on('error', () => undefined);
  asked.end();
  const [response] = await once(asked, 'response');
  return response;
}

test('a file is cut off when the token of whoever takes it ends', async (t) => {
  const clock = new TestClock();
  const log: string[] = [];
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows: LARGE }), {
    clock,
    service: WITH_TOKENS,
    onLog: (line) => void log.push(line),
  });
  const exp = (clock.now() + 60_000) / 1000;
  const token = await tokenFor({ exp, scope: 'imports:read' });
  const response = await open(t, world.app.url, bearer(token));
  assert.equal(response.statusCode, 200);
  await once(response, 'readable');
  clock.advance(60_000);
  response.resume();
  await assert.rejects(once(response, 'end'), /aborted|ECONNRESET/);
  await until(() => log.some((line) => line.includes('has expired')));
  assert.equal(response.complete, false);
});

test('a client that takes nothing of its file for too long is let go', async (t) => {
  const log: string[] = [];
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows: LARGE }), {
    service: { live: { laggedAfter: '20ms' } },
    onLog: (line) => void log.push(line),
  });
  const response = await open(t, world.app.url);
  await until(() => log.some((line) => line.includes('took nothing for 120 ms')));
  response.resume();
  await assert.rejects(once(response, 'end'), /aborted|ECONNRESET/);
});
