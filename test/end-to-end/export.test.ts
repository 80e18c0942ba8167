import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'csv-parse/sync';
import type { ImportRow, RowErrorAvailability } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { counters, refOf, row, rowError } from '../support/builders.ts';
import { keepRows, LOAD, pruneRows, startWorldWith } from '../support/kept-rows.ts';
import { at } from '../support/world.ts';
import type { World } from '../support/world.ts';

const OWN = ['_error_code', '_error_message', '_number', '_resource', '_outcome', '_record_id'];

const SECRET = 'Ann "the cat" O\'Neil';
const MESSAGE = 'no "Ann O\'Neil"';

const ROWS: readonly ImportRow[] = [
  row({ number: 1, recordId: 'r-1' }),
  rowError({
    number: 2,
    furtherNumbers: [4],
    code: 'E1',
    message: MESSAGE,
    detail: 'at 12.5',
    values: { name: SECRET, price: -3, tags: ['a', { b: null }] },
  }),
  row({ outcome: 'EXISTING', number: 3 }),
  rowError({ number: 5, code: null, values: { price: '=1+1', 'full name': 'two\r\nlines, 日本' } }),
];

/** What the builder of failed rows says of one. */
const INVALID = 'the value is not valid';

const MIXED = (ledger: Ledger): Promise<void> => keepRows(ledger, { rows: ROWS });

