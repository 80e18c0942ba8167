import type { JobError } from '../domain/job.ts';
import type { Observation } from '../domain/observation.ts';
import { ProviderError } from '../domain/provider-error.ts';
import type { ImportedResource } from '../domain/resource.ts';
import type { Look, ProviderDataSource } from './provider.ts';
import type { Secrets } from './quoted-secrets.ts';
import { withoutValues } from './vendor-words.ts';

/**
 * The same data source; no failure that leaves it quotes a secret or a row, and nothing that is told
 * of an import quotes a secret. Rows are passed on as they are.
 */
export function discreet(source: ProviderDataSource, secrets: Secrets): ProviderDataSource {
  const readRows = source.readRows?.bind(source);
  const readResponse = source.readResponse?.bind(source);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ProviderError ? discreetError(error, secrets) : error;
    }
  };
  return {
    largestBatch: source.largestBatch,
    look: async (targets, signal) => {
      const looks = await guard(source.look(targets, signal));
      return looks.map((look) => discreetLook(look, secrets));
    },
    ...(readRows && { readRows: (target, signal) => guard(readRows(target, signal)) }),
    ...(readResponse && {
      readResponse: async (response, target) =>
        discreetObservation(await guard(readResponse(response, target)), secrets),
    }),
  };
}

function discreetLook(look: Look, secrets: Secrets): Look {
  if (look.kind === 'failed') return { ...look, error: discreetError(look.error, secrets) };
  return { ...look, observation: discreetObservation(look.observation, secrets) };
}

function discreetError(error: ProviderError, secrets: Secrets): ProviderError {
  const { kind, message, retryAfterMs, cause } = error;
  return new ProviderError(kind, withoutValues(secrets.hide(message)), {
    ...(retryAfterMs !== null && { retryAfterMs }),
    // Whatever else is behind it may quote what was sent or what came.
    ...(cause instanceof ProviderError && { cause: discreetError(cause, secrets) }),
  });
}

function discreetObservation(observation: Observation, secrets: Secrets): Observation {
  const { job, resources, lacking } = observation;
  const hide = (text: string | null): string | null => text && secrets.hide(text);
  return {
    ...observation,
    job: {
      ...job,
      message: hide(job.message),
      error: discreetJobError(job.error, secrets),
      providerStatus: hide(job.providerStatus),
      explanation: hide(job.explanation),
    },
    resources: resources.map((resource) => discreetResource(resource, secrets)),
    lacking: lacking && withoutValues(secrets.hide(lacking)),
  };
}

function discreetResource(resource: ImportedResource, secrets: Secrets): ImportedResource {
  return {
    ...resource,
    error: discreetJobError(resource.error, secrets),
    categories: resource.categories.map((category) => discreetResource(category, secrets)),
  };
}

function discreetJobError(error: JobError | null, secrets: Secrets): JobError | null {
  if (error === null) return null;
  const { code, message, detail } = error;
  return {
    code: code && secrets.hide(code),
    message: secrets.hide(message),
    detail: detail && secrets.hide(detail),
  };
}
