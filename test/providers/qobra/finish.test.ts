import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommitEffect, JobOutcome } from '../../../src/domain/job.ts';
import type { TableInput } from '../../../src/providers/qobra/wire.ts';
import { PARSING_ERROR, WHOLE_ERROR, read, table } from './builders.ts';

interface FinishLine {
  readonly claim: string;
  readonly tables: readonly TableInput[];
  /** The import's own word: true, false or absent. */
  readonly error?: boolean;
  readonly outcome: JobOutcome;
  readonly effect: CommitEffect;
  readonly says: RegExp;
  readonly isLacking?: boolean;
}

const FINISH_LINES: readonly FinishLine[] = [
  {
    claim: 'no error in any table',
    tables: [table(), table({ number_of_records: 0 })],
    error: false,
    outcome: 'SUCCEEDED',
    effect: 'ALL',
    says: /without an error in any table/,
  },
  {
    claim: 'no error in any table and no word of its own',
    tables: [table()],
    outcome: 'SUCCEEDED',
    effect: 'ALL',
    says: /without an error in any table/,
  },
  {
    claim: 'no error and no number of records',
    tables: [table({ number_of_records: null })],
    error: false,
    outcome: 'SUCCEEDED',
    effect: 'ALL',
    says: /without an error in any table/,
  },
  {
    claim: 'no error and not one record in any table',
    tables: [table({ number_of_records: 0 }), table({ number_of_records: 0 })],
    error: false,
    outcome: 'SUCCEEDED',
    effect: 'NONE',
    says: /no table received a record/,
  },
  {
    claim: 'an error in one of two tables',
    tables: [table(), table({ error: PARSING_ERROR, number_of_records: null })],
    error: true,
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'SOME',
    says: /error in 1 of 2 tables/,
  },
  {
    claim: 'an error in one of two tables that it denies',
    tables: [table(), table({ error: PARSING_ERROR })],
    error: false,
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'SOME',
    says: /error in 1 of 2 tables/,
  },
  {
    claim: 'an error in one table and no record in the other',
    tables: [
      table({ number_of_records: 0 }),
      table({ error: PARSING_ERROR, number_of_records: null }),
    ],
    outcome: 'COMPLETED_WITH_ERRORS',
    effect: 'UNKNOWN',
    says: /error in 1 of 2 tables/,
  },
  {
    claim: 'an error in every table',
    tables: [table({ error: PARSING_ERROR }), table({ error: WHOLE_ERROR })],
    outcome: 'FAILED',
    effect: 'UNKNOWN',
    says: /error in each table \(2 of 2 tables\)/,
  },
  {
    claim: 'an error that says nothing in its only table',
    tables: [table({ error: {} })],
    error: false,
    outcome: 'FAILED',
    effect: 'UNKNOWN',
    says: /error in each table/,
  },
  {
    claim: 'an error of its own and no table to blame',
    tables: [table()],
    error: true,
    outcome: 'FAILED',
    effect: 'UNKNOWN',
    says: /names no table that has it/,
  },
  {
    claim: 'an error of its own and no tables',
    tables: [],
    error: true,
    outcome: 'FAILED',
    effect: 'UNKNOWN',
    says: /names no table that has it/,
  },
  {
    claim: 'no tables and its own word that there was no error',
    tables: [],
    error: false,
    outcome: 'SUCCEEDED',
    effect: 'UNKNOWN',
    says: /without an error, and names no table/,
  },
  {
    claim: 'no tables and no word about errors',
    tables: [],
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /does not say whether there was an error/,
  },
  {
    claim: 'a table that is not finished',
    tables: [table(), table({ status: 'started', progress: 40 })],
    error: false,
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /not of 1 of 2 tables/,
    isLacking: true,
  },
  {
    claim: 'a table in a status we do not know',
    tables: [table({ status: 'warning' })],
    error: false,
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /not of 1 of 1 tables/,
    isLacking: true,
  },
  {
    claim: 'one table in error and one not finished',
    tables: [table({ error: WHOLE_ERROR }), table({ status: 'scheduled' })],
    error: true,
    outcome: 'UNKNOWN',
    effect: 'UNKNOWN',
    says: /not of 1 of 2 tables/,
    isLacking: true,
  },
  {
    claim: 'an error of its own and a table that is not finished',
    tables: [table({ status: 'started' })],
    error: true,
    outcome: 'FAILED',
    effect: 'UNKNOWN',
    says: /names no table that has it/,
    isLacking: true,
  },
];

for (const { claim, tables, error, outcome, effect, says, isLacking = false } of FINISH_LINES) {
  test(`finished with ${claim} is ${outcome} with effect ${effect}`, async () => {
    const { job, lacking } = await read(tables, { error });

    assert.equal(job.phase, 'FINISHED');
    assert.equal(job.outcome, outcome);
    assert.equal(job.effect, effect);
    assert.match(job.explanation ?? '', says);
    assert.equal(lacking !== null, isLacking);
  });
}