function ask(world: World, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${world.app.url}${path}`, init);
}

async function readCsv(response: Response): Promise<readonly string[][]> {
  return parse(await response.text(), { record_delimiter: '\r\n' });
}

async function readNdjson(response: Response): Promise<readonly unknown[]> {
  const lines = (await response.text()).split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line): unknown => JSON.parse(line));
}

test('the file whose address the graph gives has every row as a table', async (t) => {
  const world = await startWorldWith(t, MIXED);
  const { data } = await world.ask('{ import(id: "micro:load") { rowsExportUrl } }');
  const response = await fetch(String(at(data, 'import.rowsExportUrl')));
  assert.equal(response.status, 200);
  assert.deepEqual(await readCsv(response), [
    ['name', 'price', 'tags', 'full name', ...OWN],
    ['', '', '', '', '', '', '1', '', 'CREATED', 'r-1'],
    [SECRET, '-3', '["a",{"b":null}]', '', 'E1', MESSAGE, '2', '', 'FAILED', ''],
    ['', '', '', '', '', '', '3', '', 'EXISTING', ''],
    ['', "'=1+1", '', 'two\r\nlines, 日本', '', INVALID, '5', '', 'FAILED', ''],
  ]);
});

test('as lines of JSON it has everything that is known of each row', async (t) => {
  const world = await startWorldWith(t, MIXED);
  const rows = await readNdjson(await ask(world, '/imports/micro%3Aload/rows.ndjson'));
  assert.equal(rows.length, ROWS.length);
  const numbers = { number: 2, numbers: [2, 4], numberBasis: 'LINE' };
  assert.deepEqual(rows[1], {
    ...numbers,
    outcome: 'FAILED',
    resource: null,
    recordId: null,
    code: 'E1',
    message: MESSAGE,
    detail: 'at 12.5',
    values: { name: SECRET, price: -3, tags: ['a', { b: null }] },
    valuesForm: 'VERBATIM',
  });
  assert.equal(at(rows[0], 'values'), null);
});

test('the answer says what kind of file it is and how to name it, and no cache may keep it', async (t) => {
  const world = await startWorldWith(t, async (ledger) => {
    await MIXED(ledger);
    await keepRows(ledger, { ref: refOf('a "b"/c;d', 'micro'), rows: ROWS });
  });
  const csv = await ask(world, '/imports/micro%3Aload/rows.csv');
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
  const named = 'attachment; filename="micro_load-rows.csv"';
  assert.equal(csv.headers.get('content-disposition'), named);
  assert.equal(csv.headers.get('x-rows-availability'), 'COMPLETE');
  const strange = encodeURIComponent('micro:a "b"/c;d');
  const ndjson = await ask(world, `/imports/${strange}/rows.ndjson`);
  assert.equal(ndjson.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
  const disposition = ndjson.headers.get('content-disposition');
  assert.equal(disposition, 'attachment; filename="micro_a_b_c_d-rows.ndjson"');
  for (const response of [csv, ndjson, await ask(world, '/imports/nonsense/rows.csv')]) {
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    await response.body?.cancel();
  }
});

test('rows of some outcomes can be had, however the outcomes are listed', async (t) => {
  const world = await startWorldWith(t, MIXED);
  const numbersOf = async (query: string): Promise<readonly unknown[]> => {
    const response = await ask(world, `/imports/micro%3Aload/rows.ndjson${query}`);
    assert.equal(response.status, 200);
    return (await readNdjson(response)).map((each) => at(each, 'number'));
  };
  assert.deepEqual(await numbersOf(''), [1, 2, 3, 5]);
  assert.deepEqual(await numbersOf('?outcome=FAILED'), [2, 5]);
  assert.deepEqual(await numbersOf('?outcome=FAILED&outcome=CREATED'), [1, 2, 5]);
  assert.deepEqual(await numbersOf('?outcome=FAILED,CREATED,FAILED'), [1, 2, 5]);
  assert.deepEqual(await numbersOf('?outcome=UPDATED'), []);
  const none = await ask(world, '/imports/micro%3Aload/rows.csv?outcome=UPDATED');
  assert.deepEqual(await readCsv(none), [['name', 'price', 'tags', 'full name', ...OWN]]);
});

test('without the scope for rows, a file has neither values nor texts that quote them', async (t) => {
  const scopes = { service: { auth: { mode: 'none', scopes: ['imports:read'] } } };
  const world = await startWorldWith(t, MIXED, scopes);
  const csv = await readCsv(await ask(world, '/imports/micro%3Aload/rows.csv?outcome=FAILED'));
  assert.deepEqual(csv, [
    OWN,
    ['E1', 'no …', '2', '', 'FAILED', ''],
    ['', INVALID, '5', '', 'FAILED', ''],
  ]);
  const [failed] = await readNdjson(
    await ask(world, '/imports/micro%3Aload/rows.ndjson?outcome=FAILED'),
  );
  assert.deepEqual(
    ['message', 'detail', 'values', 'valuesForm'].map((key) => at(failed, key)),
    ['no …', 'at …', null, 'VERBATIM'],
  );
});

test('without the scope to read, there is no file', async (t) => {
  const world = await startWorldWith(t, MIXED, {
    service: { auth: { mode: 'none', scopes: ['imports:rows'] } },
  });
  const response = await ask(world, '/imports/micro%3Aload/rows.csv');
  assert.equal(response.status, 403);
  assert.equal(at(await response.json(), 'code'), 'MISSING_SCOPE');
});

/** Imports without a file, and how each is answered. */
const WITHOUT_ROWS: readonly (readonly [RowErrorAvailability, number, string])[] = [
  ['PENDING', 409, 'ROWS_PENDING'],
  ['COUNT_ONLY', 404, 'ROWS_NOT_CAPTURED'],
  ['EXPIRED', 410, 'ROWS_EXPIRED'],
];

test('where there is no file, the answer says why, and no vendor is asked', async (t) => {
  const world = await startWorldWith(t, async (ledger) => {
    await keepRows(ledger, { ref: refOf('pruned', 'micro'), rows: ROWS });
    await pruneRows(ledger);
    await MIXED(ledger);
    for (const [availability] of WITHOUT_ROWS) {
      const rowErrors = { availability, totalCount: null, limit: null };
      const ref = refOf(availability, 'micro');
      await keepRows(ledger, { ref, rows: null, state: { rowErrors } });
    }
    const values = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`c${at}`, at]));
    await keepRows(ledger, { ref: refOf('wide', 'micro'), rows: [rowError({ values })] });
  });
  const refusals = [
    ...WITHOUT_ROWS.map(
      ([name, status, code]) => [`micro%3A${name}/rows.csv`, status, code] as const,
    ),
    ['micro%3Apruned/rows.ndjson', 410, 'ROWS_PRUNED'],
    ['micro%3Awide/rows.csv', 422, 'TOO_MANY_COLUMNS'],
    ['micro%3Aload/rows.xlsx', 404, 'UNKNOWN_FILE'],
    ['micro%3Aload/rows', 404, 'UNKNOWN_FILE'],
    ['micro%3Aload/ROWS.CSV', 404, 'UNKNOWN_FILE'],
    ['nonsense/rows.csv', 404, 'INVALID_IMPORT_ID'],
    ['micro%3A%00/rows.csv', 404, 'INVALID_IMPORT_ID'],
    [`micro%3A${'x'.repeat(201)}/rows.csv`, 404, 'INVALID_IMPORT_ID'],
    ['micro%3Aunseen/rows.csv', 404, 'IMPORT_NOT_FOUND'],
    ['unheard-of%3A1/rows.csv', 404, 'IMPORT_NOT_FOUND'],
    ['micro%3Aload/rows.csv?outcome=LOST', 400, 'INVALID_OUTCOME'],
    ['micro%3Aload/rows.csv?outcome=failed', 400, 'INVALID_OUTCOME'],
    ['micro%3Aload/rows.csv?outcome=', 400, 'INVALID_OUTCOME'],
    ['micro%3Aload/rows.csv?outcome=FAILED&outcome=toString', 400, 'INVALID_OUTCOME'],
  ] as const;
  for (const [path, status, code] of refusals) {
    const response = await ask(world, `/imports/${path}`);
    const body = await response.json();
    assert.equal(response.status, status, path);
    assert.equal(at(body, 'statusCode'), status, path);
    assert.equal(at(body, 'code'), code, path);
    assert.ok(String(at(body, 'message')).length > 20, path);
    assert.equal(response.headers.get('content-disposition'), null, path);
    const head = await ask(world, `/imports/${path}`, { method: 'HEAD' });
    assert.equal(head.status, status, path);
  }
  const wrong = await ask(world, '/imports/micro%3Aload/rows.csv?outcome=LOST');
  const { message } = await wrong.json();
  assert.match(message, /"LOST" .*CREATED, UPDATED, EXISTING, SUCCEEDED, FAILED, UNKNOWN/);
  assert.equal((await ask(world, '/imports/%/rows.csv')).status, 400);
  const wide = await ask(world, '/imports/micro%3Awide/rows.ndjson');
  assert.equal(Object.keys(at((await readNdjson(wide))[0], 'values') ?? {}).length, 1_001);
  for (const { vendor } of world.fleet.members) assert.deepEqual(vendor.requests, []);
});

test('an import that had no rows, or none that failed, is an empty file and no error', async (t) => {
  const world = await startWorldWith(t, async (ledger) => {
    await keepRows(ledger, { rows: null, state: { counters: counters({ total: 0 }) } });
    await keepRows(ledger, { ref: refOf('clean', 'collibra'), rows: null });
  });
  for (const id of ['micro%3Aload', 'collibra%3Aclean']) {
    const csv = await ask(world, `/imports/${id}/rows.csv`);
    assert.equal(csv.status, 200);
    assert.deepEqual(await readCsv(csv), [OWN]);
    const ndjson = await ask(world, `/imports/${id}/rows.ndjson`);
    assert.equal(ndjson.status, 200);
    assert.equal(await ndjson.text(), '');
  }
});

test('every import has a file, whatever its id is made of', async (t) => {
  const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => at + 32)).trim();
  const ids = [printable, '%'.repeat(200), '..', '%2F', 'a/../b', '?outcome=LOST'];
  const world = await startWorldWith(t, async (ledger) => {
    for (const id of ids) await keepRows(ledger, { ref: refOf(id, 'micro'), rows: ROWS });
  });
  for (const id of ids) {
    const path = `/imports/${encodeURIComponent(`micro:${id}`)}/rows.ndjson`;
    const response = await ask(world, path);
    assert.equal(response.status, 200, id);
    assert.equal((await readNdjson(response)).length, ROWS.length, id);
    const { data } = await world.ask(
      'query ($id: ID!) { import(id: $id) { rowsExportUrl(format: NDJSON) } }',
      { id: `micro:${id}` },
    );
    assert.equal(at(data, 'import.rowsExportUrl'), world.app.url + path);
  }
});

test('twelve thousand rows come whole and in order, in either form', async (t) => {
  const rows = Array.from({ length: 12_000 }, (_, index) =>
    rowError({ number: index, values: { name: `Ann ${index}`, note: 'x'.repeat(index % 400) } }),
  );
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  const ndjson = await readNdjson(await ask(world, '/imports/micro%3Aload/rows.ndjson'));
  assert.deepEqual(
    ndjson.map((each) => at(each, 'number')),
    rows.map(({ number }) => number),
  );
  const [, ...csv] = await readCsv(await ask(world, '/imports/micro%3Aload/rows.csv'));
  assert.deepEqual(
    csv.map(([name, note]) => ({ name, note })),
    rows.map(({ failure }) => failure?.values),
  );
});

test('a file is asked about without its rows being read, and nothing of a row is logged', async (t) => {
  const log: string[] = [];
  const world = await startWorldWith(t, MIXED, { onLog: (line) => log.push(line) });
  const head = await ask(world, '/imports/micro%3Aload/rows.csv', { method: 'HEAD' });
  const full = await ask(world, '/imports/micro%3Aload/rows.csv');
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  for (const name of ['content-type', 'content-disposition', 'x-rows-availability']) {
    assert.equal(head.headers.get(name), full.headers.get(name));
  }
  assert.match(await full.text(), /the cat/);
  await world.ask(`{ import(id: "${LOAD.providerId}:load") { rowErrors { nodes { values } } } }`);
  assert.doesNotMatch(log.join(''), /the cat/);
});

test('what was handed in as a response can be taken away as a file', async (t) => {
  const world = await startWorldWith(t, async () => undefined);
  const results = [
    { id: 'r-1', created: true, input_index: 0 },
    { id: null, input_index: 1, error: { code: 'no', message: 'no such group' } },
  ];
  const counts = { total: 2, processed: 2, succeeded: 1, failed: 1 };
  const response = { job_id: null, status: 'complete', ...counts, results };
  const { data } = await world.ask(
    `mutation ($input: RecordImportInput!) {
      recordImport(input: $input) { import { rowsExportUrl(outcome: [FAILED]) } }
    }`,
    { input: { ...LOAD, response } },
  );
  const file = await fetch(String(at(data, 'recordImport.import.rowsExportUrl')));
  assert.deepEqual(await readCsv(file), [OWN, ['no', 'no such group', '1', '', 'FAILED', '']]);
});
