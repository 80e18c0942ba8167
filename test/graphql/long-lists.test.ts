import assert from 'node:assert/strict';
import test from 'node:test';
import { everybody } from '../../src/graphql/caller.ts';
import { filterOf } from '../../src/graphql/filter.ts';
import { refOf, row, rowError } from '../support/builders.ts';
import { openServices } from '../support/graph.ts';
import { keepRows, startWorldWith } from '../support/kept-rows.ts';
import { openLedger } from '../support/ledgers.ts';
import { TestClock } from '../support/clock.ts';
import { at } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { createVendor } from '../watcher/setup.ts';

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

async function codeOf(
  world: World,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { errors } = await world.ask(query, variables);
  return errors[0]?.extensions?.code;
}

test('what a filter names several times is looked for once', async (t) => {
  const { watcher } = await openServices(openLedger(t), [createVendor(new TestClock()).provider]);
  const input = {
    providerIds: times(1_000, 'catalog'),
    ids: times(1_000, 'catalog:a'),
    phases: times(100, 'QUEUED' as const),
    outcomes: [...times(50, 'FAILED' as const), 'ABORTED' as const],
  };
  assert.deepEqual(filterOf(input, { watcher, caller: everybody(['imports:read']) }), {
    providerIds: ['catalog'],
    ids: ['catalog:a'],
    phases: ['QUEUED'],
    outcomes: ['FAILED', 'ABORTED'],
  });
});

test('a list that is longer than anybody needs is refused before what is in it is read', async (t) => {
  const world = await startWorldWith(t, async () => undefined);
  const list = 'query ($filter: ImportFilter) { imports(filter: $filter) { nodes { id } } }';
  const filters = [
    { providerIds: times(1_001, 'nobody') },
    { ids: times(1_001, 'nonsense') },
    { phases: times(101, 'QUEUED') },
    { outcomes: times(101, 'FAILED') },
  ];
  for (const filter of filters) {
    assert.equal(await codeOf(world, list, { filter }), 'INVALID_FILTER', JSON.stringify(filter));
  }
});

const FIELDS = [
  'rows(first: 1, outcome: $outcome) { totalCount }',
  'rowsExportUrl(outcome: $outcome)',
];

function query(field: string): string {
  return `query ($outcome: [ImportRowOutcome!]) { import(id: "micro:load") { ${field} } }`;
}

test('an outcome of rows that is named several times is one, in files, too', async (t) => {
  const world = await startWorldWith(t, (ledger) =>
    keepRows(ledger, { ref: refOf('load', 'micro'), rows: [row(), rowError(), rowError()] }),
  );
  for (const field of FIELDS) {
    assert.equal(
      await codeOf(world, query(field), { outcome: times(101, 'FAILED') }),
      'INVALID_FILTER',
    );
  }
  const outcome = times(100, 'FAILED');
  const { data, errors } = await world.ask(query(FIELDS.join(' ')), { outcome });
  assert.deepEqual(errors, []);
  assert.equal(at(data, 'import.rows.totalCount'), 2);
  const url = String(at(data, 'import.rowsExportUrl'));
  assert.match(url, /rows\.csv\?outcome=FAILED$/);
  const file = await fetch(`${url},FAILED&outcome=FAILED`);
  assert.equal((await file.text()).trim().split('\r\n').length, 3);
});
