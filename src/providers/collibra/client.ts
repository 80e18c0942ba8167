import { ProviderError } from '../../domain/provider-error.ts';
import { sendAuthorized } from '../authorizer.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import { createAuthorizer } from './authorizer.ts';
import type { Settings } from './settings.ts';
import { ImportErrors, ImportSummary, JobResource } from './wire.ts';

export interface JobRequest {
  readonly id: string;
  /** While true, the vendor's 500 is a `not-found`. */
  readonly mayNotExistYet: boolean;
  readonly signal: AbortSignal;
}

export interface SummaryRequest {
  readonly id: string;
  readonly signal: AbortSignal;
}

export interface ErrorsRequest {
  readonly id: string;
  /** How many errors come before the first that is asked for. */
  readonly offset: number;
  readonly signal: AbortSignal;
}

/** All reject with a `ProviderError`. */
export interface CollibraClient {
  getJob(request: JobRequest): Promise<JobResource>;
  /** Null when the vendor says that there is none (404). */
  findSummary(request: SummaryRequest): Promise<ImportSummary | null>;
  /**
   * At most a thousand errors; null when we are not let see them (403). A `not-found` when the vendor
   * says that there are none (404).
   */
  listErrors(request: ErrorsRequest): Promise<ImportErrors | null>;
}

const JOBS_PATH = { '2.0': '/rest/2.0/jobs', v1: '/rest/jobs/v1/jobs' } as const;

/** The most that the vendor gives at once. */
const ERRORS_PER_PAGE = 1_000;

export function createClient(settings: Settings, connection: Connection): CollibraClient {
  const { http, now } = connection;
  const authorizer = createAuthorizer(settings, connection);

  const get = (path: string, signal: AbortSignal) =>
    sendAuthorized({
      authorizer,
      send: (authorization) =>
        http({
          method: 'GET',
          url: new URL(settings.baseUrl + path),
          headers: { accept: 'application/json', authorization },
          signal,
        }),
      isRefusal: (answer) => answer.status === 401,
      signal,
    });

  return {
    getJob: async ({ id, mayNotExistYet, signal }) => {
      const path = `${JOBS_PATH[settings.jobsApi]}/${encodeURIComponent(id)}`;
      const answer = await get(path, signal);
      const failure = findStatusFailure(answer, now());
      // The jobs API has answered 500 instead of 404, and the vendor's own poller takes both for
      // "not there yet" in a job's first ten seconds:
      // https://github.com/collibra/import-api-examples JobsPoller.java
      if (failure !== null && answer.status === 500 && mayNotExistYet) {
        throw new ProviderError('not-found', failure.message, { cause: failure });
      }
      if (failure !== null) throw failure;
      const job = parseJson(answer, JobResource);
      if (job.id.toLowerCase() === id.toLowerCase()) return job;
      throw new ProviderError(
        'unexpected-response',
        `${answer.request} answered about another job`,
      );
    },

    findSummary: async ({ id, signal }) => {
      const path = `/rest/2.0/import/results/${encodeURIComponent(id)}/summary`;
      const answer = await get(path, signal);
      const failure = findStatusFailure(answer, now());
      if (failure?.kind === 'not-found') return null;
      if (failure !== null) throw failure;
      return parseJson(answer, ImportSummary);
    },

    listErrors: async ({ id, offset, signal }) => {
      const path = `/rest/2.0/import/results/${encodeURIComponent(id)}/errors`;
      const answer = await get(`${path}?offset=${offset}&limit=${ERRORS_PER_PAGE}`, signal);
      const failure = findStatusFailure(answer, now());
      // The job said that it has ended, and its results do not know yet.
      if (failure !== null && answer.status === 400 && /not finished/i.test(failure.message)) {
        throw new ProviderError('unavailable', failure.message, { cause: failure });
      }
      // Whoever may see the job need not be let see its errors.
      if (answer.status === 403) return null;
      if (failure !== null) throw failure;
      const errors = parseJson(answer, ImportErrors);
      // Else a vendor that ignores the offset would be read for ever, always the same page.
      if (errors.offset === null || errors.offset === offset) return errors;
      throw new ProviderError(
        'unexpected-response',
        `${answer.request} answered errors from ${errors.offset}, expected them from ${offset}`,
      );
    },
  };
}
