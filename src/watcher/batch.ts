import { captureRows } from './capture.ts';
import { lookAt } from './look.ts';
import type { LookOptions, LookResult, LookTask } from './look.ts';

/**
 * Does what is due of one provider's imports: looks at those that go on, and reads the rows of those
 * that have ended. Answers in the order of the tasks.
 */
export async function runBatch(
  tasks: readonly LookTask[],
  options: LookOptions,
): Promise<readonly LookResult[]> {
  const looking = tasks.filter(({ claim }) => claim.schedule.capture === null);
  const looked = looking.length === 0 ? Promise.resolve([]) : lookAt(looking, options);
  const captured = tasks.flatMap((task) => {
    const { capture } = task.claim.schedule;
    return capture === null ? [] : [captureRows(task.claim, capture, options)];
  });
  // Each to its end, so that nothing is left running when one breaks off.
  await Promise.allSettled([looked, ...captured]);
  const looks = [...(await looked)];
  const captures = await Promise.all(captured);
  return tasks.flatMap(({ claim }) => {
    const result = claim.schedule.capture === null ? looks.shift() : captures.shift();
    return result === undefined ? [] : [result];
  });
}
