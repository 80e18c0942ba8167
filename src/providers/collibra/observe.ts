import { effectOfChanges, NO_COUNTERS, sumCounters } from '../../domain/counters.ts';
import type { ResourceCounters } from '../../domain/counters.ts';
import type { JobError } from '../../domain/job.ts';
import type { Observation } from '../../domain/observation.ts';
import type { ImportedResource } from '../../domain/resource.ts';
import { READINGS } from './readings.ts';
import type { Evidence, Reading } from './readings.ts';
import type { Counters, ImportSummary, JobResource, ResourceType } from './wire.ts';

/** What asking for the summary came to. */
export type SummaryAnswer =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'summary'; readonly summary: ImportSummary }
  /** The vendor has none. */
  | { readonly kind: 'none' }
  /** It could not be had this time. */
  | {
      readonly kind: 'lacking';
      readonly reason: string;
      /** How long the vendor asked to wait; absent when it did not. */
      readonly retryAfterMs?: number;
    };

/** What one look at Collibra brought. */
export interface Sighting {
  readonly job: JobResource;
  readonly summary: SummaryAnswer;
  /** As the import was started; null when nobody said. */
  readonly continueOnError: boolean | null;
}

/** Whether the job has ended, so that its summary can be asked for. */
export function hasEnded(job: JobResource): boolean {
  const state = READINGS[stateOf(job)];
  return 'byResult' in state || state.phase === 'FINISHED';
}

export function observe({ job, summary: answer, continueOnError }: Sighting): Observation {
  const summary = answer.kind === 'summary' ? answer.summary : null;
  const resources = (summary?.resourceTypes ?? []).map(resourceOf);
  const counters = sumCounters(resources.map((resource) => resource.counters));
  const { reading, words } = readWords(job, summary, counters);
  const evidence: Evidence = { changes: changesOf(resources), continueOnError };
  const { effect, because } = reading.effect(evidence);

  return {
    job: {
      phase: reading.phase,
      outcome: reading.outcome,
      effect,
      progressPercent: job.progressPercentage ?? null,
      queuedAt: job.createdOn,
      startedAt: job.startDate,
      finishedAt: job.endDate,
      expiresAt: null,
      message: job.message ?? null,
      error: errorOf(job, reading),
      providerStatus: providerStatusOf(job),
      explanation: `${words} ${reading.says}; ${because}${remarkOn(answer, reading, counters)}.`,
      continueOnError: reading.showsContinueOnError ?? continueOnError,
    },
    counters,
    resources,
    ...rowsOf(reading, summary, counters),
    ...lackOf(answer),
  };
}

function lackOf(answer: SummaryAnswer): Pick<Observation, 'lacking' | 'lackingForMs'> {
  if (answer.kind !== 'lacking') return { lacking: null };
  const { reason: lacking, retryAfterMs } = answer;
  return { lacking, ...(retryAfterMs !== undefined && { lackingForMs: retryAfterMs }) };
}

function stateOf(job: JobResource) {
  return job.state?.known ?? 'unrecognized';
}

/** The rule for the vendor's words, and the words it was found by. */
function readWords(
  job: JobResource,
  summary: ImportSummary | null,
  counters: ResourceCounters,
): { readonly reading: Reading; readonly words: string } {
  const words = providerStatusOf(job) ?? 'A missing state';
  const state = READINGS[stateOf(job)];
  if (!('byResult' in state)) return { reading: state, words };

  const result = job.result?.known ?? 'NOT_SET';
  if (result !== 'NOT_SET') return { reading: state.byResult[result], words };

  // The vendor's example of a summary says COMPLETED beside 16 errors: there the word only means
  // that the job came to its end.
  const said = summary?.importJobState?.known ?? 'unrecognized';
  const hadErrors = said === 'COMPLETED' && countErrors(summary, counters) > 0;
  return {
    reading: state.bySummary[hadErrors ? 'COMPLETED_WITH_ERRORS' : said],
    words: `${words} with the summary's ${summary?.importJobState?.raw ?? 'state missing'}`,
  };
}

