import { uuidOf } from '../simulated-ids.ts';
import { decodeSegment } from '../simulated-request.ts';
import { jsonAnswer, ORDINARY_LOAD } from '../simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
  SimulatorOptions,
  VendorScenario,
} from '../simulation.ts';
import { PUBLISHED, PUBLISHED_ERRORS } from './published.ts';
import { findErrors, findErrorsPage, listOf } from './simulated-errors.ts';
import type { ErrorList } from './simulated-errors.ts';
import { findJob, findSummary, toJobV1 } from './simulated-job.ts';
import type { JobBody, StartedLoad } from './simulated-job.ts';

const TOKEN_PATH = '/rest/oauth/v2/token';
const TOKEN_LIFETIME_S = 3600;
const ISSUED_TOKEN = /^Bearer simulated-(\d+)$/;
const JOB_PATH = /^\/rest\/(2\.0|jobs\/v1)\/jobs\/([^/]+)$/;
const SUMMARY_PATH = /^\/rest\/2\.0\/import\/results\/([^/]+)\/summary$/;
const ERRORS_PATH = /^\/rest\/2\.0\/import\/results\/([^/]+)\/errors$/;
const IMPORT_PATH = /^\/rest\/2\.0\/import\/(?:json|csv|excel)-job$/;

/** Collibra's jobs (both resources, over one store), import results, imports and tokens. */
export function createSimulator({ now, seed }: SimulatorOptions): Simulator {
  const started = new Map<string, StartedLoad>();

  function start(load: SimulatedLoad): string {
    const id = load.externalId ?? uuidOf(`collibra ${seed} ${started.size}`);
    started.set(id.toLowerCase(), { id, load, startedAt: now() });
    return id;
  }

  /** What was started under an id that comes from a path. */
  function findStarted(segment: string | undefined): StartedLoad | undefined {
    return started.get(decodeSegment(segment ?? '').toLowerCase());
  }

  function answerJob(path: RegExpExecArray): SimulatedAnswer {
    const load = findStarted(path[2]);
    if (load === undefined) return fail(NOT_THERE);
    const job = findJob(load, now());
    if (job === null) return isOdd(load.id) ? fail(BROKEN) : fail(NOT_THERE);
    return jsonAnswer(200, path[1] === '2.0' ? job : toJobV1(job));
  }

  function answerSummary(path: RegExpExecArray): SimulatedAnswer {
    const load = findStarted(path[1]);
    if (load === undefined || findJob(load, now()) === null) return fail(NO_IMPORT);
    const summary = findSummary(load, now());
    return summary === null ? fail(NOT_FINISHED) : jsonAnswer(200, summary);
  }

  function answerErrors(path: RegExpExecArray, query: URLSearchParams): SimulatedAnswer {
    const published = PUBLISHED_ERRORS.get(decodeSegment(path[1] ?? ''));
    if (published !== undefined) return answerPage(listOf(published), query);
    const load = findStarted(path[1]);
    if (load === undefined || findJob(load, now()) === null) return fail(NO_IMPORT);
    const errors = findErrors(load, now());
    return errors === null ? fail(NOT_FINISHED) : answerPage(errors, query);
  }

  function answerImport(): SimulatedAnswer {
    const load = findStarted(start(ORDINARY_LOAD));
    const job: JobBody | null = load === undefined ? null : findJob(load, now());
    return job === null ? fail(BROKEN) : jsonAnswer(200, job);
  }

  function route({ method, url }: SimulatedRequest, knows: boolean): SimulatedAnswer {
    const { pathname } = url;
    if (method === 'POST' && IMPORT_PATH.test(pathname)) return answerImport();
    if (method !== 'GET') return fail(NOT_THERE);
    const published = PUBLISHED[pathname];
    if (knows && published !== undefined) return jsonAnswer(200, published);
    const job = JOB_PATH.exec(pathname);
    if (job !== null) return knows ? answerJob(job) : fail(NOT_THERE);
    const summary = SUMMARY_PATH.exec(pathname);
    if (summary !== null) return knows ? answerSummary(summary) : fail(NO_IMPORT);
    const errors = ERRORS_PATH.exec(pathname);
    if (errors !== null) return knows ? answerErrors(errors, url.searchParams) : fail(NO_IMPORT);
    return fail(NOT_THERE);
  }

  function answer(request: SimulatedRequest, scenario: VendorScenario): SimulatedAnswer {
    if (scenario === 'rate-limited') return fail(THROTTLED, { 'retry-after': '30' });
    if (scenario === 'unauthorized') return fail(REFUSED);
    if (request.url.pathname === TOKEN_PATH) return answerToken(request, now());
    if (!isCredential(request.headers['authorization'] ?? '', now())) return fail(REFUSED);
    return route(request, scenario !== 'expired');
  }

  return { endings: ['completed', 'failed', 'aborted', 'canceled'], start, answer };
}

