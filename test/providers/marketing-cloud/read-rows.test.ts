import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonAnswer, ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../../../src/providers/simulation.ts';
import {
  askForRows,
  connect,
  countOf,
  ENDED_LOAD,
  failedRows,
  look,
  OAUTH,
  observationOf,
  readRows,
  serve,
  serveAnswers,
  START,
  USERNAME,
} from './setup.ts';

const IMPORT = '/data/v1/async/import/1234';
const ROW = { rowId: 1, validationErrorType: 'InvalidDate', validationErrorDetails: 'Birthday' };
const TWO_FAILED = jsonAnswer(200, { id: '1234', importValidationSummary: [{ errorsCount: 2 }] });

/** A vendor that issues numbered tokens and leaves the rest to the test. */
function issuing(
  answer: (request: SimulatedRequest) => SimulatedAnswer,
  token: Readonly<Record<string, unknown>> = {},
): (request: SimulatedRequest) => SimulatedAnswer {
  let issued = 0;
  return (request) => {
    const { pathname, origin } = request.url;
    if (pathname !== '/v2/token') return answer(request);
    issued += 1;
    return jsonAnswer(200, {
      access_token: `secret-${issued}`,
      expires_in: 1079,
      soap_instance_url: origin,
      rest_instance_url: `${origin}/`,
      ...token,
    });
  };
}

function text(status: number, body: string): SimulatedAnswer {
  return { status, headers: { 'content-type': 'text/html' }, body };
}

test('reads the failed rows that a finished import counts', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const id = vendor.start({ ...ENDED_LOAD, failedRows: 7 });
  const { rowErrors, rows } = observationOf((await look(source, [id]))[0]);
  assert.equal(rows, 'elsewhere');
  assert.deepEqual(rowErrors, { availability: 'PENDING', totalCount: 7, limit: null });

  const page = await readRows(source, id);

  assert.deepEqual([page.rows.length, page.next, page.totalFailed], [7, null, 7]);
  for (const { outcome } of page.rows) assert.equal(outcome, 'FAILED');
  assert.deepEqual(vendor.requests, [
    'POST /v2/token',
    'POST /Service.asmx',
    `GET /data/v1/async/import/${id}/validationsummary`,
    `GET /data/v1/async/import/${id}/validationresult`,
  ]);
});

test('says of a finished import without failed rows that there are none to read', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const { rowErrors, rows } = observationOf((await look(source, ['125574039']))[0]);
  assert.equal(rows, 'none');
  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 0, limit: null });
});

test('reads a thousand and more rows, each once and in the vendor’s order', async (t) => {
  const { vendor } = await serve(t);
  const id = vendor.start({ ...ENDED_LOAD, rows: 5_000, failedRows: 2_500 });
  const { rows } = await readRows(connect({ authUrl: vendor.url, auth: OAUTH }), id);
  const numbers = rows.map(({ number }) => number ?? 0);
  assert.equal(new Set(numbers).size, 2_500);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('does not ask for rows when the summary counts none', async (t) => {
  const { vendor } = await serve(t);
  const id = vendor.start(ENDED_LOAD);
  const page = await readRows(connect({ authUrl: vendor.url, auth: OAUTH }), id);
  assert.deepEqual(page, { rows: [], next: null, totalFailed: 0 });
  assert.equal(vendor.requests.at(-1), `GET /data/v1/async/import/${id}/validationsummary`);
});

test('asks for rows when the summary does not say how many failed', async (t) => {
  const { url } = await serveAnswers(
    t,
    issuing(({ url: { pathname } }) =>
      jsonAnswer(200, pathname.endsWith('summary') ? { id: '1234' } : { items: [ROW] }),
    ),
  );
  const page = await readRows(connect({ authUrl: url, auth: OAUTH }), '1234');
  assert.deepEqual([page.rows.length, page.totalFailed], [1, null]);
});

test('has no rows to read with a user name, and says so in what it sees', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ soapUrl: vendor.url, auth: USERNAME });
  assert.equal('readRows' in source, false);
  const { rowErrors, rows } = observationOf((await look(source, ['1234']))[0]);
  assert.equal(rows, 'none');
  assert.deepEqual(rowErrors, { availability: 'COUNT_ONLY', totalCount: 2, limit: null });
});

