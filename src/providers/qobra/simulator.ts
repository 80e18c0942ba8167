import { hexOf } from '../simulated-ids.ts';
import { longJsonAnswer } from '../simulated-json.ts';
import { findJsonList } from '../simulated-request.ts';
import { jsonAnswer, stageOf, submittedLoad } from '../simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  SimulatedStage,
  Simulator,
  SimulatorOptions,
  VendorScenario,
} from '../simulation.ts';
import { PUBLISHED_IMPORT } from './published.ts';
import { makeTables, readTable } from './simulated-tables.ts';
import type { Lines, SimulatedTable } from './simulated-tables.ts';
import type { ImportAnswerInput, TableInput } from './wire.ts';

const RETRY_AFTER_SECONDS = 30;
const OBJECT_ID_DIGITS = 24;

const STATUS_PATH = /^\/v1\/imports\/([^/]+)$/;
const BULK_PATH = /^\/v1\/tables\/([\w-]+)\/records\/bulk$/;

interface SimulatedImport {
  readonly id: string;
  readonly load: SimulatedLoad;
  readonly tables: readonly SimulatedTable[];
  readonly startedAt: number;
}

/**
 * Imitates Qobra: "Fetch import" and "Ingest records" of https://docs.qobra.co. The vendor
 * publishes no answers of failure: statuses and bodies of those are assumptions.
 */
export function createSimulator({ now, seed }: SimulatorOptions): Simulator {
  const imports = new Map<string, SimulatedImport>();
  let madeIds = 0;
  const makeId = () => hexOf(`qobra/${seed}/${madeIds++}`, OBJECT_ID_DIGITS);

  function keep(load: SimulatedLoad, tables: readonly SimulatedTable[]): string {
    const id = load.externalId ?? makeId();
    imports.set(id.toLowerCase(), { id, load, tables, startedAt: now() });
    return id;
  }

  function answerStatus(asked: string): SimulatedAnswer {
    const id = asked.toLowerCase();
    if (id === PUBLISHED_IMPORT.data_import.id) return jsonAnswer(200, PUBLISHED_IMPORT);
    const found = imports.get(id);
    const body = found === undefined ? null : findImportBody(found, now());
    return body === null ? notFound() : longJsonAnswer(200, body);
  }

  function answerBulk(key: string, body: string): SimulatedAnswer {
    const records = findJsonList(body, 'records');
    if (records === null) {
      return jsonAnswer(400, { message: 'Expected a JSON object with an array "records"' });
    }
    return jsonAnswer(200, {
      import_id: keep(submittedLoad(records.length, 0), [readTable(key, records)]),
    });
  }

  return {
    endings: ['completed', 'failed'],
    start: (load) => keep(load, makeTables(load)),
    answer({ method, url, headers, body }, scenario) {
      const refusal = findRefusal(headers, scenario);
      if (refusal !== null) return refusal;
      const [, importId] = STATUS_PATH.exec(url.pathname) ?? [];
      if (method === 'GET' && importId !== undefined) {
        return scenario === 'expired' ? notFound() : answerStatus(importId);
      }
      const [, key] = BULK_PATH.exec(url.pathname) ?? [];
      if (method === 'POST' && key !== undefined) return answerBulk(key, body);
      return jsonAnswer(404, { message: 'Not found' });
    },
  };
}

function findRefusal(
  headers: SimulatedRequest['headers'],
  scenario: VendorScenario,
): SimulatedAnswer | null {
  if ((headers['x-api-key'] ?? '') === '' || scenario === 'unauthorized') {
    return jsonAnswer(401, { message: 'Unauthorized' });
  }
  if (scenario === 'rate-limited') {
    const wait = { 'retry-after': String(RETRY_AFTER_SECONDS) };
    return jsonAnswer(429, { message: 'Too many requests' }, wait);
  }
  return null;
}

function notFound(): SimulatedAnswer {
  return jsonAnswer(404, { message: 'Import not found' });
}

const STATUSES = {
  absent: 'scheduled',
  queued: 'scheduled',
  running: 'started',
  ended: 'finished',
} as const satisfies Record<SimulatedStage['kind'], string>;

/** The import as it stands, or null while the vendor does not show it. */
function findImportBody(
  { id, load, tables, startedAt }: SimulatedImport,
  now: number,
): ImportAnswerInput<Lines> | null {
  const stage = stageOf(load, now - startedAt);
  if (stage.kind === 'absent') return null;
  const done = fractionOf(stage);
  const launchedAt = startedAt + load.queuedForMs;
  const showProgress = progressOf(id);
  const details = tables.map((table, index) =>
    tableBody(table, Math.min(1, Math.max(0, done * tables.length - index)), {
      hasStarted: stage.kind !== 'queued',
      showProgress,
    }),
  );
  return {
    data_import: {
      id,
      created_at: timeOf(startedAt),
      launched_at: stage.kind === 'queued' ? null : timeOf(launchedAt),
      finished_at: stage.kind === 'ended' ? timeOf(launchedAt + load.runsForMs) : null,
      status: STATUSES[stage.kind],
      progress: showProgress(done),
      // Required by the page and absent from its example.
      ...(omitsError(id) ? {} : { error: details.some(({ error }) => error !== null) }),
      data_tables_details: details,
    },
  };
}

interface TableStage {
  readonly hasStarted: boolean;
  readonly showProgress: ShowProgress;
}

/** Tables are loaded one after the other; `done` is the part of this one, 0 to 1. */
function tableBody(
  table: SimulatedTable,
  done: number,
  { hasStarted, showProgress }: TableStage,
): TableInput<Lines> {
  const isDone = done === 1 && hasStarted;
  const isWaiting = done === 0 || !hasStarted;
  const unfinished = isWaiting ? 'scheduled' : 'started';
  return {
    type: 'api',
    status: isDone ? 'finished' : unfinished,
    data_table_key: table.key,
    progress: showProgress(done),
    number_of_records: isDone ? table.records : null,
    error: isDone ? table.error : null,
  };
}

function fractionOf(stage: SimulatedStage): number {
  if (stage.kind === 'running') return stage.fraction;
  return stage.kind === 'ended' ? 1 : 0;
}

type ShowProgress = (fraction: number) => number | string;

/** The page types progress as text and shows a number: every import keeps to one way of three. */
function progressOf(id: string): ShowProgress {
  const ways: readonly ShowProgress[] = [
    (fraction) => Math.floor(fraction * 100),
    (fraction) => String(Math.floor(fraction * 100)),
    (fraction) => `${Math.floor(fraction * 100)}%`,
  ];
  const way = Number.parseInt(hexOf(`progress/${id}`, 8), 16) % ways.length;
  return ways[way] ?? String;
}

function omitsError(id: string): boolean {
  return Number.parseInt(hexOf(`error/${id}`, 8), 16) % 3 === 0;
}

/** `2024-06-25T09:58:32Z`: without a fraction, as in the published example. */
function timeOf(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
}
