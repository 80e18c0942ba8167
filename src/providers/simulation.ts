/**
 * What a simulated vendor may be told to be like. The same set for all providers, and the list of
 * questions of their contract tests.
 */
export const SCENARIOS = [
  'healthy',
  'rate-limited',
  'unauthorized',
  'outage',
  'malformed',
  'slow',
  'expired',
  'huge',
] as const;

export type Scenario = (typeof SCENARIOS)[number];

/** How a simulated load ends; `completed` covers both no failed row and some. */
export type SimulatedEnding = 'completed' | 'failed' | 'aborted' | 'canceled';

/** A load to imitate, in our words. All durations are milliseconds from its start. */
export interface SimulatedLoad {
  /** What the vendor calls it; made up, but the same in every run, when absent. */
  readonly externalId?: string;
  readonly rows: number;
  readonly failedRows: number;
  readonly ending: SimulatedEnding;
  /** How long the status call does not know it yet. */
  readonly appearsAfterMs: number;
  readonly queuedForMs: number;
  readonly runsForMs: number;
  /** Whether it was started to go on after a failed row; only some vendors know this. */
  readonly continueOnError: boolean;
}

/** A load with everything ordinary: 100 rows, done in ten seconds, nothing fails. */
export const ORDINARY_LOAD: SimulatedLoad = {
  rows: 100,
  failedRows: 0,
  ending: 'completed',
  appearsAfterMs: 0,
  queuedForMs: 2_000,
  runsForMs: 8_000,
  continueOnError: true,
};

const SUBMITTED_ROW_MS = 20;

/** The load that comes of rows that somebody sends to a simulator: it starts at once. */
export function submittedLoad(rows: number, failedRows: number): SimulatedLoad {
  const runsForMs = rows * SUBMITTED_ROW_MS;
  return { ...ORDINARY_LOAD, rows, failedRows, queuedForMs: 0, runsForMs };
}

export interface SimulatorOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Two simulators with one seed and one clock answer alike. */
  readonly seed: number;
}

export interface SimulatedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SimulatedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The pieces of a long one are made while they are sent. */
  readonly body: string | Iterable<string>;
}

/** What `answer` is asked to imitate; the other scenarios are alike for every vendor. */
export type VendorScenario = Extract<
  Scenario,
  'healthy' | 'rate-limited' | 'unauthorized' | 'expired'
>;

/** A vendor's API imitated: a function from request to answer, moved on by the clock alone. */
export interface Simulator {
  /** The endings this vendor knows. */
  readonly endings: readonly SimulatedEnding[];
  /** Starts a load now and returns what the vendor calls it. */
  start(load: SimulatedLoad): string;
  /** Answers one request. Never throws for a bad request: that is an answer too. */
  answer(request: SimulatedRequest, scenario: VendorScenario): SimulatedAnswer;
}

/** A JSON answer. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** Where a load stands `elapsedMs` after its start. */
export type SimulatedStage =
  | { readonly kind: 'absent' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly fraction: number }
  | { readonly kind: 'ended' };

export function stageOf(load: SimulatedLoad, elapsedMs: number): SimulatedStage {
  if (elapsedMs < load.appearsAfterMs) return { kind: 'absent' };
  if (elapsedMs < load.queuedForMs) return { kind: 'queued' };
  const ran = elapsedMs - load.queuedForMs;
  if (ran < load.runsForMs) return { kind: 'running', fraction: ran / load.runsForMs };
  return { kind: 'ended' };
}
