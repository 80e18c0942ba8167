import assert from 'node:assert/strict';
import test from 'node:test';
import { pino } from 'pino';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { tellState } from '../../src/telemetry/state-metrics.ts';
import { TestClock } from '../support/clock.ts';
import { samplesOf } from '../support/metrics.ts';
import { until } from '../support/world.ts';
import { createVendor } from '../watcher/setup.ts';

function left(id: string): string {
  return `imports_provider_budget_remaining{provider="${id}",window="month"}`;
}

test('who reads the metrics while somebody else does sees all that is left of budgets', async () => {
  const metrics = createMetrics();
  const { provider } = createVendor(new TestClock());
  const ids = ['a', 'b', 'c'];
  const holds: (() => void)[] = [];
  tellState(metrics, {
    watcher: {
      listProviders: () => ids.map((id) => ({ ...provider, id })),
      isDown: () => false,
      findBudget: async () => {
        await new Promise<void>((resolve) => holds.push(resolve));
        return { perSecond: null, perMonth: 10, usedThisMonth: 3, resetsAt: 0 };
      },
    },
    hub: { countSubscribers: () => 0 },
    logger: pino({ level: 'silent' }),
  });
  const read = async () => samplesOf(await metrics.registry.metrics());
  // One waits for its last answer while another begins.
  const isHeld = (): Promise<void> => until(() => holds.length > 0);
  const first = read();
  for (const _ of ids.slice(1)) {
    await isHeld();
    holds.shift()?.();
  }
  await isHeld();
  const second = read();
  await until(() => holds.length === 2);
  holds.shift()?.();
  const told = [await first];
  for (const _ of ids) {
    await isHeld();
    holds.shift()?.();
  }
  told.push(await second);
  for (const samples of told) {
    for (const id of ids) assert.equal(samples.get(left(id)), 7, id);
  }
});
