import type { TestContext } from 'node:test';

type Step = () => void | Promise<void>;

const steps = new WeakMap<TestContext, Step[]>();

/** Has something undone when the test ends: what came last is undone first, as it must be. */
export function atEnd(t: TestContext, step: Step): void {
  const known = steps.get(t);
  if (known !== undefined) {
    known.push(step);
    return;
  }
  const own = [step];
  steps.set(t, own);
  t.after(async () => {
    for (const undo of own.toReversed()) await undo();
  });
}
