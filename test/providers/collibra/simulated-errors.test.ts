import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf } from '../../../src/domain/cause.ts';
import type { ErrorBody } from '../../../src/providers/collibra/simulated-errors.ts';
import { findErrors, findErrorsPage } from '../../../src/providers/collibra/simulated-errors.ts';
import { findSummary } from '../../../src/providers/collibra/simulated-job.ts';
import { createSimulator } from '../../../src/providers/collibra/simulator.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { SimulatedLoad, VendorScenario } from '../../../src/providers/simulation.ts';
import { JOB_ID, OTHER_ID, START } from './setup.ts';

const PUBLISHED_ID = '00000000-0000-4000-8000-000000000016';
const BASIC = 'Basic eDp5';

function load(changes: Partial<SimulatedLoad> = {}): SimulatedLoad {
  return { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 0, ...changes };
}

function started(rows: number, failedRows: number, ending: SimulatedLoad['ending'] = 'completed') {
  return { id: JOB_ID, startedAt: START, load: load({ rows, failedRows, ending }) };
}

function errorsOf(rows: number, failedRows: number): readonly ErrorBody[] {
  return findErrors(started(rows, failedRows), START)?.slice(0, failedRows) ?? [];
}

function open() {
  const clock = { at: START };
  const simulator = createSimulator({ now: () => clock.at, seed: 1 });
  function ask(
    id: string,
    {
      query = '',
      authorization = BASIC,
      scenario = 'healthy',
    }: { query?: string; authorization?: string; scenario?: VendorScenario } = {},
  ) {
    const url = new URL(`http://collibra.test/rest/2.0/import/results/${id}/errors${query}`);
    const headers = { authorization };
    const { status, body } = simulator.answer({ method: 'GET', url, headers, body: '' }, scenario);
    assert.ok(typeof body === 'string');
    return { status, body: JSON.parse(body) };
  }
  return { clock, simulator, ask };
}

test('lists as many errors as the summary counts, of each type as many as it has failed', () => {
  for (const ending of ['completed', 'failed', 'aborted', 'canceled'] as const) {
    for (const [rows, failedRows] of [
      [0, 0],
      [1, 1],
      [3, 2],
      [5, 9],
      [1_001, 13],
      [400, 400],
    ] as const) {
      const one = started(rows, failedRows, ending);
      const summary = findSummary(one, START);
      const errors = findErrors(one, START);
      assert.equal(errors?.total, summary?.errorsCount);
      const listed = errors?.slice(0, errors.total + 10) ?? [];
      assert.equal(listed.length, errors?.total);
      for (const { resourceType, counters } of summary?.resourceTypes ?? []) {
        const ofType = listed.filter((error) => error.resourceType === resourceType);
        assert.equal(ofType.length, counters?.failed);
      }
    }
  }
});

test('gives errors several causes, some at several places, told by name and by id', () => {
  const errors = errorsOf(1_000, 200);
  const causes = new Set(errors.map(({ errorMessage }) => causeOf(errorMessage ?? '')));
  assert.ok(causes.size >= 5, [...causes].join('\n'));
  assert.deepEqual(new Set(errors.map(({ errorType }) => errorType)).size, 2);
  const first = errors.map(({ command }) => JSON.stringify(command?.identifier).slice(0, 2));
  assert.ok(first.includes('"{') && first.some((start) => start !== '"{'));
  const twice = errors.filter(({ command }) => (command?.indices?.length ?? 0) > 1);
  assert.equal(twice.length, 20);
});

test('numbers commands within the input', () => {
  for (const [rows, failedRows] of [
    [1, 1],
    [10, 10],
    [1_000, 37],
  ] as const) {
    for (const { command } of errorsOf(rows, failedRows)) {
      for (const index of command?.indices ?? []) assert.ok(index && index >= 1 && index <= rows);
    }
  }
});

test('makes up the same errors wherever a page begins', () => {
  const errors = findErrors(started(5_000, 2_000), START);
  assert.deepEqual(errors?.slice(700, 710), errors?.slice(0, 2_000).slice(700, 710));
});

test('pages by offset and limit, a thousand where none is asked for', () => {
  const { simulator, ask } = open();
  const id = simulator.start(load({ rows: 3_000, failedRows: 2_500 }));
  const whole = ask(id).body;
  assert.deepEqual([whole.total, whole.offset, whole.limit], [2_500, 0, 1_000]);
  assert.equal(whole.results.length, 1_000);
  assert.deepEqual(ask(id, { query: '?limit=0&countLimit=-1' }).body, whole);
  const part = ask(id, { query: '?offset=990&limit=10' }).body;
  assert.deepEqual([part.total, part.offset, part.limit], [2_500, 990, 10]);
  assert.deepEqual(part.results, whole.results.slice(990));
  assert.equal(ask(id, { query: '?offset=2400' }).body.results.length, 100);
  assert.deepEqual(ask(id, { query: '?offset=9000' }).body.results, []);
  assert.equal(ask(id, { query: '?countLimit=0' }).body.total, 0);
  assert.equal(ask(id, { query: '?countLimit=20' }).body.total, 20);
});

test('refuses pages that cannot be', () => {
  const { ask } = open();
  for (const query of ['offset=-1', 'limit=-1', 'limit=1001', 'limit=x', 'offset=1.5']) {
    assert.equal(ask(PUBLISHED_ID, { query: `?${query}` }).status, 400, query);
  }
  const errors = findErrors(started(10, 10), START);
  assert.ok(errors);
  assert.equal(findErrorsPage(errors, new URLSearchParams('countLimit=x')), null);
});

test('answers errors as it answers the summary: 400 before the end, 404 for the unknown', () => {
  const { simulator, ask, clock } = open();
  const id = simulator.start(load({ runsForMs: 1_000, failedRows: 3, appearsAfterMs: 500 }));
  assert.equal(ask(id).status, 404);
  clock.at += 500;
  assert.equal(ask(id).status, 400);
  assert.equal(ask(id).body.userMessage, 'Import job is not finished');
  clock.at += 500;
  assert.equal(ask(id).status, 200);
  assert.equal(ask(OTHER_ID).status, 404);
  assert.equal(ask('constructor').status, 404);
  assert.equal(ask('%').status, 404);
});

test('wants credentials, and forgets errors with their imports', () => {
  const { simulator, ask } = open();
  const id = simulator.start(load({ failedRows: 3 }));
  assert.equal(ask(id, { authorization: '' }).status, 401);
  assert.equal(ask(id, { authorization: `Bearer simulated-${START}` }).status, 401);
  assert.equal(ask(id, { scenario: 'unauthorized' }).status, 401);
  assert.equal(ask(id, { scenario: 'rate-limited' }).status, 429);
  for (const known of [id, PUBLISHED_ID]) {
    const gone = ask(known, { scenario: 'expired' });
    assert.deepEqual([gone.status, gone.body.userMessage], [404, 'Import job not found']);
  }
});
