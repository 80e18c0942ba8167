import assert from 'node:assert/strict';
import test from 'node:test';
import { execute, parse } from 'graphql';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import type { ImportState } from '../../src/domain/import.ts';
import type { RowErrorAvailability, RowErrorSummary } from '../../src/domain/row.ts';
import { everybody } from '../../src/graphql/caller.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { createHub } from '../support/live.ts';
import { counters, refOf, row, rowError, state } from '../support/builders.ts';
import { keepRows, LOAD, pruneRows, startWorldWith } from '../support/kept-rows.ts';
import type { KeptRows } from '../support/kept-rows.ts';
import { openLedger } from '../support/ledgers.ts';
import { at } from '../support/world.ts';

const SHOWN = `query ($id: ID!) {
  import(id: $id) {
    rows { availability totalCount limit nodes { outcome } pageInfo { hasNextPage } }
    rowErrors { availability totalCount limit nodes { number } pageInfo { hasNextPage } }
    rowErrorGroups { count }
    rowsExportUrl
  }
}`;

function said(
  availability: RowErrorAvailability,
  changes: Partial<RowErrorSummary> = {},
): RowErrorSummary {
  return { availability, totalCount: null, limit: null, ...changes };
}

const MIXED = [row({ number: 1 }), rowError({ number: 2 }), row({ number: 3 })];

interface Case {
  readonly provider: string;
  readonly rows: KeptRows['rows'];
  readonly state: Partial<ImportState>;
  /** Availability and count of the rows, then of the row errors. */
  readonly expected: readonly [string, number | null, string, number | null];
  readonly isExported: boolean;
}

const CASES: readonly Case[] = [
  {
    provider: 'micro',
    rows: MIXED,
    state: { counters: counters({ total: 3 }) },
    expected: ['COMPLETE', 3, 'COMPLETE', 1],
    isExported: true,
  },
  {
    provider: 'micro',
    rows: MIXED,
    state: { counters: counters({ total: 4 }) },
    expected: ['TRUNCATED', 3, 'COMPLETE', 1],
    isExported: true,
  },
  {
    provider: 'micro',
    rows: null,
    state: { counters: counters({ total: 0 }) },
    expected: ['COMPLETE', 0, 'COMPLETE', 0],
    isExported: false,
  },
  {
    provider: 'micro',
    rows: null,
    state: { counters: counters({ total: 4 }), rowErrors: said('COUNT_ONLY', { totalCount: 4 }) },
    expected: ['COUNT_ONLY', null, 'COUNT_ONLY', 4],
    isExported: false,
  },
  {
    provider: 'micro',
    rows: null,
    state: { rowErrors: said('PENDING') },
    expected: ['PENDING', null, 'PENDING', null],
    isExported: false,
  },
  {
    provider: 'micro',
    rows: MIXED,
    state: { rowErrors: said('PENDING') },
    expected: ['PENDING', 3, 'PENDING', null],
    isExported: false,
  },
  {
    provider: 'micro',
    rows: null,
    state: { rowErrors: said('EXPIRED', { totalCount: 7 }) },
    expected: ['EXPIRED', null, 'EXPIRED', 7],
    isExported: false,
  },
  {
    provider: 'collibra',
    rows: [rowError(), rowError()],
    state: { counters: counters({ total: 9 }) },
    expected: ['FAILED_ONLY', 2, 'COMPLETE', 2],
    isExported: true,
  },
  {
    provider: 'collibra',
    rows: null,
    state: { counters: counters({ total: 9 }) },
    expected: ['FAILED_ONLY', null, 'COMPLETE', 0],
    isExported: false,
  },
  {
    provider: 'no-longer-configured',
    rows: MIXED,
    state: {},
    expected: ['COMPLETE', 3, 'COMPLETE', 1],
    isExported: true,
  },
  {
    provider: 'no-longer-configured',
    rows: [rowError()],
    state: {},
    expected: ['FAILED_ONLY', 1, 'COMPLETE', 1],
    isExported: true,
  },
];

