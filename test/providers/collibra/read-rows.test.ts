import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatedAnswer, SimulatedLoad } from '../../../src/providers/simulation.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { ImportRow } from '../../../src/domain/row.ts';
import type { ProviderDataSource } from '../../../src/providers/provider.ts';
import {
  askForRows,
  failedRows,
  JOB_ID,
  json,
  observed,
  OTHER_ID,
  readRows,
  stage,
  START,
  target,
  text,
} from './setup.ts';
import type { Interception } from './setup.ts';

const ERRORS_PATH = `/rest/2.0/import/results/${JOB_ID}/errors`;

/** A load that has ended already. */
function ended(rows: number, failedRows: number): SimulatedLoad {
  return { ...ORDINARY_LOAD, rows, failedRows, queuedForMs: 0, runsForMs: 0 };
}

function answering(answer: SimulatedAnswer): Interception {
  return ({ url }) => (url.pathname === ERRORS_PATH ? answer : null);
}

interface Reading {
  readonly rows: readonly ImportRow[];
  readonly pages: readonly number[];
}

/** Reads to the end, or to the page that does not fit in so many. */
async function readAll(source: ProviderDataSource, id: string, most = 100): Promise<Reading> {
  const rows: ImportRow[] = [];
  const pages: number[] = [];
  let next: string | null = null;
  do {
    const page = await readRows(source, id, next);
    rows.push(...page.rows);
    pages.push(page.rows.length);
    next = page.next;
  } while (next !== null && pages.length < most);
  return { rows, pages };
}

test('reads the failed rows that a finished import counts', async (t) => {
  const { connect, vendor } = await stage(t);
  const id = vendor.start(ended(100, 7));
  const { rows, rowErrors } = await observed(connect(), target(id));
  assert.equal(rows, 'elsewhere');
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 7, limit: null });

  const page = await readRows(connect(), id);

  assert.deepEqual([page.rows.length, page.next, page.totalFailed], [7, null, 7]);
  assert.deepEqual(vendor.requests.slice(2), [
    `GET /rest/2.0/import/results/${id}/errors?offset=0&limit=1000`,
  ]);
  for (const row of page.rows) assert.equal(row.outcome, 'FAILED');
});

test('reads an import without failed rows as none', async (t) => {
  const { connect, vendor } = await stage(t);
  const page = await readRows(connect(), vendor.start(ended(100, 0)));
  assert.deepEqual(page, { rows: [], next: null, totalFailed: 0 });
});

