import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createHttp } from '../../../src/providers/http.ts';
import type { LookTarget, ProviderDataSource, RowSink } from '../../../src/providers/provider.ts';
import { qobra } from '../../../src/providers/qobra/index.ts';
import type { TableErrorInput, TableInput } from '../../../src/providers/qobra/wire.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { SimulatedAnswer, SimulatedLoad } from '../../../src/providers/simulation.ts';
import { serveSimulator } from '../../../src/providers/simulation-server.ts';
import { cannedFetch } from '../../support/canned-fetch.ts';
import { createRowSink } from '../../support/row-sink.ts';

export const ID = '647a13fe875af4b4eb7133c2';
export const START = Date.UTC(2026, 0, 1);
export const FOREVER = new AbortController().signal;
export const FAULTY_LOAD: SimulatedLoad = { ...ORDINARY_LOAD, rows: 20, failedRows: 6 };

type Target = Partial<LookTarget>;

export function targetOf(externalId: string, rows: RowSink = createRowSink()): LookTarget {
  return { externalId, continueOnError: null, mayNotExistYet: false, rows };
}

/** The simulator on loopback until the test ends, and a source that asks it. */
export async function serve(t: TestContext, { path = '' } = {}) {
  let now = START;
  const clock = { advance: (ms: number) => (now += ms) };
  const vendor = await serveSimulator(qobra.simulate({ now: () => now, seed: 1 }), { port: 0 });
  t.after(() => vendor.close());
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 2_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  const connect = qobra.settings.parse(qobra.simulatedSettings(vendor.url + path));
  return { vendor, clock, source: connect({ http, now: () => now }) };
}

/** What the simulator says of a load once it has ended. */
export function answerAboutEnded(load: SimulatedLoad, seed = 1): SimulatedAnswer {
  const simulator = qobra.simulate({ now: () => START, seed });
  const id = simulator.start({ ...load, queuedForMs: 0, runsForMs: 0 });
  const url = new URL(`http://vendor/v1/imports/${id}`);
  const request = { method: 'GET', url, headers: { 'x-api-key': 'k' }, body: '' };
  return simulator.answer(request, 'healthy');
}

/** A source whose vendor answers everything with these pieces. */
export function sourceOf(pieces: Iterable<string | Uint8Array>): ProviderDataSource {
  const http = createHttp({
    fetch: cannedFetch(pieces),
    timeoutMs: 10_000,
    maxResponseBytes: 20_000_000,
    admit: async () => {},
  });
  const connect = qobra.settings.parse(qobra.simulatedSettings('http://vendor'));
  return connect({ http, now: () => START });
}

/** Looks once; answers what was seen and the rows that came along. */
export async function lookAt(source: ProviderDataSource, target: Target = {}) {
  const sink = createRowSink();
  const [look] = await source.look([{ ...targetOf(ID, sink), ...target }], FOREVER);
  assert.ok(look);
  return { look, rows: sink.rows };
}

/** The observation of a look that has to succeed; its rows, and where it says that they are. */
export async function observationOf(source: ProviderDataSource, target: Target = {}) {
  const { look, rows } = await lookAt(source, target);
  assert.equal(look.kind, 'observed', look.kind === 'failed' ? look.error.message : '');
  const { rows: rowsAre, ...seen } = look.observation;
  return { ...seen, rowsAre, rows };
}

/** The failure of a look that has to fail. */
export async function failureOf(source: ProviderDataSource, target: Target = {}) {
  const { look } = await lookAt(source, target);
  assert.equal(look.kind, 'failed');
  return look.error;
}

/** A table that is done, changed as told. */
export function table(changes: Partial<TableInput> = {}): TableInput {
  const done = { type: 'api', status: 'finished', data_table_key: 'companies', progress: 100 };
  return { ...done, number_of_records: 5, error: null, ...changes };
}

/** The error of a table, with one line named wrong. */
export const PARSING_ERROR: TableErrorInput = {
  title: 'ParsingError',
  description: "Can't parse 'A' as float",
  parsing_error_details: [
    { line_number: 4, row: { amount: 'A' }, details: "ValueError: no float: 'A'" },
  ],
};

/** The error of a table, without a line. */
export const WHOLE_ERROR: TableErrorInput = { title: 'Timeout', description: 'It took too long' };

type Changes = Readonly<Record<string, unknown>>;

/** An answer with the given tables, finished and without an error unless told otherwise. */
export function answerOf(tables: unknown, changes: Changes = {}) {
  const finished = { id: ID, status: 'finished', progress: 100, error: false };
  return { data_import: { ...finished, data_tables_details: tables, ...changes } };
}

/** Reads a whole answer. */
export function readAnswer(answer: unknown, target: Target = {}) {
  return observationOf(sourceOf([JSON.stringify(answer)]), target);
}

/** Reads an import with the given tables, finished and without an error unless told otherwise. */
export function read(tables: readonly unknown[], changes: Changes = {}) {
  return readAnswer(answerOf(tables, changes));
}