function providerStatusOf({ state, result }: JobResource): string | null {
  const words = [state?.raw, result?.raw].filter((word) => word !== undefined);
  return words.length === 0 ? null : words.join('/');
}

function countErrors(summary: ImportSummary | null, { failed }: ResourceCounters): number {
  return Math.max(summary?.errorsCount ?? 0, failed ?? 0);
}

function resourceOf({ resourceType, counters, subcategories }: ResourceType): ImportedResource {
  return {
    ...NO_RESOURCE,
    type: resourceType,
    counters: countersOf(counters),
    categories: (subcategories ?? []).map(({ category, counters }) => ({
      ...NO_RESOURCE,
      type: resourceType,
      key: category?.id ?? null,
      name: category?.name ?? null,
      counters: countersOf(counters),
    })),
  };
}

/** What Collibra does not tell of a part of an import. */
const NO_RESOURCE = {
  key: null,
  name: null,
  categories: [],
  phase: null,
  progressPercent: null,
  error: null,
} as const;

function countersOf(counters: Counters | null | undefined): ResourceCounters {
  return {
    ...NO_COUNTERS,
    added: counters?.added ?? null,
    updated: counters?.updated ?? null,
    removed: counters?.removed ?? null,
    failed: counters?.failed ?? null,
  };
}

/**
 * What all parts together prove. Not read from the sums: a part that reports nothing leaves no
 * trace in them, and so would pass for one that changed nothing.
 */
function changesOf(resources: readonly ImportedResource[]): Evidence['changes'] {
  const parts = resources.flatMap((resource) => [resource, ...resource.categories]);
  if (parts.some(({ counters }) => effectOfChanges(counters) === 'SOME')) return 'SOME';
  const changedNothing = resources.every(({ counters }) => effectOfChanges(counters) === 'NONE');
  return resources.length > 0 && changedNothing ? 'NONE' : 'UNKNOWN';
}

function errorOf(job: JobResource, reading: Reading): JobError | null {
  const brokeDown = job.state?.known === 'ERROR' || job.state?.known === 'FAILED';
  if (!brokeDown && reading.outcome !== 'FAILED') return null;
  const message = job.message?.trim() ?? '';
  return {
    code: job.result?.raw ?? null,
    message: message === '' ? 'Collibra gave no reason for the failure of this import.' : message,
    detail: null,
  };
}

/** What about the summary a reader of the explanation has to know. */
function remarkOn(answer: SummaryAnswer, { outcome }: Reading, counters: ResourceCounters): string {
  if (answer.kind === 'none') return '; the vendor has no summary of it';
  // Without the reason: it may differ at every look, and a look that taught nothing is no change.
  if (answer.kind === 'lacking') return '; its summary could not be had';
  if (answer.kind !== 'summary' || outcome !== 'SUCCEEDED') return '';
  const errors = countErrors(answer.summary, counters);
  return errors === 0 ? '' : `, although its summary counts errors: ${errors}`;
}

/** Unless the vendor counts none, the failed rows of a finished import are in a list of their own. */
function rowsOf(
  { phase }: Reading,
  summary: ImportSummary | null,
  counters: ResourceCounters,
): Pick<Observation, 'rowErrors' | 'rows'> {
  const errorsCount = summary?.errorsCount ?? null;
  const limit = null;
  if (errorsCount === 0 && countErrors(summary, counters) === 0 && phase === 'FINISHED') {
    return { rowErrors: { availability: 'COMPLETE', totalCount: 0, limit }, rows: 'none' };
  }
  // A count of no errors beside a counter that has some is none.
  const totalCount = errorsCount === 0 ? null : errorsCount;
  return {
    rowErrors: { availability: 'PENDING', totalCount, limit },
    rows: phase === 'FINISHED' ? 'elsewhere' : 'none',
  };
}