test('reads page by page, each row once and in the vendor’s order', async (t) => {
  const { connect, vendor } = await stage(t);
  const id = vendor.start(ended(4_000, 2_500));
  const { rows, pages } = await readAll(connect(), id);
  assert.deepEqual(pages, [1_000, 1_000, 500]);
  assert.deepEqual(
    vendor.requests.map((request) => request.split('?')[1]),
    ['offset=0&limit=1000', 'offset=1000&limit=1000', 'offset=2000&limit=1000'],
  );
  const numbers = rows.map(({ number }) => number ?? 0);
  assert.equal(new Set(numbers).size, 2_500);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('asks for no further page when the last one is full', async (t) => {
  const { connect, vendor } = await stage(t);
  const { pages } = await readAll(connect(), vendor.start(ended(3_000, 2_000)));
  assert.deepEqual(pages, [1_000, 1_000]);
});

test('resumes in the middle, with another client', async (t) => {
  const { connect, vendor } = await stage(t);
  const id = vendor.start(ended(2_500, 2_500));
  const whole = await readAll(connect(), id);
  const { next } = await readRows(connect(), id);
  const rest = await readRows(connect(), id, next);
  assert.deepEqual(rest.rows, whole.rows.slice(1_000, 2_000));
  assert.equal(rest.next, '2000');
});

test('starts at the end of a million errors as fast as at their beginning', async (t) => {
  const { connect, vendor } = await stage(t);
  const id = vendor.start(ended(1_000_000, 1_000_000));
  const page = await readRows(connect(), id, '999000');
  assert.deepEqual([page.rows.length, page.next, page.totalFailed], [1_000, null, 1_000_000]);
  assert.equal(page.rows.at(-1)?.number, 1_000_000);
});

test('reads to an empty page at a vendor that does not count', async (t) => {
  for (const total of [undefined, -1, 0]) {
    const { connect, vendor } = await stage(t, ({ url }) => {
      const offset = Number(url.searchParams.get('offset'));
      const results = Array.from({ length: offset < 30 ? 10 : 0 }, () => ({}));
      return json(200, { total, offset, limit: 1000, results });
    });
    const { rows, pages } = await readAll(connect(), JOB_ID);
    assert.deepEqual(pages, [10, 10, 10, 0]);
    assert.equal(rows.length, 30);
    assert.equal(vendor.requests.length, 4);
  }
});

test('does not read the same page for ever at a vendor that ignores the offset', async (t) => {
  const answer = json(200, { total: 5_000, offset: 0, limit: 1000, results: [{}] });
  const { connect } = await stage(t, answering(answer));
  assert.equal((await readRows(connect(), JOB_ID)).next, '1');
  const error = await failedRows(connect(), JOB_ID, '1');
  assert.equal(error.kind, 'unexpected-response');
  assert.match(error.message, /from 0, expected them from 1/);
});

test('believes a page that does not say where it begins', async (t) => {
  const { connect } = await stage(t, answering(json(200, { total: 12, results: [{}, {}] })));
  assert.equal((await readRows(connect(), JOB_ID, '10')).next, null);
});

test('keeps every row of a page of which one entry is broken', async (t) => {
  const good = { errorMessage: 'bad name', command: { indices: [3], identifier: 'x' } };
  const results = [good, 'torn', good];
  const { connect } = await stage(t, answering(json(200, { total: 3, results })));
  const { rows } = await readRows(connect(), JOB_ID);
  assert.deepEqual(
    rows.map(({ number, failure }) => [number, failure?.message]),
    [
      [3, 'bad name'],
      [null, 'Collibra lists an error here that is not an object.'],
      [3, 'bad name'],
    ],
  );
});

const FAILURES = {
  '404': [json(404, { userMessage: 'Import job not found' }), 'not-found', /not found/],
  '400 not finished': [
    json(400, { userMessage: 'Import job is not finished' }),
    'unavailable',
    /not finished/,
  ],
  'another 400': [json(400, { userMessage: 'limit?' }), 'unexpected-response', /400: “limit\?”/],
  '401': [json(401, {}), 'unauthorized', /401/],
  '429': [json(429, {}), 'rate-limited', /429/],
  '500': [json(500, {}), 'unavailable', /500/],
  '503 in plain text': [text(503, 'no healthy upstream'), 'unavailable', /no healthy upstream/],
  'no JSON': [text(200, '<html>'), 'unexpected-response', /not JSON/],
  'half of a page': [text(200, '{"results":[{"err'), 'unexpected-response', /not JSON/],
  'no list': [json(200, { total: 0 }), 'unexpected-response', /expected shape: results/],
} as const;

for (const [what, [answer, kind, reason]] of Object.entries(FAILURES)) {
  test(`is ${kind} when asked for errors and answered with ${what}`, async (t) => {
    const { connect, vendor } = await stage(t, answering(answer));
    const error = await failedRows(connect(), JOB_ID);
    assert.equal(error.kind, kind);
    assert.match(error.message, reason);
    assert.equal(vendor.requests.length, 1);
  });
}

test('takes a 403 for a list that we are not let see', async (t) => {
  const { connect } = await stage(t, answering(json(403, {})));
  const target = { externalId: JOB_ID, next: null, knownTotal: 16 };
  const answer = await connect().readRows?.(target, new AbortController().signal);
  assert.deepEqual(answer, { kind: 'not-granted' });
});

test('waits as long as a throttle says', async (t) => {
  const { connect, vendor } = await stage(t);
  vendor.setScenario('rate-limited');
  const error = await failedRows(connect(), JOB_ID);
  assert.deepEqual([error.kind, error.retryAfterMs], ['rate-limited', 30_000]);
});

test('never quotes an error in the message of a failure', async (t) => {
  const results = { errorMessage: 'Anna Schmidt is not unique' };
  const { connect } = await stage(t, answering(json(200, { total: 1, results })));
  assert.doesNotMatch((await failedRows(connect(), JOB_ID)).message, /Anna/);
});

test('tries again for rows of a job that is not finished, and not of one that is gone', async (t) => {
  const { connect, vendor, clock } = await stage(t);
  const id = vendor.start({ ...ORDINARY_LOAD, failedRows: 5 });
  assert.equal((await failedRows(connect(), id)).kind, 'unavailable');
  clock.at = START + 10_000;
  assert.equal((await readRows(connect(), id)).rows.length, 5);
  vendor.setScenario('expired');
  assert.equal((await failedRows(connect(), id)).kind, 'not-found');
  assert.equal((await failedRows(connect(), OTHER_ID)).kind, 'not-found');
});

test('does not ask for rows of an id that cannot be one of Collibra’s', async (t) => {
  const { connect, vendor } = await stage(t);
  for (const id of ['42', '../jobs', '']) {
    assert.equal((await failedRows(connect(), id)).kind, 'not-found');
  }
  assert.deepEqual(vendor.requests, []);
});

test('takes a place in the list that it never gave for a fault of ours', async (t) => {
  const { connect, vendor } = await stage(t);
  await assert.rejects(askForRows(connect(), JOB_ID, 'page 2'), { name: 'Error' });
  assert.deepEqual(vendor.requests, []);
});

test('renews a token that dies between two pages and goes on', async (t) => {
  const { connect, vendor, clock } = await stage(t);
  const source = connect({ auth: { oauth: { clientId: 'c', clientSecret: 's' } } });
  const id = vendor.start(ended(1_500, 1_500));
  const { next } = await readRows(source, id);
  clock.at += 3_600_000;
  const { rows } = await readRows(source, id, next);
  assert.equal(rows.length, 500);
  const tokens = vendor.requests.filter((request) => request.startsWith('POST'));
  assert.equal(tokens.length, 2);
});

test('renews a token that is refused between two pages once', async (t) => {
  let issued = 0;
  const { connect, vendor } = await stage(t, ({ url, headers }) => {
    if (url.pathname === '/rest/oauth/v2/token') {
      issued += 1;
      return json(200, { access_token: `token-${issued}`, expires_in: 3600 });
    }
    const offset = Number(url.searchParams.get('offset'));
    const isDead = offset > 0 && headers['authorization'] === 'Bearer token-1';
    return isDead ? json(401, {}) : json(200, { total: 2, offset, results: [{}] });
  });
  const source = connect({ auth: { oauth: { clientId: 'c', clientSecret: 's' } } });
  const { next } = await readRows(source, JOB_ID);
  assert.equal((await readRows(source, JOB_ID, next)).next, null);
  assert.deepEqual([issued, vendor.requests.length], [2, 5]);
});

test('rejects with the reason when the caller aborts the reading of rows', async (t) => {
  const { connect, vendor } = await stage(t);
  vendor.setScenario('slow');
  const caller = new AbortController();
  const reading = connect().readRows?.(
    { externalId: JOB_ID, next: null, knownTotal: null },
    caller.signal,
  );
  assert.ok(reading);
  const reason = new Error('the watcher stops');
  caller.abort(reason);
  await assert.rejects(reading, reason);
});
