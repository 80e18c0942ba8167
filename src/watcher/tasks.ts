import { importId } from '../domain/import.ts';
import type { ProviderErrorKind } from '../domain/provider-error.ts';
import { captureRows } from './capture.ts';
import { lookAt } from './look.ts';
import type { LookOptions, LookResult, LookTask } from './look.ts';
import type { LookBatch } from './observer.ts';

/** Does what was claimed together: looks at imports, or reads the rows of one that has ended. */
export async function runTasks(
  tasks: readonly LookTask[],
  options: LookOptions,
): Promise<readonly LookResult[]> {
  const [first] = tasks;
  const capture = first?.claim.schedule.capture ?? null;
  if (first === undefined || capture === null) return lookAt(tasks, options);
  return [await captureRows(first.claim, capture, options)];
}

/** What was claimed together, for whoever looks on. */
export function batchOf(providerId: string, tasks: readonly LookTask[]): LookBatch {
  return {
    providerId,
    work: isOfRows(tasks) ? 'rows' : 'looks',
    importIds: tasks.map(({ claim }) => importId(claim.import.ref)),
  };
}

/** Of the failures of a list of rows, only these say anything of the provider as a whole. */
const TELLING: ReadonlySet<ProviderErrorKind> = new Set(['unauthorized', 'rate-limited']);

/** The results that say how the provider fares: a list that cannot be had may be all that fails. */
export function listTelling(
  tasks: readonly LookTask[],
  results: readonly LookResult[],
): readonly LookResult[] {
  if (!isOfRows(tasks)) return results;
  return results.filter(({ error }) => error === null || TELLING.has(error.kind));
}

function isOfRows(tasks: readonly LookTask[]): boolean {
  return tasks.some(({ claim }) => claim.schedule.capture !== null);
}