function answerPage(errors: ErrorList, query: URLSearchParams): SimulatedAnswer {
  const page = findErrorsPage(errors, query);
  return page === null ? fail(BAD_PAGE) : jsonAnswer(200, page);
}

/** Half of all jobs show the vendor's oddity of a 500 for a job that is not there yet. */
function isOdd(id: string): boolean {
  return Number.parseInt(id.slice(-1), 16) % 2 === 1;
}

/** Any basic credential and any bearer token will do, except a token of ours that has died. */
function isCredential(header: string, now: number): boolean {
  const issued = ISSUED_TOKEN.exec(header);
  if (issued !== null) return now < Number(issued[1]);
  return /^(?:Basic|Bearer) \S+$/.test(header);
}

/** The form of RFC 6749, 4.4.2, with the client in the body or as basic credentials. */
function answerToken({ method, headers, body }: SimulatedRequest, now: number): SimulatedAnswer {
  const form = new URLSearchParams(body);
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (method !== 'POST' || !isForm) return jsonAnswer(400, { error: 'invalid_request' });
  if (form.get('grant_type') !== 'client_credentials') {
    return jsonAnswer(400, { error: 'unsupported_grant_type' });
  }
  const isInBody = Boolean(form.get('client_id')) && Boolean(form.get('client_secret'));
  const isInHeader = /^Basic \S+$/.test(headers['authorization'] ?? '');
  if (!isInBody && !isInHeader) return jsonAnswer(401, { error: 'invalid_client' });
  return jsonAnswer(200, {
    access_token: `simulated-${now + TOKEN_LIFETIME_S * 1000}`,
    token_type: 'Bearer',
    expires_in: TOKEN_LIFETIME_S,
  });
}

/** `StandardErrorResponse` of https://developer.collibra.com/api/references/job/jobs */
function fail(
  { statusCode, errorCode, titleMessage, userMessage }: Failure,
  headers: Readonly<Record<string, string>> = {},
): SimulatedAnswer {
  const body = {
    statusCode,
    titleMessage,
    helpMessage: 'Check the request and try again.',
    userMessage,
    errorCode,
    errorContext: 'a073ff90-e7bc-4b35-ba90-c4d475f642fe',
  };
  return jsonAnswer(statusCode, body, headers);
}

interface Failure {
  readonly statusCode: number;
  readonly errorCode: string;
  readonly titleMessage: string;
  readonly userMessage: string;
}

const NOT_THERE: Failure = {
  statusCode: 404,
  errorCode: 'notFound',
  titleMessage: 'Not Found',
  userMessage: 'The resource could not be found.',
};

const NO_IMPORT: Failure = { ...NOT_THERE, userMessage: 'Import job not found' };

const NOT_FINISHED: Failure = {
  statusCode: 400,
  errorCode: 'invalidRequest',
  titleMessage: 'Bad Request',
  userMessage: 'Import job is not finished',
};

/** What the vendor says of a page that cannot be is not published. */
const BAD_PAGE: Failure = {
  ...NOT_FINISHED,
  userMessage: 'The offset and the limit must not be negative, and the limit at most 1000.',
};

const BROKEN: Failure = {
  statusCode: 500,
  errorCode: 'internalServerError',
  titleMessage: 'Internal Server Error',
  userMessage: 'An unexpected error has occurred.',
};

const REFUSED: Failure = {
  statusCode: 401,
  errorCode: 'unauthorized',
  titleMessage: 'Unauthorized',
  userMessage: 'Failed to authenticate the request through basic credentials.',
};

/** No throttle of Collibra's is documented; this is HTTP's own. */
const THROTTLED: Failure = {
  statusCode: 429,
  errorCode: 'tooManyRequests',
  titleMessage: 'Too Many Requests',
  userMessage: 'Too many requests.',
};
