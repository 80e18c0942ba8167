import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Observation } from '../../../src/domain/observation.ts';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { collibra } from '../../../src/providers/collibra/index.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type {
  Look,
  LookTarget,
  ProviderDataSource,
  RowsAnswer,
  RowsPage,
  RowSink,
} from '../../../src/providers/provider.ts';
import { serveSimulator } from '../../../src/providers/simulation-server.ts';
import type { SimulatedVendor } from '../../../src/providers/simulation-server.ts';
import type {
  SimulatedAnswer,
  SimulatedRequest,
  Simulator,
} from '../../../src/providers/simulation.ts';

export const START = Date.parse('2026-03-01T02:00:00Z');
export const JOB_ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3300';
export const OTHER_ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';

/** Answers in the vendor's place; null lets the simulator answer. */
export type Interception = (request: SimulatedRequest) => SimulatedAnswer | null;

export interface Stage {
  readonly clock: { at: number };
  readonly vendor: SimulatedVendor;
  /** Every request that reached the vendor, whole. */
  readonly received: readonly SimulatedRequest[];
  readonly connect: (settings?: Readonly<Record<string, unknown>>) => ProviderDataSource;
}

/** A simulated Collibra on a port, closed when the test ends, and real clients for it. */
export async function stage(
  t: TestContext,
  intercept: Interception = () => null,
  timeoutMs = 10_000,
): Promise<Stage> {
  const clock = { at: START };
  const now = () => clock.at;
  const received: SimulatedRequest[] = [];
  const simulated = collibra.simulate({ now, seed: 1 });
  const simulator: Simulator = {
    ...simulated,
    answer: (request, scenario) => {
      received.push(request);
      return intercept(request) ?? simulated.answer(request, scenario);
    },
  };
  const vendor = await serveSimulator(simulator, { port: 0 });
  t.after(() => vendor.close());
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  return {
    clock,
    vendor,
    received,
    connect: (settings = {}) => {
      const all = { ...collibra.simulatedSettings(vendor.url), ...settings };
      return collibra.settings.parse(all)({ http, now });
    },
  };
}

/** No rows come along with a look at Collibra. */
const NO_ROWS: RowSink = {
  write: () => Promise.reject(new Error('rows came along')),
};

export function target(externalId: string, changes: Partial<LookTarget> = {}): LookTarget {
  return { externalId, continueOnError: null, mayNotExistYet: false, rows: NO_ROWS, ...changes };
}

/** Reads the rows from one place on; from the first when none is given. */
export async function readRows(
  source: ProviderDataSource,
  externalId: string,
  next: string | null = null,
): Promise<RowsPage> {
  const answer = await askForRows(source, externalId, next);
  assert.equal(answer.kind, 'page');
  return answer.page;
}

export async function askForRows(
  source: ProviderDataSource,
  externalId: string,
  next: string | null = null,
): Promise<RowsAnswer> {
  const reading = source.readRows?.(
    { externalId, next, knownTotal: null },
    new AbortController().signal,
  );
  assert.ok(reading);
  return reading;
}

/** How it failed to read rows. */
export async function failedRows(
  source: ProviderDataSource,
  externalId: string,
  next: string | null = null,
): Promise<ProviderError> {
  const error = await askForRows(source, externalId, next).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProviderError, String(error));
  return error;
}

export async function lookAt(
  source: ProviderDataSource,
  ...targets: readonly LookTarget[]
): Promise<readonly Look[]> {
  return source.look(targets, new AbortController().signal);
}

export async function observed(
  source: ProviderDataSource,
  looked: LookTarget,
): Promise<Observation> {
  const [look] = await lookAt(source, looked);
  assert.equal(look?.kind, 'observed', look?.kind === 'failed' ? look.error.message : undefined);
  return look.observation;
}

export async function failed(
  source: ProviderDataSource,
  looked: LookTarget,
): Promise<ProviderError> {
  const [look] = await lookAt(source, looked);
  assert.equal(look?.kind, 'failed');
  return look.error;
}

export function json(status: number, body: unknown): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

export function text(status: number, body: string): SimulatedAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

/** A job as the vendor sends it. */
export function job(changes: Readonly<Record<string, unknown>> = {}) {
  return { id: JOB_ID, resourceType: 'Job', state: 'COMPLETED', result: 'SUCCESS', ...changes };
}

/** A summary of one resource type, as the vendor sends it. */
export function summary(
  counters: Readonly<Record<string, number>>,
  changes: Readonly<Record<string, unknown>> = {},
) {
  return {
    resourceTypes: [{ resourceType: 'ASSET', counters, subcategories: null }],
    errorsCount: 0,
    importJobState: 'COMPLETED',
    ...changes,
  };
}