test('is granted no rows when the package lacks the scope', async (t) => {
  const { vendor } = await serve(t, { scope: 'email_read' });
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  assert.equal(observationOf((await look(source, ['1234']))[0]).rows, 'elsewhere');
  assert.deepEqual(await askForRows(source, '1234'), { kind: 'not-granted' });
  assert.equal(vendor.requests.at(-1), `GET ${IMPORT}/validationsummary`);
});

test('is granted no rows of an import that REST does not know', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  assert.deepEqual(await askForRows(source, '5'), { kind: 'not-granted' });
  vendor.setScenario('expired');
  assert.deepEqual(await askForRows(source, '1234'), { kind: 'not-granted' });
});

test('is granted no rows where nobody says where REST is', async (t) => {
  for (const rest_instance_url of [undefined, null, '', 'file:///x']) {
    const { url, asked } = await serveAnswers(
      t,
      issuing(() => TWO_FAILED, { rest_instance_url }),
    );
    const source = connect({ authUrl: url, auth: OAUTH });
    assert.deepEqual(await askForRows(source, '1234'), { kind: 'not-granted' });
    assert.equal(asked.length, 1);
  }
});

for (const restUrl of ['/some/prefix', '/some/prefix/']) {
  test(`asks below a restUrl that is ${restUrl}, whatever the token says`, async (t) => {
    const { url, asked } = await serveAnswers(
      t,
      issuing(() => jsonAnswer(403, {})),
    );
    const source = connect({ authUrl: url, restUrl: `${url}${restUrl}`, auth: OAUTH });
    await askForRows(source, '1234');
    assert.equal(asked[1]?.url.pathname, `/some/prefix${IMPORT}/validationsummary`);
    assert.equal(asked[1]?.headers['authorization'], 'Bearer secret-1');
  });
}

const RESULT = `${IMPORT}/validationresult`;

for (const [name, answer, outcome, asked] of [
  ['a 400', jsonAnswer(400, { message: 'Id is invalid' }), 'not-granted', 1],
  ['a 403', jsonAnswer(403, {}), 'not-granted', 1],
  ['a 404', text(404, '<h1>Not Found</h1>'), 'not-granted', 1],
  ['a 401', jsonAnswer(401, { message: 'Not Authorized' }), 'unauthorized', 2],
  ['a 429', jsonAnswer(429, { errorcode: 50200 }), 'rate-limited', 1],
  ['a 500', text(500, ''), 'unavailable', 1],
  ['a 503', text(503, 'no healthy upstream'), 'unavailable', 1],
  ['a redirect', text(302, ''), 'unexpected-response', 1],
  ['a login page', text(200, '<html>'), 'unexpected-response', 1],
  ['half an answer', text(200, '{"id":"1234","importV'), 'unexpected-response', 1],
  ['a list of texts', jsonAnswer(200, ['none']), 'by path', 1],
] as const) {
  for (const path of [`${IMPORT}/validationsummary`, RESULT]) {
    // A bare list may be one of rows; it is no summary.
    const bare = path === RESULT ? 'page' : 'unexpected-response';
    const expected = outcome === 'by path' ? bare : outcome;
    test(`${name} from ${path} comes out as ${expected}`, async (t) => {
      const answering = issuing(({ url: { pathname } }) =>
        pathname === path ? answer : TWO_FAILED,
      );
      const { url, asked: requests } = await serveAnswers(t, answering);
      const source = connect({ authUrl: url, auth: OAUTH });
      if (expected === 'page' || expected === 'not-granted') {
        assert.equal((await askForRows(source, '1234')).kind, expected);
      } else {
        const error = await failedRows(source, '1234');
        assert.equal(error.kind, expected, error.message);
        assert.doesNotMatch(error.message, /secret/);
      }
      assert.equal(requests.filter(({ url: { pathname } }) => pathname === path).length, asked);
    });
  }
}

