import type { Import } from '../domain/import.ts';
import type { Observation } from '../domain/observation.ts';

/**
 * What a look at a job that goes on means beside what was known of it. What the vendor says stands,
 * also where it goes back: nothing tells an answer that is late from a job that was put back. But
 * that nothing was written is not believed where an earlier answer did not say so.
 */
export function besideWhatStands(observation: Observation, known: Import): Observation {
  const { job } = observation;
  const stood = known.revision === 0 ? 'NONE' : known.state.job.effect;
  if (job.effect !== 'NONE' || stood === 'NONE') return observation;
  const remark = 'By an earlier answer something may have been written all the same.';
  const explanation = job.explanation === null ? remark : `${job.explanation} ${remark}`;
  return { ...observation, job: { ...job, effect: 'UNKNOWN', explanation } };
}
