import { ProviderError } from '../../domain/provider-error.ts';
import type { Connection, Look, LookTarget, ProviderDataSource } from '../provider.ts';
import { createAuthorizer } from './authorizer.ts';
import { createClient } from './client.ts';
import type { RetrievedSummary } from './client.ts';
import { createInstantReader } from './dates.ts';
import type { InstantReader } from './dates.ts';
import { findNewestSummary, observeSummary } from './observe.ts';
import type { Settings } from './settings.ts';
import type { ImportResultsSummary } from './wire.ts';

export function createDataSource(
  { access, batchSize, timeZone }: Settings,
  connection: Connection,
): ProviderDataSource {
  const client = createClient(createAuthorizer(access, connection), connection);
  const readInstant = createInstantReader(timeZone);
  return {
    largestBatch: batchSize,
    async look(targets, signal) {
      const ids = new Set(targets.map((target) => target.externalId).filter(isTaskResultId));
      const retrieved = ids.size === 0 ? [] : await client.retrieveSummaries([...ids], signal);
      const isToThePoint = retrieved.every(({ taskResultId }) => ids.has(taskResultId ?? ''));
      return targets.map(
        (target) =>
          findLook(retrieved, target, readInstant) ?? absence(target.externalId, isToThePoint),
      );
    },
  };
}

const LARGEST_INT = 2_147_483_647;

/** `TaskResultID` is an `xsd:int`. Only its canonical form, so that one import has one id. */
function isTaskResultId(externalId: string): boolean {
  return /^[1-9]\d{0,9}$/.test(externalId) && Number(externalId) <= LARGEST_INT;
}

/** What the answer shows of one import; null when it shows nothing. */
function findLook(
  retrieved: readonly RetrievedSummary[],
  { externalId, continueOnError }: LookTarget,
  readInstant: InstantReader,
): Look | null {
  const own: ImportResultsSummary[] = [];
  for (const { taskResultId, summary } of retrieved) {
    if (taskResultId !== externalId) continue;
    if (summary instanceof ProviderError) return { kind: 'failed', error: summary };
    own.push(summary);
  }
  const newest = findNewestSummary(own, readInstant);
  if (newest === null) return null;
  return {
    kind: 'observed',
    observation: observeSummary(newest, { readInstant, continueOnError }),
  };
}

/**
 * Why an import is not in the answer. An answer that also holds what nobody asked for did not
 * follow the filter, so what is missing from it is not known to be missing at the vendor.
 */
function absence(externalId: string, isToThePoint: boolean): Look {
  if (!isTaskResultId(externalId)) {
    const message = `a TaskResultID is a whole number from 1 to ${LARGEST_INT}; this id is not one`;
    return { kind: 'failed', error: new ProviderError('not-found', message) };
  }
  const error = isToThePoint
    ? new ProviderError('not-found', `no ImportResultsSummary has TaskResultID ${externalId}`)
    : new ProviderError(
        'unexpected-response',
        `asked for TaskResultID ${externalId}, answered with summaries of other imports or of none`,
      );
  return { kind: 'failed', error };
}
