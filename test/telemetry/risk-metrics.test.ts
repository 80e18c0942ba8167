import assert from 'node:assert/strict';
import test from 'node:test';
import { pino } from 'pino';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { tellRisk } from '../../src/telemetry/risk-metrics.ts';
import type { RiskWatched } from '../../src/telemetry/risk-metrics.ts';
import { TestClock } from '../support/clock.ts';
import { samplesOf } from '../support/metrics.ts';
import { createVendor } from '../watcher/setup.ts';

/** Reads the metrics of providers of which this is known. */
async function read(findRisk: RiskWatched['watcher']['findRisk']) {
  const log: string[] = [];
  const metrics = createMetrics();
  const { provider } = createVendor(new TestClock());
  const ids = ['a', 'b'];
  tellRisk(metrics, {
    watcher: { listProviders: () => ids.map((id) => ({ ...provider, id })), findRisk },
    logger: pino({ level: 'error' }, { write: (line) => void log.push(line) }),
  });
  const samples = samplesOf(await metrics.registry.metrics());
  const told = ids.map((id) => samples.get(`imports_provider_imports_at_risk{provider="${id}"}`));
  return { told, log };
}

test('the metrics tell how many imports a budget does not last for, where that is known', async () => {
  const { told } = await read(async (id) => (id === 'a' ? { count: 7, first: [] } : null));
  assert.deepEqual(told, [7, undefined]);
});

test('a store that fails takes what is at risk from the metrics', async () => {
  const { told, log } = await read(async (id) => {
    if (id === 'b') throw new Error('the store is away');
    return { count: 7, first: [] };
  });
  assert.deepEqual(told, [undefined, undefined]);
  assert.equal(log.length, 1);
});
