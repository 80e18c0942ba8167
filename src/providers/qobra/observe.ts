import { NO_COUNTERS } from '../../domain/counters.ts';
import type { ResourceCounters } from '../../domain/counters.ts';
import type { Job, JobError, JobPhase } from '../../domain/job.ts';
import type { Observation } from '../../domain/observation.ts';
import { ProviderError } from '../../domain/provider-error.ts';
import type { ImportedResource } from '../../domain/resource.ts';
import type { RowErrorSummary } from '../../domain/row.ts';
import type { LookTarget } from '../provider.ts';
import type { DataImport, KnownStatus, Table } from './wire.ts';

/**
 * `lineCounts` are how many wrong lines each table names. Throws an `unexpected-response` when the
 * answer is about another import than the target.
 */
export function observe(
  answer: DataImport,
  lineCounts: readonly number[],
  target: Pick<LookTarget, 'externalId' | 'continueOnError'>,
): Observation {
  if (answer.id.toLowerCase() !== target.externalId.toLowerCase()) {
    throw new ProviderError(
      'unexpected-response',
      `expected an answer about import "${target.externalId}", got one about "${answer.id}"`,
    );
  }
  const tables = answer.data_tables_details;
  const reading = READINGS[answer.status.known](answer);
  const isFinished = reading.phase === 'FINISHED';
  const lines = sum(lineCounts);
  return {
    job: {
      ...reading,
      progressPercent: answer.progress,
      queuedAt: answer.created_at,
      startedAt: answer.launched_at,
      finishedAt: answer.finished_at,
      expiresAt: null,
      message: null,
      error: reading.outcome === 'FAILED' ? findFirstError(tables) : null,
      providerStatus: answer.status.raw,
      continueOnError: target.continueOnError,
    },
    counters: countersOf(sumRecords(tables)),
    resources: tables.map(readTable),
    rowErrors: summarizeRowErrors(reading.phase, answer, lineCounts),
    rows: isFinished && lines > 0 ? 'here' : 'none',
    lacking: isFinished ? findLack(tables) : null,
  };
}

type Reading = Pick<Job, 'phase' | 'outcome' | 'effect' | 'explanation'>;

const PHASES: Record<KnownStatus, JobPhase> = {
  scheduled: 'QUEUED',
  started: 'RUNNING',
  finished: 'FINISHED',
  unrecognized: 'UNKNOWN',
};

const READINGS: Record<KnownStatus, (answer: DataImport) => Reading> = {
  scheduled: ({ data_tables_details: tables }) => ({
    phase: PHASES.scheduled,
    outcome: null,
    effect: tables.every(isUntouched) ? 'NONE' : 'UNKNOWN',
    explanation: 'Qobra says "scheduled": the import has not started.',
  }),
  started: () => ({
    phase: PHASES.started,
    outcome: null,
    effect: 'UNKNOWN',
    explanation: 'Qobra says "started": the import is running.',
  }),
  finished: (answer) => ({ phase: PHASES.finished, ...readFinish(answer) }),
  unrecognized: () => ({
    phase: PHASES.unrecognized,
    outcome: null,
    effect: 'UNKNOWN',
    explanation: 'Qobra says a status that we do not know.',
  }),
};

/**
 * There is no status for failure: a finished import failed as far as its tables carry an error, or
 * as it says itself. https://docs.qobra.co, "Fetch import"
 */
function readFinish(answer: DataImport): Omit<Reading, 'phase'> {
  const tables = answer.data_tables_details;
  const inError = tables.filter(isInError).length;
  const share = `${inError} of ${tables.length} tables`;
  if (inError > 0 && inError === tables.length) {
    return {
      outcome: 'FAILED',
      effect: 'UNKNOWN',
      explanation: `Qobra says "finished" with an error in each table (${share}).`,
    };
  }
  if (inError === 0 && answer.error === true) {
    return {
      outcome: 'FAILED',
      effect: 'UNKNOWN',
      explanation: 'Qobra says "finished" with an error and names no table that has it.',
    };
  }
  const unfinished = tables.filter(isUnfinished).length;
  if (unfinished > 0) {
    return {
      outcome: 'UNKNOWN',
      effect: 'UNKNOWN',
      explanation: `Qobra says "finished", but not of ${unfinished} of ${tables.length} tables.`,
    };
  }
  if (inError > 0) {
    return {
      outcome: 'COMPLETED_WITH_ERRORS',
      effect: tables.some(mayHaveRecords) ? 'SOME' : 'UNKNOWN',
      explanation: `Qobra says "finished" with an error in ${share}.`,
    };
  }
  return tables.length === 0 ? readFinishWithoutTables(answer) : readCleanFinish(tables);
}

