import type { z } from 'zod';
import { sendAuthorized } from '../authorizer.ts';
import type { Authorizer } from '../authorizer.ts';
import { findStatusFailure, parseJson } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { Session } from './authorizer.ts';
import { ValidationResult, ValidationSummary } from './validation-wire.ts';
import type { FailedRow } from './validation-wire.ts';

export interface ValidationRequest {
  readonly taskResultId: string;
  readonly signal: AbortSignal;
}

/**
 * Both answer null when the vendor grants none of it, ask once more, with a new token, when it
 * refuses the token, and reject with a `ProviderError`.
 */
export interface RestClient {
  findValidationSummary(request: ValidationRequest): Promise<ValidationSummary | null>;
  findFailedRows(request: ValidationRequest): Promise<readonly FailedRow[] | null>;
}

/**
 * How the vendor may say that it has nothing for us: the package lacks the scope (403), or the id
 * is none of this API's (400 or 404). Nothing states that a `TaskResultID` is one.
 */
const NOTHING_FOR_US: ReadonlySet<number> = new Set([400, 403, 404]);

export function createRestClient(
  authorizer: Authorizer<Session>,
  { http, now }: Connection,
): RestClient {
  async function find<T>(
    what: string,
    shape: z.ZodType<T>,
    { taskResultId, signal }: ValidationRequest,
  ): Promise<T | null> {
    const answer = await sendAuthorized({
      authorizer,
      send: async ({ rest }) => {
        if (rest === null) return null;
        return http({
          method: 'GET',
          url: new URL(`${rest.baseUrl}/data/v1/async/import/${taskResultId}/${what}`),
          headers: { accept: 'application/json', authorization: rest.authorization },
          signal,
        });
      },
      isRefusal: (answered) => answered?.status === 401,
      signal,
    });
    if (answer === null || NOTHING_FOR_US.has(answer.status)) return null;
    const failure = findStatusFailure(answer, now());
    if (failure !== null) throw failure;
    return parseJson(answer, shape);
  }

  return {
    findValidationSummary: (request) => find('validationsummary', ValidationSummary, request),
    findFailedRows: (request) => find('validationresult', ValidationResult, request),
  };
}
