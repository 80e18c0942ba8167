import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createHttp } from '../../../src/providers/http.ts';
import { micro } from '../../../src/providers/micro/index.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import { atEnd } from '../../support/at-end.ts';
import { inPieces } from '../../support/canned-fetch.ts';
import { createRowSink } from '../../support/row-sink.ts';
import { textOf } from '../../support/simulated-answer.ts';
import {
  DONE,
  ERROR,
  FOREVER,
  REFUSED,
  START,
  answerAboutEnded,
  failureOf,
  jobOf,
  lookAt,
  observationOf,
  read,
  readAnswer,
  sourceOf,
  targetOf,
} from './builders.ts';

const OUTCOMES = [
  [{ id: 'a', created: true }, 'CREATED'],
  [{ id: 'a', created: true, updated: true, existing: true }, 'CREATED'],
  [{ id: 'a', created: false, updated: true, existing: true }, 'UPDATED'],
  [{ id: 'a', existing: true }, 'EXISTING'],
  [{ id: 'a' }, 'SUCCEEDED'],
  [{ id: 'a', created: false, updated: false, existing: false }, 'SUCCEEDED'],
  [{ id: null, created: false }, 'UNKNOWN'],
  [{}, 'UNKNOWN'],
  [{ id: 'a', created: true, error: ERROR }, 'FAILED'],
  [{ error: {} }, 'FAILED'],
] as const;

for (const [result, outcome] of OUTCOMES) {
  test(`a row of which Micro says ${JSON.stringify(result)} is ${outcome}`, async () => {
    const { rows, rowsAre } = await read({ total: 1, results: [result] });

    assert.equal(rowsAre, 'here');
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.failure === null]),
      [[outcome, outcome !== 'FAILED']],
    );
  });
}

test('numbers that are repeated, missing or descending are told as they are, in the vendor’s order', async () => {
  const results = [9, 9, undefined, 4, null, 'five', -1, 0].map((index) => ({
    ...REFUSED,
    input_index: index,
  }));
  const { rows, counters } = await readAnswer({ ...jobOf({ total: 8 }), results });

  assert.deepEqual(
    rows.map(({ number, numberBasis }) => [number, numberBasis]),
    [
      [9, 'INPUT'],
      [9, 'INPUT'],
      [2, 'RESULT_POSITION'],
      [4, 'INPUT'],
      [4, 'RESULT_POSITION'],
      [5, 'RESULT_POSITION'],
      [6, 'RESULT_POSITION'],
      [0, 'INPUT'],
    ],
  );
  assert.equal(counters.failed, 8);
});

test('a row that is no object is a row of which nothing is known, and has its place', async () => {
  const results = [DONE, 'oops', null, 7, [], [[{}]], true, REFUSED];
  const { rows, counters, job } = await readAnswer({ ...jobOf({ total: 8 }), results });

  assert.deepEqual(
    rows.map(({ outcome, number }) => [outcome, number]),
    [
      ['CREATED', 0],
      ['UNKNOWN', 1],
      ['UNKNOWN', 2],
      ['UNKNOWN', 3],
      ['UNKNOWN', 4],
      ['UNKNOWN', 5],
      ['UNKNOWN', 6],
      ['FAILED', 7],
    ],
  );
  assert.deepEqual([counters.succeeded, counters.failed], [1, 1]);
  assert.equal(job.outcome, 'COMPLETED_WITH_ERRORS');
});

test('a message of a megabyte comes out whole', async () => {
  const message = `${'ä"\\\n€'.repeat(200_000)}!`;
  const results = [DONE, { id: null, error: { code: 'x', message } }, DONE];
  const text = JSON.stringify(jobOf({ total: 3, results }));
  const { rows } = await observationOf(sourceOf(inPieces(text, 65_536)));

  assert.ok(Buffer.byteLength(message) > 1_000_000);
  assert.equal(rows[1]?.failure?.message, message);
  assert.deepEqual(
    rows.map(({ outcome }) => outcome),
    ['CREATED', 'FAILED', 'CREATED'],
  );
});

for (const results of [{}, { a: REFUSED }, { length: 1, 0: REFUSED }, 'none', 5, true]) {
  test(`results that are ${JSON.stringify(results)} and no list are no answer, and no row`, async () => {
    const { look, rows } = await lookAt(sourceOf([JSON.stringify({ ...jobOf({}), results })]));

    assert.equal(look.kind, 'failed');
    assert.equal(look.error.kind, 'unexpected-response');
    assert.match(look.error.message, /results: .*expected array/);
    assert.deepEqual(rows, []);
  });
}

for (const results of [null, undefined]) {
  test(`results that are ${String(results)} are none`, async () => {
    const { rowsAre, rowErrors, rows } = await readAnswer({
      ...jobOf({ failed: 2, processed: 10, succeeded: 8 }),
      results,
    });

    assert.deepEqual([rowsAre, rows, rowErrors.availability], ['none', [], 'COUNT_ONLY']);
  });
}

