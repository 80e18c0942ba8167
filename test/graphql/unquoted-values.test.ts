import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ImportRow } from '../../src/domain/row.ts';
import { rowError } from '../support/builders.ts';
import { keepRows, startWorldWith } from '../support/kept-rows.ts';
import { at } from '../support/world.ts';
import type { World } from '../support/world.ts';

const VALUES = { name: 'Ann Smith', city: 'Old Town\n', tags: [{ level: 'platinum' }] };

const FAILED = rowError({
  number: 7,
  code: 'E1',
  message: 'customer Ann Smith of Old Town was not found',
  detail: 'Old Town has no platinum customers, and Ann Smith is none',
  values: VALUES,
});

const MESSAGE = 'customer … of … was not found';
const DETAIL = '… has no … customers, and … is none';
const SECRETS = /Ann|Smith|Old|Town|platinum/;

function startWorldFor(
  t: TestContext,
  scopes: readonly string[],
  rows: readonly ImportRow[] = [FAILED],
): Promise<World> {
  const rowErrors = { availability: 'COMPLETE', totalCount: rows.length, limit: null } as const;
  return startWorldWith(t, (ledger) => keepRows(ledger, { rows, state: { rowErrors } }), {
    service: { auth: { mode: 'none', scopes } },
  });
}

const TEXTS = `{
  import(id: "micro:load") {
    rows { nodes { error { message detail } } }
    rowErrors { nodes { message detail } }
    rowErrorGroups { message count sample { message detail } }
  }
}`;

async function readFile(world: World, file: string): Promise<string> {
  const response = await fetch(`${world.app.url}/imports/micro%3Aload/${file}`);
  assert.equal(response.status, 200);
  return response.text();
}

test('without the scope for rows, no text has a value of its row, quoted or not', async (t) => {
  const world = await startWorldFor(t, ['imports:read']);
  const { data, errors } = await world.ask(TEXTS);
  assert.deepEqual(errors, []);
  const told = { message: MESSAGE, detail: DETAIL };
  assert.deepEqual(at(data, 'import'), {
    rows: { nodes: [{ error: told }] },
    rowErrors: { nodes: [told] },
    rowErrorGroups: [{ message: MESSAGE, count: 1, sample: told }],
  });
  const csv = await readFile(world, 'rows.csv');
  assert.ok(csv.includes(MESSAGE), csv);
  assert.doesNotMatch(csv, SECRETS);
  const ndjson = await readFile(world, 'rows.ndjson');
  const row: unknown = JSON.parse(ndjson);
  assert.equal(at(row, 'message'), MESSAGE);
  assert.equal(at(row, 'detail'), DETAIL);
  assert.doesNotMatch(ndjson, SECRETS);
});

test('with it, every text is as the vendor said it, and only the group has none of the values', async (t) => {
  const world = await startWorldFor(t, ['imports:read', 'imports:rows']);
  const { data, errors } = await world.ask(TEXTS);
  assert.deepEqual(errors, []);
  const said = { message: FAILED.failure?.message, detail: FAILED.failure?.detail };
  assert.deepEqual(at(data, 'import'), {
    rows: { nodes: [{ error: said }] },
    rowErrors: { nodes: [said] },
    rowErrorGroups: [{ message: MESSAGE, count: 1, sample: said }],
  });
  assert.ok((await readFile(world, 'rows.csv')).includes('customer Ann Smith of Old Town'));
  const row: unknown = JSON.parse(await readFile(world, 'rows.ndjson'));
  assert.equal(at(row, 'message'), FAILED.failure?.message);
});

test('one cause of which each row has another value without quotes is one group', async (t) => {
  const names = Array.from(
    { length: 50 },
    (_, index) => `Person ${'abcdefghij'.repeat(index + 1)}`,
  );
  const rows = names.map((name, index) =>
    rowError({
      number: index + 1,
      message: `no customer is called ${name}`,
      values: { name, note: 'x' },
    }),
  );
  for (const scopes of [['imports:read'], ['imports:read', 'imports:rows']]) {
    const world = await startWorldFor(t, scopes, rows);
    const { data, errors } = await world.ask(
      '{ import(id: "micro:load") { rowErrorGroups { message count firstNumber lastNumber } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(at(data, 'import.rowErrorGroups'), [
      { message: 'no customer is called …', count: 50, firstNumber: 1, lastNumber: 50 },
    ]);
  }
});

test('a value that is the whole message leaves nothing of it', async (t) => {
  const rows = [
    rowError({ message: 'Ann Smith', detail: 'Smith, Ann', values: { a: 'Ann Smith' } }),
  ];
  const world = await startWorldFor(t, ['imports:read'], rows);
  const { data } = await world.ask(TEXTS);
  assert.equal(at(data, 'import.rowErrors.nodes.0.message'), '…');
});

test('a row with too many values to look for shows a caller without the scope no text at all', async (t) => {
  const values = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`n${n}`, `v${n}`]));
  const rows = [rowError({ message: 'v17 is not valid', detail: 'see v17', values })];
  const world = await startWorldFor(t, ['imports:read'], rows);
  const { data } = await world.ask(TEXTS);
  const none = { message: '…', detail: '…' };
  assert.deepEqual(at(data, 'import.rowErrors.nodes'), [none]);
  assert.deepEqual(at(data, 'import.rowErrorGroups'), [{ message: '…', count: 1, sample: none }]);
});
