import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createHttp } from '../../../src/providers/http.ts';
import { micro } from '../../../src/providers/micro/index.ts';
import type { ImportJobInput } from '../../../src/providers/micro/wire.ts';
import type { LookTarget, ProviderDataSource, RowSink } from '../../../src/providers/provider.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import type { SimulatedAnswer, SimulatedLoad } from '../../../src/providers/simulation.ts';
import { serveSimulator } from '../../../src/providers/simulation-server.ts';
import { cannedFetch } from '../../support/canned-fetch.ts';
import { createRowSink } from '../../support/row-sink.ts';

export const START = Date.UTC(2026, 0, 1);
export const FOREVER = new AbortController().signal;
export const ERROR = { code: 'invalid_value', message: 'email is not valid' };

/** The result of a row that was created. */
export const DONE = { id: 'a1', created: true, existing: false, updated: false };

/** The result of a row that failed. */
export const REFUSED = { id: null, created: false, error: ERROR };

export const FAULTY_LOAD: SimulatedLoad = { ...ORDINARY_LOAD, rows: 20, failedRows: 6 };

type Target = Partial<LookTarget>;

export function targetOf(externalId: string, rows: RowSink = createRowSink()): LookTarget {
  return { externalId, continueOnError: null, mayNotExistYet: false, rows };
}

/** The simulator on loopback until the test ends, and a source that asks it. */
export async function serve(t: TestContext, { path = '' } = {}) {
  let now = START;
  const clock = { advance: (ms: number) => (now += ms) };
  const vendor = await serveSimulator(micro.simulate({ now: () => now, seed: 1 }), { port: 0 });
  t.after(() => vendor.close());
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 2_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  const connect = micro.settings.parse(micro.simulatedSettings(vendor.url + path));
  return { vendor, clock, source: connect({ http, now: () => now }) };
}

/** What the simulator says of a load once it has ended. */
export function answerAboutEnded(load: SimulatedLoad, seed = 1): SimulatedAnswer {
  const simulator = micro.simulate({ now: () => START, seed });
  const id = simulator.start({ ...load, queuedForMs: 0, runsForMs: 0 });
  const url = new URL(`http://vendor/v2/prism/team/imports/${id}`);
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
  const connect = micro.settings.parse(micro.simulatedSettings('http://vendor'));
  return connect({ http, now: () => START });
}

/** Looks once; answers what was seen and the rows that came along, failed or not. */
export async function lookAt(source: ProviderDataSource, target: Target = {}) {
  const sink = createRowSink();
  const [look] = await source.look([{ ...targetOf('imp_1', sink), ...target }], FOREVER);
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

/** Reads a whole answer. */
export function readAnswer(answer: unknown, target: Target = {}) {
  return observationOf(sourceOf([JSON.stringify(answer)]), target);
}

/** A complete job of ten rows, changed as told. */
export function jobOf(job: Partial<ImportJobInput>) {
  return { job_id: 'imp_1', status: 'complete', total: 10, ...job };
}

/** Reads a complete job of ten rows, changed as told. */
export function read(job: Partial<ImportJobInput>) {
  return readAnswer(jobOf(job));
}