/** No table, no word of what was written: only an explicit `error: false` makes it a success. */
function readFinishWithoutTables({ error }: DataImport): Omit<Reading, 'phase'> {
  return {
    outcome: error === false ? 'SUCCEEDED' : 'UNKNOWN',
    effect: 'UNKNOWN',
    explanation:
      error === false
        ? 'Qobra says "finished" without an error, and names no table.'
        : 'Qobra says "finished", names no table and does not say whether there was an error.',
  };
}

function readCleanFinish(tables: readonly Table[]): Omit<Reading, 'phase'> {
  const isEmpty = tables.every((table) => table.number_of_records === 0);
  return {
    outcome: 'SUCCEEDED',
    effect: isEmpty ? 'NONE' : 'ALL',
    explanation: isEmpty
      ? 'Qobra says "finished" without an error, and no table received a record.'
      : 'Qobra says "finished" without an error in any table.',
  };
}

function isInError({ error }: Table): boolean {
  return error !== null;
}

function isUnfinished({ error, status }: Table): boolean {
  return error === null && status.known !== 'finished';
}

function isUntouched({ status, error, number_of_records: count }: Table): boolean {
  return status.known === 'scheduled' && error === null && (count ?? 0) === 0;
}

/** Whether a table's records are counted, or are not counted although it is free of error. */
function mayHaveRecords({ error, number_of_records: count }: Table): boolean {
  return count === null ? error === null : count > 0;
}

/** An import that is finished before its tables are is worth another look before it is final. */
function findLack(tables: readonly Table[]): string | null {
  const unfinished = tables.filter(isUnfinished).length;
  return unfinished === 0 ? null : `the end of ${unfinished} of ${tables.length} tables`;
}

/**
 * `number_of_records` is all that Qobra counts. The lines that it names as wrong are no counter of
 * failed rows: one line may be named twice, and a table may be in error without naming any.
 */
function countersOf(records: number | null): ResourceCounters {
  return { ...NO_COUNTERS, succeeded: records };
}

/** Null unless each table has its number: a sum of some of them would pass for the whole. */
function sumRecords(tables: readonly Table[]): number | null {
  if (tables.length === 0) return null;
  let sum = 0;
  for (const { number_of_records: count } of tables) {
    if (count === null) return null;
    sum += count;
  }
  return sum;
}

function readTable(table: Table): ImportedResource {
  return {
    type: table.type,
    key: table.data_table_key,
    name: null,
    counters: countersOf(table.number_of_records),
    categories: [],
    phase: PHASES[table.status.known],
    progressPercent: table.progress,
    error: findFirstError([table]),
  };
}

function findFirstError(tables: readonly Table[]): JobError | null {
  const error = tables.find(isInError)?.error ?? null;
  if (error === null) return null;
  const { title, description } = error;
  return {
    code: title,
    message: description ?? title ?? 'Qobra gives an error without saying which.',
    detail: null,
  };
}

/**
 * All failed rows are there when every table is finished and each one in error names its lines,
 * which the vendor promises for "each line of the import". Else nobody says how many there are.
 */
function summarizeRowErrors(
  phase: JobPhase,
  { data_tables_details: tables, error }: DataImport,
  lineCounts: readonly number[],
): RowErrorSummary {
  const lines = sum(lineCounts);
  const known = lines === 0 ? null : lines;
  const limit = null;
  if (phase !== 'FINISHED') return { availability: 'PENDING', totalCount: known, limit };
  const saysNothing = error === true || (error === null && tables.length === 0);
  const isWhole =
    (tables.some(isInError) || !saysNothing) &&
    tables.every(
      (table, index) =>
        table.status.known === 'finished' && (!isInError(table) || lineCounts[index] !== 0),
    );
  if (isWhole) return { availability: 'COMPLETE', totalCount: lines, limit };
  return { availability: known === null ? 'COUNT_ONLY' : 'TRUNCATED', totalCount: null, limit };
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
