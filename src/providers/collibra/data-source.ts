import { ProviderError } from '../../domain/provider-error.ts';
import { lookEach } from '../look-each.ts';
import type { Connection, ProviderDataSource } from '../provider.ts';
import { createClient } from './client.ts';
import type { CollibraClient, SummaryRequest } from './client.ts';
import { hasEnded, observe } from './observe.ts';
import type { SummaryAnswer } from './observe.ts';
import { placeOf, readErrors } from './row-errors.ts';
import type { Settings } from './settings.ts';
import { JobId } from './wire.ts';

export function createDataSource(settings: Settings, connection: Connection): ProviderDataSource {
  const client = createClient(settings, connection);

  return {
    // Neither jobs resource can be asked for several ids at once.
    largestBatch: 1,
    look: lookEach(async ({ externalId: id, mayNotExistYet, continueOnError }, signal) => {
      checkId(id);
      const job = await client.getJob({ id, mayNotExistYet, signal });
      const summary = hasEnded(job)
        ? await askForSummary(client, { id, signal })
        : ({ kind: 'not-asked' } as const);
      return observe({
        job,
        summary,
        continueOnError: continueOnError ?? settings.continueOnError ?? null,
      });
    }),
    readRows: async ({ externalId: id, next, knownTotal }, signal) => {
      checkId(id);
      const place = placeOf(next);
      const errors = await client.listErrors({ id, offset: place.offset, signal });
      if (errors === null) return { kind: 'not-granted' };
      return { kind: 'page', page: readErrors(errors, place, knownTotal) };
    },
  };
}

function checkId(id: string): void {
  if (JobId.safeParse(id).success) return;
  const message = `Collibra names its jobs by UUIDs, and ${JSON.stringify(id)} is none`;
  throw new ProviderError('not-found', message);
}

/** Whatever keeps the summary from us, the finish itself stands. */
async function askForSummary(
  client: CollibraClient,
  request: SummaryRequest,
): Promise<SummaryAnswer> {
  try {
    const summary = await client.findSummary(request);
    return summary === null ? { kind: 'none' } : { kind: 'summary', summary };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { message: reason, retryAfterMs } = error;
    return { kind: 'lacking', reason, ...(retryAfterMs !== null && { retryAfterMs }) };
  }
}
