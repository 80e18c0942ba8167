import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf } from '../../../src/domain/cause.ts';
import { createSimulator } from '../../../src/providers/marketing-cloud/simulator.ts';
import type { MarketingCloudSimulatorOptions } from '../../../src/providers/marketing-cloud/simulator.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { VendorScenario } from '../../../src/providers/simulation.ts';
import { ENDED_LOAD, START, textOf } from './setup.ts';

const ORIGIN = 'http://sfmc.example:8080';

interface Row {
  readonly rowId: number;
  readonly validationErrorType: string;
  readonly validationErrorDetails: string;
}

function open(options: Partial<MarketingCloudSimulatorOptions> = {}) {
  const clock = { now: START };
  const simulator = createSimulator({ now: () => clock.now, seed: 3, ...options });

  function token(): string {
    const body = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' };
    const url = new URL('/v2/token', ORIGIN);
    const request = { method: 'POST', url, headers: {}, body: JSON.stringify(body) };
    return JSON.parse(textOf(simulator.answer(request, 'healthy'))).access_token;
  }
  function get(
    path: string,
    authorization = `Bearer ${token()}`,
    scenario: VendorScenario = 'healthy',
  ) {
    const url = new URL(`/data/v1/async/import/${path}`, ORIGIN);
    const request = { method: 'GET', url, headers: { authorization }, body: '' };
    return simulator.answer(request, scenario);
  }
  return { clock, simulator, token, get };
}

test('lists as many rows as the import counts, of each kind as many as the summary', () => {
  const { simulator, get } = open();
  for (const [rows, failedRows] of [
    [1, 1],
    [10, 9],
    [1_000, 37],
    [400, 400],
  ] as const) {
    const id = simulator.start({ ...ENDED_LOAD, rows, failedRows });
    const summary = JSON.parse(textOf(get(`${id}/validationsummary`)));
    const result = JSON.parse(textOf(get(`${id}/validationresult`)));
    const listed: readonly Row[] = result.importValidationResult;
    assert.deepEqual([summary.id, result.id, listed.length], [id, id, failedRows]);
    let counted = 0;
    for (const { validationErrorType: type, errorsCount } of summary.importValidationSummary) {
      const ofType = listed.filter((row) => row.validationErrorType === type);
      assert.equal(ofType.length, errorsCount, type);
      counted += errorsCount;
    }
    assert.equal(counted, failedRows);
    assert.equal(new Set(listed.map(({ rowId }) => rowId)).size, failedRows);
    for (const { rowId } of listed) assert.ok(rowId >= 1 && rowId <= rows);
  }
});

test('gives rows several causes', () => {
  const { simulator, get } = open();
  const id = simulator.start({ ...ENDED_LOAD, rows: 100, failedRows: 50 });
  const rows: readonly Row[] = JSON.parse(
    textOf(get(`${id}/validationresult`)),
  ).importValidationResult;
  const causes = new Set(rows.map((row) => causeOf(row.validationErrorDetails)));
  assert.equal(causes.size, 3);
});

test('has no failed rows to show of an import without any, or before its end', () => {
  const { simulator, get } = open();
  for (const load of [ENDED_LOAD, { ...ORDINARY_LOAD, failedRows: 5 }]) {
    const id = simulator.start(load);
    const summary = JSON.parse(textOf(get(`${id}/validationsummary`)));
    assert.deepEqual(summary.importValidationSummary, []);
    const result = JSON.parse(textOf(get(`${id}/validationresult`)));
    assert.deepEqual(result.importValidationResult, []);
  }
});

test('makes a million rows only while they are sent', () => {
  const { simulator, get } = open();
  const id = simulator.start({ ...ENDED_LOAD, rows: 1_000_000, failedRows: 1_000_000 });
  const { body } = get(`${id}/validationresult`);
  assert.ok(typeof body !== 'string');
  let size = 0;
  for (const piece of body) {
    size += piece.length;
    if (size > 1_000) break;
  }
  assert.ok(size < 100_000);
});

test('refuses callers without a token and with a dead one, as recorded', () => {
  const { get, token, clock } = open();
  const live = `Bearer ${token()}`;
  assert.equal(get('1234/validationsummary', live).status, 200);
  clock.now = START + 1_079_000;
  for (const authorization of ['', 'Bearer made-up', live, token()]) {
    const refused = get('1234/validationsummary', authorization);
    assert.equal(refused.status, 401);
    const { message, errorcode } = JSON.parse(textOf(refused));
    assert.deepEqual([message, errorcode], ['Not Authorized', 0]);
  }
});

test('refuses callers whose token does not allow it', () => {
  assert.equal(open({ scope: 'email_read' }).get('1234/validationresult').status, 403);
  assert.equal(open({ scope: '' }).get('1234/validationsummary').status, 403);
  assert.equal(open({ scope: 'automations_read' }).get('1234/validationresult').status, 200);
});

test('imitates a vendor that refuses, throttles or has forgotten over REST', () => {
  const { get, token } = open();
  const statusIn = (scenario: VendorScenario) =>
    get('1234/validationresult', `Bearer ${token()}`, scenario).status;
  assert.equal(statusIn('unauthorized'), 401);
  assert.equal(statusIn('rate-limited'), 429);
  assert.equal(statusIn('expired'), 404);
});

test('knows no other import and no other path', () => {
  const { get } = open();
  for (const path of ['5/validationsummary', 'x/validationresult', '1234/other', '1234', '']) {
    assert.equal(get(path).status, 404, path);
  }
});
