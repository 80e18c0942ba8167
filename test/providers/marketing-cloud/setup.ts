import type { TestContext } from 'node:test';
import assert from 'node:assert/strict';
import type { Observation } from '../../../src/domain/observation.ts';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { createHttp } from '../../../src/providers/http.ts';
import type {
  Look,
  LookTarget,
  ProviderDataSource,
  RowsAnswer,
  RowsPage,
  RowSink,
} from '../../../src/providers/provider.ts';
import { marketingCloud } from '../../../src/providers/marketing-cloud/index.ts';
import { createSimulator } from '../../../src/providers/marketing-cloud/simulator.ts';
import type {
  MarketingCloudSimulator,
  MarketingCloudSimulatorOptions,
} from '../../../src/providers/marketing-cloud/simulator.ts';
import { serveSimulator } from '../../../src/providers/simulation-server.ts';
import type { SimulatedVendor } from '../../../src/providers/simulation-server.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
} from '../../../src/providers/simulation.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';

/** Noon UTC; six in the morning by the vendor's clock. */
export const START = Date.parse('2026-03-02T12:00:00Z');

/** A load that ended before anybody looked. */
export const ENDED_LOAD: SimulatedLoad = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 0 };

export interface Clock {
  now: number;
}

export interface Served {
  readonly vendor: SimulatedVendor;
  readonly simulator: MarketingCloudSimulator;
  readonly clock: Clock;
}

/** Serves the simulator on loopback until the test ends. */
export async function serve(
  t: TestContext,
  options: Partial<MarketingCloudSimulatorOptions> = {},
): Promise<Served> {
  const clock: Clock = { now: START };
  const simulator = createSimulator({ now: () => clock.now, seed: 7, ...options });
  const vendor = await serveSimulator(simulator, { port: 0 });
  t.after(() => vendor.close());
  return { vendor, simulator, clock };
}

/** Serves answers written by the test, and keeps what was asked. */
export async function serveAnswers(
  t: TestContext,
  answer: (request: SimulatedRequest) => SimulatedAnswer,
): Promise<{ readonly url: string; readonly asked: readonly SimulatedRequest[] }> {
  const asked: SimulatedRequest[] = [];
  const simulator: Simulator = {
    endings: [],
    start: () => '',
    answer(request) {
      asked.push(request);
      return answer(request);
    },
  };
  const vendor = await serveSimulator(simulator, { port: 0 });
  t.after(() => vendor.close());
  return { url: vendor.url, asked };
}

export const OAUTH = { oauth: { clientId: 'some-client', clientSecret: 'some-secret' } };
export const USERNAME = { usernameToken: { username: 'some-user', password: 'p<&>"\'é' } };

/** A data source as the config makes it. */
export function connect(
  settings: Readonly<Record<string, unknown>>,
  clock: Clock = { now: START },
): ProviderDataSource {
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 5_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
  });
  return marketingCloud.settings.parse(settings)({ http, now: () => clock.now });
}

/** No rows come along with a look at Marketing Cloud. */
const NO_ROWS: RowSink = {
  write: () => Promise.reject(new Error('rows came along')),
};

export function target(externalId: string): LookTarget {
  return { externalId, continueOnError: null, mayNotExistYet: false, rows: NO_ROWS };
}

export function look(source: ProviderDataSource, ids: readonly string[]): Promise<readonly Look[]> {
  return source.look(ids.map(target), new AbortController().signal);
}

export function askForRows(
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

export async function readRows(source: ProviderDataSource, externalId: string): Promise<RowsPage> {
  const answer = await askForRows(source, externalId);
  assert.equal(answer.kind, 'page');
  return answer.page;
}

/** How it failed to read rows. */
export async function failedRows(
  source: ProviderDataSource,
  externalId: string,
): Promise<ProviderError> {
  const error = await askForRows(source, externalId).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProviderError, String(error));
  return error;
}

export function observationOf(found: Look | undefined): Observation {
  assert.equal(found?.kind, 'observed');
  return found.observation;
}

export function errorOf(found: Look | undefined): ProviderError {
  assert.equal(found?.kind, 'failed');
  return found.error;
}

/** How many requests went to a path. */
export function countOf(vendor: SimulatedVendor, path: string): number {
  return vendor.requests.filter((request) => request === `POST ${path}`).length;
}

/** The body of an answer as a whole. */
export function textOf({ body }: SimulatedAnswer): string {
  return typeof body === 'string' ? body : [...body].join('');
}

/** A SOAP answer with the given body, in the vendor's prefixes. */
export function soap(body: string, status = 200): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>${body}</soap:Body></soap:Envelope>`,
  };
}

/** A Retrieve answer; `results` are the insides of its `Results` elements. */
export function retrieved(
  results: readonly string[],
  { status = 'OK', requestId = 'r1' }: { status?: string; requestId?: string } = {},
): SimulatedAnswer {
  const elements = results.map((result) => `<Results>${result}</Results>`).join('');
  return soap(
    `<RetrieveResponseMsg xmlns="http://exacttarget.com/wsdl/partnerAPI"><OverallStatus>${status}</OverallStatus><RequestID>${requestId}</RequestID>${elements}</RetrieveResponseMsg>`,
  );
}

/** Looks at ids through a server that gives one answer to every SOAP call. */
export async function lookThrough(
  t: TestContext,
  answer: SimulatedAnswer,
  ids: readonly string[] = ['1'],
): Promise<readonly Look[]> {
  const { url } = await serveAnswers(t, () => answer);
  return look(connect({ soapUrl: url, auth: USERNAME }), ids);
}