test('waits as long as a throttle says', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await look(source, ['1234']);
  vendor.setScenario('rate-limited');
  const error = await failedRows(source, '1234');
  assert.deepEqual([error.kind, error.retryAfterMs], ['rate-limited', 5_000]);
});

test('never quotes a row in the message of a failure', async (t) => {
  const rows = { customers: [{ name: 'Anna Schmidt' }] };
  const { url } = await serveAnswers(
    t,
    issuing(({ url: { pathname } }) => (pathname === RESULT ? jsonAnswer(200, rows) : TWO_FAILED)),
  );
  const error = await failedRows(connect({ authUrl: url, auth: OAUTH }), '1234');
  assert.match(error.message, /expected a list, or one under importValidationResult/);
  assert.doesNotMatch(error.message, /Anna/);
});

test('renews a token that died early once, for rows as for looks', async (t) => {
  const { vendor, simulator } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await look(source, ['1234']);
  simulator.expireTokens();
  assert.equal((await readRows(source, '1234')).rows.length, 2);
  await look(source, ['1234']);
  assert.equal(countOf(vendor, '/v2/token'), 2);
});

test('renews a token that dies between the summary and the rows', async (t) => {
  const answering = issuing(({ url: { pathname }, headers }) => {
    if (pathname !== RESULT) return TWO_FAILED;
    const isDead = headers['authorization'] === 'Bearer secret-1';
    return isDead ? jsonAnswer(401, {}) : jsonAnswer(200, [ROW, ROW]);
  });
  const { url, asked } = await serveAnswers(t, answering);
  const page = await readRows(connect({ authUrl: url, auth: OAUTH }), '1234');
  assert.equal(page.rows.length, 2);
  assert.deepEqual(
    asked.map(({ url: { pathname } }) => pathname),
    ['/v2/token', `${IMPORT}/validationsummary`, RESULT, '/v2/token', RESULT],
  );
});

test('tells that a token cannot be sent, without telling the token', async (t) => {
  const { url } = await serveAnswers(
    t,
    issuing(() => TWO_FAILED, { access_token: 'se\ncret' }),
  );
  const error = await failedRows(connect({ authUrl: url, auth: OAUTH }), '1234');
  assert.equal(error.kind, 'unauthorized');
  assert.doesNotMatch(error.message, /cret/);
});

test('does not ask for rows of an id that cannot be a TaskResultID', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  for (const id of ['0', '007', '../1234', '', '2147483648']) {
    assert.equal((await failedRows(source, id)).kind, 'not-found');
  }
  assert.deepEqual(vendor.requests, []);
});

test('takes a place in the list that it never gave for a fault of ours', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  await assert.rejects(askForRows(source, '1234', '2'), { name: 'Error' });
  assert.deepEqual(vendor.requests, []);
});

test('passes an abort on as it came', async (t) => {
  const { vendor } = await serve(t);
  const reason = new Error('enough');
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const target = { externalId: '1234', next: null, knownTotal: null };
  const reading = source.readRows?.(target, AbortSignal.abort(reason));
  assert.ok(reading);
  await assert.rejects(reading, reason);
});

test('reads the rows of a load that failed as a whole, too', async (t) => {
  const { vendor, clock } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH }, clock);
  const id = vendor.start({ ...ORDINARY_LOAD, ending: 'failed', failedRows: 3 });
  clock.now = START + 10_000;
  assert.equal(observationOf((await look(source, [id]))[0]).job.outcome, 'FAILED');
  assert.equal((await readRows(source, id)).rows.length, 3);
});
