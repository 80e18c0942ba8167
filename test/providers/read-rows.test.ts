import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ImportRow } from '../../src/domain/row.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { FoundRow } from '../../src/providers/json-rows.ts';
import type { RowSink } from '../../src/providers/provider.ts';
import { readRows } from '../../src/providers/read-rows.ts';
import { cannedFetch, inPieces } from '../support/canned-fetch.ts';
import { createRowSink } from '../support/row-sink.ts';
import { failureOf } from './setup.ts';

const MOST_BYTES = 100_000;

interface Reading {
  readonly pieces: Iterable<string | Uint8Array>;
  readonly status?: number;
  readonly sink?: RowSink;
  readonly read?: (found: readonly FoundRow[]) => readonly ImportRow[];
}

/** Reads the rows under `results` of an answer in these pieces; each row is its number. */
function readFrom({ pieces, status = 200, sink = createRowSink(), read = toRows }: Reading) {
  const http = createHttp({
    fetch: cannedFetch(pieces, status),
    timeoutMs: 10_000,
    maxResponseBytes: MOST_BYTES,
    admit: async () => {},
  });
  const request = {
    method: 'GET',
    url: new URL('http://vendor/imports/1?key=secret'),
    headers: {},
    signal: new AbortController().signal,
  } as const;
  return readRows({ request, path: ['results'], read, sink }, { http, now: () => 0 });
}

function toRows(found: readonly FoundRow[]): readonly ImportRow[] {
  return found.map(({ value }) => rowOf(Number(value)));
}

function rowOf(number: number): ImportRow {
  return {
    outcome: 'SUCCEEDED',
    number,
    furtherNumbers: [],
    numberBasis: 'INPUT',
    resource: null,
    recordId: null,
    failure: null,
  };
}

function numbersOf({ rows }: { readonly rows: readonly ImportRow[] }) {
  return rows.map(({ number }) => number);
}

test('rows are in the sink, in order, and the rest of the answer is told', async () => {
  const sink = createRowSink();
  const text = '{"total":5,"results":[1,2,3,4,5],"status":"complete"}';
  for (const size of [1, 7, 1_000]) {
    const { answer, rest } = await readFrom({ pieces: inPieces(text, size), sink });
    assert.deepEqual(rest, { total: 5, results: [], status: 'complete' });
    assert.deepEqual([answer.status, answer.request], [200, 'GET http://vendor/imports/1']);
  }
  assert.deepEqual(numbersOf(sink), [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
});

test('rows are in the sink before the next piece is asked for', async () => {
  const sink = createRowSink();
  const seen: number[] = [];
  function* pieces(): Generator<string> {
    yield '{"results":[1,';
    seen.push(sink.rows.length);
    yield '2,3,';
    seen.push(sink.rows.length);
    yield '4]}';
  }
  await readFrom({ pieces: pieces(), sink });
  assert.deepEqual(seen, [1, 3]);
  assert.deepEqual(numbersOf(sink), [1, 2, 3, 4]);
});

test('no piece is asked for while the sink is full', async () => {
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let asked = 0;
  function* pieces(): Generator<string> {
    for (const piece of ['{"results":[1,', '2,', '3]}']) {
      asked += 1;
      yield piece;
    }
  }
  const write = async (): Promise<void> => {
    full.resolve();
    await gate.promise;
  };
  const reading = readFrom({ pieces: pieces(), sink: { write } });
  await full.promise;
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  assert.equal(asked, 1);
  gate.resolve();
  await reading;
  assert.equal(asked, 3);
});

test('what is found may be held back, and told later', async () => {
  const sink = createRowSink();
  const held: FoundRow[] = [];
  await readFrom({
    pieces: ['{"results":[1,2,', '3,4,', '5,6]}'],
    sink,
    read: (found) => {
      held.push(...found);
      return held.length < 4 ? [] : toRows(held.splice(0, 4));
    },
  });
  assert.deepEqual(numbersOf(sink), [1, 2, 3, 4]);
  assert.equal(held.length, 2);
});

for (const [status, kind] of [
  [401, 'unauthorized'],
  [404, 'not-found'],
  [429, 'rate-limited'],
  [503, 'unavailable'],
] as const) {
  test(`a ${status} is ${kind}, in the vendor's words, and has no rows`, async () => {
    const sink = createRowSink();
    const pieces = ['{"message":"No such team",', '"results":[1]}'];
    const failure = await failureOf(readFrom({ pieces, status, sink }));
    assert.equal(failure.kind, kind);
    assert.match(failure.message, new RegExp(`answered ${status}: “No such team”$`));
    assert.deepEqual(sink.rows, []);
  });
}

function* forever(start: string, piece: string): Generator<string> {
  yield start;
  for (;;) yield piece;
}

const ENDLESS: Readonly<Record<string, Iterable<string>>> = {
  'white space': forever('', ' '.repeat(1_000)),
  'white space after a row': forever('{"results":[1,', ' '.repeat(1_000)),
  'one row': forever('{"results":[1,"', 'x'.repeat(1_000)),
  'another list': forever('{"results":[1],"more":[0', ',1'.repeat(500)),
  'levels of one row': forever('{"results":[1,', '[[[['.repeat(250)),
};

for (const [what, pieces] of Object.entries(ENDLESS)) {
  test(`an answer of ${what} without end is refused at the limit`, async () => {
    const failure = await failureOf(readFrom({ pieces }));
    assert.equal(failure.kind, 'unexpected-response');
    assert.match(failure.message, /more than 100000 bytes; raise maxResponseBytes/);
  });
}

test('an answer of more bytes than the limit is read when it is rows', async () => {
  const count = 50_000;
  const list = Array.from({ length: count }, (_, index) => index);
  const text = JSON.stringify({ results: list });
  assert.ok(text.length > 2 * MOST_BYTES);
  const sink = createRowSink();
  await readFrom({ pieces: inPieces(text, 16_384), sink });
  assert.deepEqual(numbersOf(sink), list);
});

test('what the sink throws comes out as it is', async () => {
  const error = new Error('the disk is full');
  const sink = { write: () => Promise.reject(error) };
  const reading = readFrom({ pieces: ['{"results":[1]}'], sink });
  await assert.rejects(reading, (reason) => reason === error);
});

test('a text that ends too early is no answer, although its rows were read', async () => {
  const sink = createRowSink();
  const failure = await failureOf(readFrom({ pieces: ['{"results":[1,2', ',3]'], sink }));
  assert.equal(failure.kind, 'unexpected-response');
  assert.match(failure.message, /^GET http:\/\/vendor\/imports\/1 answered with 18 bytes that/);
  assert.deepEqual(numbersOf(sink), [1, 2, 3]);
});

function* breakingOff(): Generator<string> {
  yield '{"results":[1,2,';
  throw new Error('other side closed');
}

test('an answer that breaks off is a failure of the network, although its rows were read', async () => {
  const sink = createRowSink();
  const failure = await failureOf(readFrom({ pieces: breakingOff(), sink }));
  assert.equal(failure.kind, 'unavailable');
  assert.deepEqual(numbersOf(sink), [1, 2]);
});

test('an answer without a body is no answer', async () => {
  assert.equal((await failureOf(readFrom({ pieces: [] }))).kind, 'unexpected-response');
});
