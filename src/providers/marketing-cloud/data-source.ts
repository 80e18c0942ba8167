import { ProviderError } from '../../domain/provider-error.ts';
import type {
  Connection,
  Look,
  LookTarget,
  ProviderDataSource,
  RowsAnswer,
  RowsTarget,
} from '../provider.ts';
import { createAuthorizer } from './authorizer.ts';
import { createClient } from './client.ts';
import type { RetrievedSummary } from './client.ts';
import { createInstantReader } from './dates.ts';
import { findNewestSummary, observeSummary } from './observe.ts';
import type { ObserveOptions } from './observe.ts';
import { createRestClient } from './rest-client.ts';
import type { RestClient } from './rest-client.ts';
import type { Settings } from './settings.ts';
import { countErrors, readFailedRow } from './validation-rows.ts';
import type { ImportResultsSummary } from './wire.ts';

export function createDataSource(
  { access, batchSize, timeZone }: Settings,
  connection: Connection,
): ProviderDataSource {
  const authorizer = createAuthorizer(access, connection);
  const client = createClient(authorizer, connection);
  const readInstant = createInstantReader(timeZone);
  // REST takes tokens only.
  const rest = access.kind === 'oauth' ? createRestClient(authorizer, connection) : null;
  const rowsAre = rest === null ? 'none' : 'elsewhere';
  return {
    largestBatch: batchSize,
    async look(targets, signal) {
      const ids = new Set(targets.map((target) => target.externalId).filter(isTaskResultId));
      const retrieved = ids.size === 0 ? [] : await client.retrieveSummaries([...ids], signal);
      const isToThePoint = retrieved.every(({ taskResultId }) => ids.has(taskResultId ?? ''));
      return targets.map(
        (target) =>
          findLook(retrieved, target, { readInstant, rowsAre }) ??
          absence(target.externalId, isToThePoint),
      );
    },
    ...(rest !== null && { readRows: (target, signal) => readRows(rest, target, signal) }),
  };
}

/** There is no other page; the first one is asked for again. */
const BY_AND_BY = 'by and by';

/** All failed rows in one page: the vendor's list has no others. */
async function readRows(
  rest: RestClient,
  { externalId: taskResultId, next, knownTotal }: RowsTarget,
  signal: AbortSignal,
): Promise<RowsAnswer> {
  if (next !== null) throw new Error(`there is no page ${JSON.stringify(next)} of failed rows`);
  if (!isTaskResultId(taskResultId)) throw noTaskResultId();
  const summary = await rest.findValidationSummary({ taskResultId, signal });
  if (summary === null) return { kind: 'not-granted' };
  const totalFailed = countErrors(summary);
  const failed = totalFailed === 0 ? [] : await rest.findFailedRows({ taskResultId, signal });
  if (failed === null) return { kind: 'not-granted' };
  // A list may be behind the counts for a moment.
  const isBehind = failed.length === 0 && (knownTotal ?? 0) > 0;
  const rows = failed.map(readFailedRow);
  return { kind: 'page', page: { rows, next: isBehind ? BY_AND_BY : null, totalFailed } };
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
  options: Pick<ObserveOptions, 'readInstant' | 'rowsAre'>,
): Look | null {
  const own: ImportResultsSummary[] = [];
  for (const { taskResultId, summary } of retrieved) {
    if (taskResultId !== externalId) continue;
    if (summary instanceof ProviderError) return { kind: 'failed', error: summary };
    own.push(summary);
  }
  const newest = findNewestSummary(own, options.readInstant);
  if (newest === null) return null;
  return {
    kind: 'observed',
    observation: observeSummary(newest, { ...options, continueOnError }),
  };
}

/**
 * Why an import is not in the answer. An answer that also holds what nobody asked for did not
 * follow the filter, so what is missing from it is not known to be missing at the vendor.
 */
function absence(externalId: string, isToThePoint: boolean): Look {
  if (!isTaskResultId(externalId)) return { kind: 'failed', error: noTaskResultId() };
  const error = isToThePoint
    ? new ProviderError('not-found', `no ImportResultsSummary has TaskResultID ${externalId}`)
    : new ProviderError(
        'unexpected-response',
        `asked for TaskResultID ${externalId}, answered with summaries of other imports or of none`,
      );
  return { kind: 'failed', error };
}

function noTaskResultId(): ProviderError {
  return new ProviderError(
    'not-found',
    `a TaskResultID is a whole number from 1 to ${LARGEST_INT}; this id is not one`,
  );
}
