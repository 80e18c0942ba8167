import assert from 'node:assert/strict';
import { types } from 'node:util';
import test from 'node:test';
import { pino } from 'pino';
import { resolvers } from '../../src/graphql/resolvers/all.ts';
import { startTelemetry } from '../../src/telemetry/telemetry.ts';
import { startCollector } from '../support/collector.ts';
import { openLedger } from '../support/ledgers.ts';
import { until } from '../support/world.ts';

const logger = pino({ level: 'silent' });

test('nothing stays behind of what watches a service', async (t) => {
  const collector = await startCollector(t);
  const before = process.getActiveResourcesInfo().toSorted();
  for (let times = 0; times < 5; times += 1) {
    const telemetry = await startTelemetry(
      { traces: { url: collector.url, sample: 1 } },
      { logger, fetch },
    );
    telemetry.tracer?.begin({ name: 'work' }, () => undefined);
    await telemetry.readMetrics();
    await telemetry.stop();
  }
  assert.equal(collector.spans().length, 5);
  await until(() => {
    const now = process.getActiveResourcesInfo().toSorted();
    return now.join() === before.join();
  });
});

test('where nothing is traced a ledger is left as it is', async (t) => {
  const telemetry = await startTelemetry({}, { logger, fetch });
  const ledger = openLedger(t);
  assert.equal(telemetry.tracer, undefined);
  assert.equal(telemetry.watchLedger(ledger), ledger);
  await telemetry.stop();
});

test('a resolver that reads is an async function, so that traces show it', () => {
  const faults = Object.entries(resolvers).flatMap(([type, fields]) =>
    Object.entries(fields).flatMap(([name, resolve]: [string, unknown]) => {
      if (typeof resolve !== 'function' || types.isAsyncFunction(resolve)) return [];
      return /\b(?:ledger|loaders)\.\w+[.(]/.test(String(resolve)) ? [`${type}.${name}`] : [];
    }),
  );
  assert.deepEqual(faults, []);
});
