import assert from 'node:assert/strict';
import test from 'node:test';
import { pino } from 'pino';
import { startTelemetry } from '../../src/telemetry/telemetry.ts';
import { atEnd } from '../support/at-end.ts';
import { samplesOf } from '../support/metrics.ts';

test('what routers are posted is counted by what came of it, and who was let go', async (t) => {
  const telemetry = await startTelemetry({}, { logger: pino({ level: 'silent' }), fetch });
  atEnd(t, () => telemetry.stop());
  telemetry.callbacks.posted('taken');
  telemetry.callbacks.posted('taken');
  telemetry.callbacks.posted('failed');
  telemetry.callbacks.letGo();
  const samples = samplesOf((await telemetry.readMetrics()).text);
  assert.equal(samples.get('imports_callback_posts_total{result="taken"}'), 2);
  assert.equal(samples.get('imports_callback_posts_total{result="failed"}'), 1);
  assert.equal(samples.get('imports_callbacks_let_go_total'), 1);
});
