import { observe } from '../../../src/providers/micro/observe.ts';
import { ImportJob } from '../../../src/providers/micro/wire.ts';
import type { ImportJobInput } from '../../../src/providers/micro/wire.ts';

export const TARGET = { externalId: 'imp_1', continueOnError: null, mayNotExistYet: false };
export const ERROR = { code: 'invalid_value', message: 'email is not valid' };

/** The result of a row that was created. */
export const DONE = { id: 'a1', created: true, existing: false, updated: false };

/** The result of a row that failed. */
export const REFUSED = { id: null, created: false, error: ERROR };

/** Reads a complete job of ten rows, changed as told. */
export function read(job: Partial<ImportJobInput>) {
  const whole = { job_id: 'imp_1', status: 'complete', total: 10, ...job };
  return observe(ImportJob.parse(whole), TARGET);
}
