import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import test from 'node:test';
import { ROW_OUTCOMES } from '../../src/domain/row.ts';
import type { ImportRow, RowOutcome } from '../../src/domain/row.ts';
import { refOf, row, rowError } from '../support/builders.ts';
import { keepRows, LOAD, startWorldWith } from '../support/kept-rows.ts';
import { at, startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const ROWS = `query ($first: Int, $after: String, $outcome: [ImportRowOutcome!]) {
  import(id: "micro:load") {
    rows(first: $first, after: $after, outcome: $outcome) {
      totalCount
      edges { cursor node { number } } nodes { id outcome number error { number } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`;

const ROW_ERRORS = `query ($first: Int, $after: String) {
  import(id: "micro:load") {
    rowErrors(first: $first, after: $after) {
      totalCount nodes { id number } pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
}`;

/** So many rows, numbered from 1, with every outcome in turn. */
function mixedRows(count: number): readonly ImportRow[] {
  return Array.from({ length: count }, (_, index) => {
    const outcome = ROW_OUTCOMES[index % ROW_OUTCOMES.length] ?? 'UNKNOWN';
    const number = index + 1;
    return outcome === 'FAILED' ? rowError({ number }) : row({ outcome, number });
  });
}

function numbersOf(
  rows: readonly ImportRow[],
  outcomes: readonly RowOutcome[] = ROW_OUTCOMES,
): readonly unknown[] {
  return rows.filter(({ outcome }) => outcomes.includes(outcome)).map(({ number }) => number);
}

interface Paging {
  readonly field: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The rows of every page, from the first to the last. */
async function readAll(
  world: World,
  { field, query, variables }: Paging,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let after: unknown = null;
  for (;;) {
    const { data, errors } = await world.ask(query, { ...variables, after });
    assert.deepEqual(errors, []);
    const page = at(data, `import.${field}`);
    assert.equal(at(page, 'pageInfo.hasPreviousPage'), after !== null);
    const nodes = at(page, 'nodes');
    assert.ok(Array.isArray(nodes));
    found.push(...nodes);
    if (at(page, 'pageInfo.hasNextPage') === false) return found;
    assert.equal(nodes.length, variables['first']);
    after = at(page, 'pageInfo.endCursor');
  }
}

function each(nodes: readonly unknown[], path: string): readonly unknown[] {
  return nodes.map((node) => at(node, path));
}

test('rows are paged to the end in the order of the vendor, each once', async (t) => {
  const rows = mixedRows(1_250);
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  for (const first of [500, 250, 97]) {
    const all = await readAll(world, { field: 'rows', query: ROWS, variables: { first } });
    assert.deepEqual(each(all, 'number'), numbersOf(rows));
    assert.equal(new Set(each(all, 'id')).size, rows.length);
    const failed = await readAll(world, {
      field: 'rowErrors',
      query: ROW_ERRORS,
      variables: { first },
    });
    assert.deepEqual(each(failed, 'number'), numbersOf(rows, ['FAILED']));
  }
});

test('rows of some outcomes are paged the same way, and counted', async (t) => {
  const rows = mixedRows(1_250);
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  const filters: readonly (readonly RowOutcome[])[] = [
    ['FAILED'],
    ['FAILED', 'CREATED'],
    ['UNKNOWN', 'EXISTING', 'EXISTING'],
    ROW_OUTCOMES,
  ];
  for (const outcome of filters) {
    const variables = { first: 100, outcome };
    const nodes = await readAll(world, { field: 'rows', query: ROWS, variables });
    assert.deepEqual(each(nodes, 'number'), numbersOf(rows, outcome));
    const { data } = await world.ask(ROWS, variables);
    assert.equal(at(data, 'import.rows.totalCount'), nodes.length);
  }
});

test('no outcome asked for is every outcome, and an empty list is none', async (t) => {
  const rows = mixedRows(12);
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  for (const variables of [{}, { outcome: null }]) {
    const { data } = await world.ask(ROWS, variables);
    assert.equal(at(data, 'import.rows.totalCount'), 12);
    assert.equal(at(data, 'import.rows.nodes.length'), 12);
    assert.equal(
      at(data, 'import.rows.edges.11.cursor'),
      at(data, 'import.rows.pageInfo.endCursor'),
    );
  }
  const { data, errors } = await world.ask(ROWS, { outcome: [] });
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'import.rows'), {
    totalCount: 0,
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('a row has an error where it failed, and only there', async (t) => {
  const rows = mixedRows(12);
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  const { data } = await world.ask(ROWS);
  const nodes = at(data, 'import.rows.nodes');
  assert.ok(Array.isArray(nodes));
  for (const node of nodes) {
    const expected = at(node, 'outcome') === 'FAILED' ? { number: at(node, 'number') } : null;
    assert.deepEqual(at(node, 'error'), expected);
  }
});

test('a page that cannot be is refused, though there are no rows', async (t) => {
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows: null }));
  const wrong = [
    [{ first: 0 }, 'INVALID_PAGE_SIZE'],
    [{ first: 501 }, 'INVALID_PAGE_SIZE'],
    [{ after: 'p1' }, 'INVALID_CURSOR'],
    [{ after: '' }, 'INVALID_CURSOR'],
    [{ after: 'r-1' }, 'INVALID_CURSOR'],
  ] as const;
  for (const [variables, code] of wrong) {
    for (const query of [ROWS, ROW_ERRORS]) {
      const { errors } = await world.ask(query, variables);
      assert.equal(errors[0]?.extensions?.code, code, JSON.stringify(variables));
    }
  }
  const { errors } = await world.ask(ROWS, { outcome: ['LOST'] });
  assert.equal(errors[0]?.extensions?.code, 'BAD_USER_INPUT');
});

test('a number that GraphQL cannot carry is null, and left out among several', async (t) => {
  const rows = [
    rowError({ number: 3_000_000_000, furtherNumbers: [5, 4_000_000_000, 7] }),
    rowError({ number: 2_147_483_647, furtherNumbers: [] }),
    rowError({ number: null, numberBasis: 'UNSTATED' }),
    row({ number: 2_147_483_648 }),
  ];
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows }));
  const { data, errors } = await world.ask(`{
    import(id: "micro:load") {
      rows { nodes { number } }
      rowErrors { nodes { number numbers } }
      rowErrorGroups { count firstNumber lastNumber }
    }
  }`);
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'import.rows.nodes'), [
    { number: null },
    { number: 2_147_483_647 },
    { number: null },
    { number: null },
  ]);
  assert.deepEqual(at(data, 'import.rowErrors.nodes'), [
    { number: null, numbers: [5, 7] },
    { number: 2_147_483_647, numbers: [2_147_483_647] },
    { number: null, numbers: [] },
  ]);
  assert.deepEqual(at(data, 'import.rowErrorGroups'), [
    { count: 3, firstNumber: 2_147_483_647, lastNumber: null },
  ]);
});

