import { uuidOf } from '../simulated-ids.ts';
import { LongList, longJsonAnswer } from '../simulated-json.ts';
import { decodeSegment, findJsonList } from '../simulated-request.ts';
import { jsonAnswer, stageOf, submittedLoad } from '../simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
  SimulatorOptions,
  VendorScenario,
} from '../simulation.ts';
import { PUBLISHED_IMPORT } from './published.ts';
import { makeRows, readRows } from './simulated-rows.ts';
import type { SimulatedRows } from './simulated-rows.ts';
import type { ImportJobInput, RowResultInput } from './wire.ts';

const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
const RETRY_AFTER_SECONDS = 30;
/** The vendor does not publish where it draws this line. */
const LARGEST_SYNCHRONOUS_IMPORT = 100;

const STATUS_PATH = /^\/v2\/prism\/[^/]+\/imports\/([^/]+)$/;
const IMPORT_PATH =
  /^\/v2\/prism\/([^/]+)\/(?:contact|organization|deal|document|action|identity|engagement)\/import$/;

interface SimulatedJob {
  readonly id: string;
  readonly load: SimulatedLoad;
  readonly rows: SimulatedRows;
  readonly startedAt: number;
}

/**
 * Imitates Micro: the status of an import, and the import itself. Answers of failure are
 * https://docs.micro.so/guides/errors and https://docs.micro.so/guides/rate-limits
 */
export function createSimulator({ now, seed }: SimulatorOptions): Simulator {
  const jobs = new Map<string, SimulatedJob>();
  let madeIds = 0;
  const makeId = () => uuidOf(`micro/${seed}/${madeIds++}`);

  function start(load: SimulatedLoad): string {
    const id = load.externalId ?? makeId();
    jobs.set(id, { id, load, rows: makeRows(load, `${seed}/${id}`), startedAt: now() });
    return id;
  }

  function answerStatus(id: string): SimulatedAnswer {
    if (id === PUBLISHED_IMPORT.job_id) return jsonAnswer(200, PUBLISHED_IMPORT);
    const job = jobs.get(id);
    const body = job === undefined ? null : findJobBody(job, now());
    return body === null ? notFound() : longJsonAnswer(200, body);
  }

  function answerImport(teamId: string, body: string): SimulatedAnswer {
    const objects = findJsonList(body, 'objects');
    if (objects === null) {
      return jsonAnswer(400, { message: "Expected a JSON object with an array 'objects'" });
    }
    const id = makeId();
    const rows = readRows(objects, `${seed}/${id}`);
    if (objects.length <= LARGEST_SYNCHRONOUS_IMPORT) {
      return longJsonAnswer(200, inlineBody(rows));
    }
    const load = submittedLoad(rows.total, rows.failedAmong(rows.total));
    const job = { id, load, rows, startedAt: now() };
    jobs.set(id, job);
    return longJsonAnswer(202, findJobBody(job, now()), {
      location: `/v2/prism/${teamId}/imports/${id}`,
    });
  }

  return {
    endings: ['completed', 'failed'],
    start,
    answer({ method, url, headers, body }, scenario) {
      const refusal = findRefusal(headers, scenario);
      if (refusal !== null) return refusal;
      const [, jobId] = STATUS_PATH.exec(url.pathname) ?? [];
      if (method === 'GET' && jobId !== undefined) {
        return scenario === 'expired' ? notFound() : answerStatus(decodeSegment(jobId));
      }
      const [, teamId] = IMPORT_PATH.exec(url.pathname) ?? [];
      if (method === 'POST' && teamId !== undefined) return answerImport(teamId, body);
      return jsonAnswer(404, { message: `No route ${method} ${url.pathname}` });
    },
  };
}

function findRefusal(
  headers: SimulatedRequest['headers'],
  scenario: VendorScenario,
): SimulatedAnswer | null {
  if ((headers['x-api-key'] ?? '') === '') return jsonAnswer(401, { message: 'Missing API key' });
  if (scenario === 'unauthorized') {
    return jsonAnswer(403, { message: 'API key is invalid, revoked or not for this team' });
  }
  if (scenario === 'rate-limited') {
    const wait = { 'retry-after': String(RETRY_AFTER_SECONDS) };
    return jsonAnswer(429, { message: 'Rate limit exceeded' }, wait);
  }
  return null;
}

function notFound(): SimulatedAnswer {
  return jsonAnswer(404, { message: 'Import job not found' });
}

type JobBody = ImportJobInput<LongList<RowResultInput>>;

/** The job as it stands, or null while or when the vendor does not know it. */
function findJobBody({ id, load, rows, startedAt }: SimulatedJob, now: number): JobBody | null {
  const stage = stageOf(load, now - startedAt);
  const endsAt = startedAt + load.queuedForMs + load.runsForMs;
  const expiresAt = endsAt + RETENTION_MS;
  if (stage.kind === 'absent' || now >= expiresAt) return null;
  const hasEnded = stage.kind === 'ended';
  const head = {
    job_id: id,
    total: rows.total,
    created_at: new Date(startedAt).toISOString(),
    updated_at: new Date(hasEnded ? endsAt : now).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
  };
  if (hasEnded && load.ending === 'completed') {
    return {
      ...head,
      status: 'complete',
      ...countersAfter(rows, rows.total),
      results: new LongList(() => rows.listResults()),
    };
  }
  // A load that fails breaks off half way, and there are no results of one that is not complete.
  const last = load.ending === 'completed' ? rows.total : Math.floor(rows.total / 2);
  const fraction = stage.kind === 'running' ? stage.fraction : 0;
  const counters = countersAfter(rows, hasEnded ? last : Math.floor(last * fraction));
  if (!hasEnded) return { ...head, status: 'processing', ...counters };
  const error = { code: 'internal_error', message: 'Import failed' };
  return { ...head, status: 'failed', ...counters, error };
}

function inlineBody(rows: SimulatedRows): JobBody {
  return {
    job_id: null,
    status: 'complete',
    total: rows.total,
    ...countersAfter(rows, rows.total),
    results: new LongList(() => rows.listResults()),
  };
}

function countersAfter(rows: SimulatedRows, processed: number) {
  const failed = rows.failedAmong(processed);
  return { processed, succeeded: processed - failed, failed };
}