test('results may stand before everything else, and be cut anywhere', async () => {
  const answer = jobOf({ total: 3, results: [DONE, REFUSED, { id: 'ü€😀' }] });
  const { results, ...rest } = answer;
  const whole = await readAnswer(answer);
  for (const size of [1, 2, 3, 5, 7, 64]) {
    const text = JSON.stringify({ results, ...rest });
    assert.deepEqual(await observationOf(sourceOf(inPieces(text, size))), whole);
  }
});

test('a look at rows in pieces sees what a response that is handed in says', async () => {
  const results = [DONE, REFUSED, { id: 'b', existing: true }, 'oops', { id: 'c' }, REFUSED];
  const answer = { ...jobOf({ total: 12 }), results: [...results, ...results] };
  const looked = await observationOf(sourceOf(inPieces(JSON.stringify(answer), 10)));
  const sink = createRowSink();
  const handedIn = await sourceOf([]).readResponse?.(answer, targetOf('imp_1', sink));

  const { rows, rowsAre, ...seen } = looked;
  assert.deepEqual({ ...seen, rows: rowsAre }, handedIn);
  assert.deepEqual(rows, sink.rows);
});

test('what results add up to is what the vendor counts of them', async () => {
  const load = { ...ORDINARY_LOAD, rows: 1_000, failedRows: 333 };
  const answer = JSON.parse(textOf(answerAboutEnded(load)));
  const { processed, succeeded, failed, ...silent } = answer;
  const derived = await readAnswer(silent, { externalId: answer.job_id });
  const counted = await readAnswer(answer, { externalId: answer.job_id });

  assert.deepEqual(derived, counted);
  assert.deepEqual(
    [derived.counters.processed, derived.counters.succeeded, derived.counters.failed],
    [processed, succeeded, failed],
  );
  assert.deepEqual(derived.rowErrors, { availability: 'COMPLETE', totalCount: 333, limit: null });
  const { added, updated, matched } = derived.counters;
  const list: readonly Readonly<Record<string, unknown>>[] = answer.results;
  assert.equal(added, list.filter(({ created }) => created === true).length);
  assert.equal(updated, list.filter(({ updated: is }) => is === true).length);
  assert.equal(matched, list.filter(({ existing }) => existing === true).length);
});

test('rows that came before an answer broke off are no observation', async () => {
  const text = JSON.stringify(jobOf({ total: 2, results: [DONE, REFUSED] }));
  for (const end of [text.indexOf('},'), text.length - 1]) {
    const { look, rows } = await lookAt(sourceOf([text.slice(0, end)]));
    assert.equal(look.kind, 'failed');
    assert.equal(look.error.kind, 'unexpected-response');
    assert.ok(rows.length < 3);
  }
});

test('an answer whose other parts are wrong is refused although its rows were read', async () => {
  const wrong = { ...jobOf({ results: [DONE] }), total: 'ten' };
  const error = await failureOf(sourceOf([JSON.stringify(wrong)]));

  assert.equal(error.kind, 'unexpected-response');
  assert.match(error.message, /total: /);
});

test('an answer of a million rows that is cut off in the middle of row 400,000 is no answer', async (t) => {
  const load = { ...ORDINARY_LOAD, rows: 1_000_000, failedRows: 10_000 };
  const source = await serveCut(t, answerAboutEnded(load).body, '"input_index":399999');
  const sink = createCounter();
  const [look] = await source.look([targetOf('cut', sink)], FOREVER);

  assert.equal(look?.kind, 'failed');
  assert.equal(look.error.kind, 'unavailable');
  assert.ok(sink.rows > 300_000, `${sink.rows} rows`);
  assert.ok(sink.rows < 400_000, `${sink.rows} rows`);
  assert.ok(sink.isInOrder);
});

/** A vendor that hangs up right before a text in its answer, once the rest has been taken. */
async function serveCut(t: TestContext, pieces: Iterable<string>, before: string) {
  const server = createServer((_, response) => void sendUntil(before, pieces, response));
  server.listen(0, '127.0.0.1');
  atEnd(t, () => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  const url = `http://127.0.0.1:${address.port}`;
  return micro.settings.parse(micro.simulatedSettings(url))({ http, now: () => START });
}

async function sendUntil(end: string, pieces: Iterable<string>, to: ServerResponse): Promise<void> {
  for (const piece of pieces) {
    const at = piece.indexOf(end);
    const sent = Promise.withResolvers<void>();
    to.write(at === -1 ? piece : piece.slice(0, at), () => sent.resolve());
    await sent.promise;
    if (at !== -1) break;
  }
  to.destroy();
}

/** Counts rows instead of keeping them. */
function createCounter() {
  const counter = {
    rows: 0,
    isInOrder: true,
    write: async (more: readonly { readonly number: number | null }[]) => {
      for (const { number } of more) {
        counter.isInOrder &&= number === counter.rows;
        counter.rows += 1;
      }
    },
  };
  return counter;
}