const EXPORT = `query ($id: ID!, $format: ImportRowsFormat! = CSV, $outcome: [ImportRowOutcome!]) {
  import(id: $id) { rowsExportUrl(format: $format, outcome: $outcome) }
}`;

test('the address of a file names the service, the import, the format and the outcomes', async (t) => {
  const strange = refOf('a/b c?d=%41#"', 'micro');
  const seed = { rows: [rowError()] };
  const world = await startWorldWith(t, async (ledger) => {
    await keepRows(ledger, seed);
    await keepRows(ledger, { ...seed, ref: strange });
  });
  const urlOf = async (variables: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, errors } = await world.ask(EXPORT, { id: 'micro:load', ...variables });
    assert.deepEqual(errors, []);
    return at(data, 'import.rowsExportUrl');
  };
  const base = `${world.app.url}/imports/micro%3Aload`;
  assert.equal(await urlOf({}), `${base}/rows.csv`);
  assert.equal(await urlOf({ format: 'NDJSON' }), `${base}/rows.ndjson`);
  assert.equal(
    await urlOf({ outcome: ['FAILED', 'CREATED'] }),
    `${base}/rows.csv?outcome=FAILED&outcome=CREATED`,
  );
  assert.equal(await urlOf({ outcome: null }), `${base}/rows.csv`);
  assert.equal(await urlOf({ outcome: [] }), null);
  const url = await urlOf({ id: `micro:${strange.externalId}` });
  assert.equal((await fetch(String(url))).status, 200);
});

test('the address is the public one where that is configured, and a path where nobody can say', async (t) => {
  const addresses = [
    [{ publicUrl: 'https://imports.acme.com/feed/' }, 'https://imports.acme.com/feed'],
    [{ host: '0.0.0.0', auth: { mode: 'none', allowRemote: true } }, ''],
    ...(hasIpv6()
      ? [[{ host: '::', auth: { mode: 'none', allowRemote: true } }, ''] as const]
      : []),
  ] as const;
  for (const [service, base] of addresses) {
    const options = { service };
    const seed = { rows: [rowError()] };
    const world = await startWorldWith(t, (ledger) => keepRows(ledger, seed), options);
    const { data } = await world.ask(EXPORT, { id: 'micro:load' });
    assert.equal(at(data, 'import.rowsExportUrl'), `${base}/imports/micro%3Aload/rows.csv`);
  }
});

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) =>
    all?.some(({ family }) => family === 'IPv6'),
  );
}

test('more rows than the limit are counted and not kept, of those that failed and of the others', async (t) => {
  const world = await startWorld(t, { provider: { maxRows: 2 } });
  const response = {
    job_id: null,
    status: 'complete',
    total: 7,
    processed: 7,
    succeeded: 4,
    failed: 3,
    results: Array.from({ length: 7 }, (_, index) => ({
      id: index < 4 ? `record-${index}` : null,
      created: index < 4,
      input_index: index,
      ...(index < 4 ? {} : { error: { code: 'no', message: 'no' } }),
    })),
  };
  const { data } = await world.ask(
    `mutation ($input: RecordImportInput!) {
      recordImport(input: $input) {
        import {
          counters { total failed }
          rows { totalCount availability limit nodes { number outcome } }
          rowErrors { totalCount availability limit nodes { number } }
          rowErrorGroups { count }
        }
      }
    }`,
    { input: { ...LOAD, response } },
  );
  assert.deepEqual(at(data, 'recordImport.import'), {
    counters: { total: 7, failed: 3 },
    rows: {
      totalCount: 7,
      availability: 'TRUNCATED',
      limit: 2,
      nodes: [
        { number: 0, outcome: 'CREATED' },
        { number: 1, outcome: 'CREATED' },
        { number: 4, outcome: 'FAILED' },
        { number: 5, outcome: 'FAILED' },
      ],
    },
    rowErrors: {
      totalCount: 3,
      availability: 'TRUNCATED',
      limit: 2,
      nodes: [{ number: 4 }, { number: 5 }],
    },
    rowErrorGroups: [{ count: 2 }],
  });
});