test('how much of the rows is held is told of every import, as is where to have them', async (t) => {
  const refs = CASES.map(({ provider }, index) => refOf(`load-${index}`, provider));
  const world = await startWorldWith(t, async (ledger) => {
    for (const [index, { rows, state: kept }] of CASES.entries()) {
      await keepRows(ledger, { ref: refs[index] ?? LOAD, rows, state: kept });
    }
  });
  for (const [index, { provider, rows, expected, isExported }] of CASES.entries()) {
    const id = `${provider}:load-${index}`;
    const { data, errors } = await world.ask(SHOWN, { id });
    assert.deepEqual(errors, [], id);
    const shown = [
      at(data, 'import.rows.availability'),
      at(data, 'import.rows.totalCount'),
      at(data, 'import.rowErrors.availability'),
      at(data, 'import.rowErrors.totalCount'),
    ];
    assert.deepEqual(shown, expected, id);
    assert.equal(at(data, 'import.rows.nodes.length'), rows?.length ?? 0, id);
    assert.equal(at(data, 'import.rowsExportUrl') !== null, isExported, id);
  }
});

test('rows that were deleted for their age are told of, with their count', async (t) => {
  const world = await startWorldWith(t, async (ledger) => {
    await keepRows(ledger, { rows: MIXED, state: { counters: counters({ total: 3 }) } });
    await keepRows(ledger, { ref: refOf('clean', 'micro'), rows: [row()] });
    await pruneRows(ledger);
  });
  const { data, errors } = await world.ask(SHOWN, { id: 'micro:load' });
  assert.deepEqual(errors, []);
  const none = { nodes: [], pageInfo: { hasNextPage: false }, limit: null };
  assert.deepEqual(at(data, 'import'), {
    rows: { ...none, availability: 'PRUNED', totalCount: 3 },
    rowErrors: { ...none, availability: 'PRUNED', totalCount: 1 },
    rowErrorGroups: [],
    rowsExportUrl: null,
  });
  const clean = await world.ask(SHOWN, { id: 'micro:clean' });
  assert.equal(at(clean.data, 'import.rows.availability'), 'PRUNED');
  assert.equal(at(clean.data, 'import.rowErrors.availability'), 'COMPLETE');
});

test('a state that an earlier release wrote has no limit, and answers', async (t) => {
  const { limit: _, ...rowErrors } = said('TRUNCATED', { totalCount: 9 });
  const old: ImportState = JSON.parse(JSON.stringify({ ...state(), rowErrors }));
  const world = await startWorldWith(t, (ledger) => keepRows(ledger, { rows: MIXED, state: old }));
  const { data, errors } = await world.ask(SHOWN, { id: 'micro:load' });
  assert.deepEqual(errors, []);
  assert.equal(at(data, 'import.rows.limit'), null);
  assert.equal(at(data, 'import.rows.availability'), 'TRUNCATED');
  assert.equal(at(data, 'import.rowErrors.limit'), null);
  assert.equal(at(data, 'import.rowErrors.totalCount'), 9);
});

test('a list of twenty imports reads once what is held of them, and rows only where there are any', async (t) => {
  const ledger = openLedger(t);
  for (let index = 0; index < 20; index += 1) {
    const rows = index < 3 ? MIXED : [row()];
    await keepRows(ledger, { ref: refOf(`load-${index}`, 'micro'), rows });
  }
  const statements: string[] = [];
  const counted: typeof ledger = {
    ...ledger,
    findHeldRows: async (ids) => {
      statements.push(`held of ${ids.length}`);
      return ledger.findHeldRows(ids);
    },
    listRows: async (query) => {
      statements.push(`rows of ${query.importId}`);
      return ledger.listRows(query);
    },
  };
  const watcher = await Watcher.create({
    providers: [],
    ledger: counted,
    clock: SYSTEM_CLOCK,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    holdFinishForMs: 0,
  });
  const services = { ledger: counted, watcher, clock: SYSTEM_CLOCK, publicUrl: '' };
  const { data, errors } = await execute({
    schema: createSchema(),
    document: parse(`{
      imports(first: 20) { nodes { rowErrors { availability nodes { number } } rowsExportUrl } }
    }`),
    contextValue: createContext({
      services: { ...services, hub: createHub({ ledger }), draining: new AbortController().signal },
      caller: everybody(['imports:read']),
    }),
  });
  assert.equal(errors, undefined);
  assert.equal(at(data, 'imports.nodes.length'), 20);
  assert.deepEqual(statements.toSorted(), [
    'held of 20',
    'rows of micro:load-0',
    'rows of micro:load-1',
    'rows of micro:load-2',
  ]);
});
