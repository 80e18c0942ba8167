import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { LongList, longJsonAnswer } from '../../src/providers/simulated-json.ts';
import { jsonAnswer, ORDINARY_LOAD, SCENARIOS } from '../../src/providers/simulation.ts';
import type { SimulatedAnswer, Simulator } from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import { textOf } from '../support/simulated-answer.ts';

/** A vendor that answers everything alike, served until the test ends. */
async function serve(t: TestContext, answer: () => SimulatedAnswer) {
  const simulator: Simulator = { endings: ['completed'], start: () => 'x', answer };
  const vendor = await serveSimulator(simulator, { port: 0 });
  t.after(() => vendor.close());
  return vendor;
}

function longAnswer(rows: number): SimulatedAnswer {
  return longJsonAnswer(200, { rows, list: new LongList(() => numbersBelow(rows)) });
}

function* numbersBelow(end: number): Generator<number> {
  for (let number = 0; number < end; number += 1) yield number;
}

async function control(url: string, init: RequestInit = {}) {
  const answer = await fetch(`${url}/-/scenario`, init);
  return [answer.status, await answer.text()] as const;
}

for (const rows of [0, 1, 2, 199, 200, 201, 399, 400, 401, 1_000]) {
  test(`a list of ${rows} that is made while it is sent is JSON like any other`, () => {
    const list = new LongList(() => numbersBelow(rows));
    const other = new LongList(() => ['"', '\u0000list\u0000', { a: [null] }]);
    const answer = longJsonAnswer(200, { a: '\\"', list, b: { other }, c: [list] });
    const numbers = [...numbersBelow(rows)];
    const b = { other: ['"', '\u0000list\u0000', { a: [null] }] };
    const expected = JSON.stringify({ a: '\\"', list: numbers, b, c: [numbers] });
    assert.equal(textOf(answer), expected);
    assert.equal(textOf(answer), expected);
  });
}

test('a long answer is sent whole', async (t) => {
  const vendor = await serve(t, () => longAnswer(100_000));
  const answer = await fetch(vendor.url);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.equal(await answer.text(), textOf(longAnswer(100_000)));
});

test('a long answer is made no faster than it is taken', async (t) => {
  let made = 0;
  const ended = Promise.withResolvers<void>();
  const list = new LongList(function* endless() {
    try {
      for (;;) {
        made += 1;
        yield 'x'.repeat(1_000);
      }
    } finally {
      ended.resolve();
    }
  });
  const vendor = await serve(t, () => longJsonAnswer(200, { list }));
  const answer = await fetch(vendor.url);
  const reader = answer.body?.getReader() ?? assert.fail('no body');
  await reader.read();
  await reader.cancel();
  await ended.promise;
  assert.ok(made < 100_000, `${made} rows were made`);
});

test('a client that hangs up does the vendor no harm', async (t) => {
  const vendor = await serve(t, () => longAnswer(1_000_000));
  for (let call = 0; call < 5; call += 1) {
    const abort = new AbortController();
    const answer = await fetch(vendor.url, { signal: abort.signal });
    abort.abort();
    await assert.rejects(answer.text());
  }
  const answer = await fetch(vendor.url);
  assert.ok((await answer.text()).endsWith(',999999]}'));
});

for (const [length, answer] of [
  ['short', () => jsonAnswer(200, { rows: 3, list: [1, 2, 3] })],
  ['long, of no row', () => longAnswer(0)],
  ['long, of three rows', () => longAnswer(3)],
  ['long, of a million rows', () => longAnswer(1_000_000)],
] as const) {
  test(`a malformed answer that is ${length} ends too early, in good order`, async (t) => {
    const vendor = await serve(t, answer);
    vendor.setScenario('malformed');
    const text = await (await fetch(vendor.url)).text();
    const whole = textOf(answer());
    assert.ok(text.length > 0);
    assert.ok(text.length < whole.length);
    assert.ok(whole.startsWith(text));
    assert.throws(() => JSON.parse(text), SyntaxError);
  });
}

test('people ask for the scenario and change it', async (t) => {
  const vendor = await serve(t, () => jsonAnswer(200, {}));
  assert.deepEqual(await control(vendor.url), [200, 'healthy\n']);
  for (const scenario of SCENARIOS) {
    const change = { method: 'PUT', body: `${scenario}\n` };
    assert.deepEqual(await control(vendor.url, change), [200, `${scenario}\n`]);
    assert.deepEqual(await control(vendor.url), [200, `${scenario}\n`]);
  }
  vendor.setScenario('outage');
  assert.deepEqual(await control(vendor.url), [200, 'outage\n']);
  assert.equal((await fetch(vendor.url)).status, 503);
  await control(vendor.url, { method: 'PUT', body: 'healthy' });
  assert.equal((await fetch(vendor.url)).status, 200);
});

test('a word that is no scenario changes nothing and is answered with those that are', async (t) => {
  const vendor = await serve(t, () => jsonAnswer(200, {}));
  vendor.setScenario('expired');
  for (const body of [
    '',
    'Healthy',
    'healthy expired',
    'toString',
    '"healthy"',
    'x'.repeat(9_999),
  ]) {
    assert.deepEqual(await control(vendor.url, { method: 'PUT', body }), [
      400,
      `expected one of ${SCENARIOS.join(', ')}\n`,
    ]);
  }
  assert.deepEqual(await control(vendor.url, { method: 'POST', body: 'healthy' }), [
    405,
    'expected GET or PUT\n',
  ]);
  assert.deepEqual(await control(vendor.url), [200, 'expired\n']);
});

test('requests to the control are not requests to the vendor', async (t) => {
  const vendor = await serve(t, () => jsonAnswer(200, {}));
  await control(vendor.url);
  await control(vendor.url, { method: 'PUT', body: 'healthy' });
  await fetch(`${vendor.url}/-/scenarios?a=1`);
  assert.deepEqual(vendor.requests, ['GET /-/scenarios?a=1']);
});

test('a load of a million rows costs nothing to start', async (t) => {
  for (const provider of ALL_PROVIDERS) {
    const simulator = provider.simulate({ now: () => 0, seed: 1 });
    const vendor = await serveSimulator(simulator, { port: 0 });
    t.after(() => vendor.close());
    const started = performance.now();
    vendor.start({ ...ORDINARY_LOAD, rows: 1_000_000, failedRows: 1_000_000 });
    assert.ok(performance.now() - started < 200, provider.kind);
  }
});
