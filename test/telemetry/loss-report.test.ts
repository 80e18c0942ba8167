import assert from 'node:assert/strict';
import test from 'node:test';
import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { reportLosses } from '../../src/telemetry/loss-report.ts';

test('the log is told once that traces are lost, and once that they are sent again', () => {
  const log: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => void log.push(line) });
  const results: ExportResult[] = [];
  let lost = 0;
  let result: ExportResult = { code: ExportResultCode.SUCCESS };
  const exporter: SpanExporter = {
    export: (_, tell) => tell(result),
    shutdown: async () => undefined,
  };
  const reporting = reportLosses(exporter, { logger, onLost: () => (lost += 1) });
  const send = (): void => reporting.export([], (told) => results.push(told));

  send();
  const error = Object.assign(new Error('the body quotes row 7'), { code: 'ECONNREFUSED' });
  result = { code: ExportResultCode.FAILED, error };
  for (let times = 0; times < 5; times += 1) send();
  result = { code: ExportResultCode.SUCCESS };
  send();
  send();
  result = { code: ExportResultCode.FAILED, error: new Error('the body quotes row 8') };
  send();

  assert.equal(results.length, 9);
  assert.equal(lost, 6);
  assert.deepEqual(
    log.map((line): unknown => JSON.parse(line)),
    [
      {
        level: 40,
        reason: 'ECONNREFUSED',
        msg: 'traces cannot be sent; they are lost until their collector answers',
      },
      { level: 30, msg: 'traces are sent again' },
      {
        level: 40,
        reason: 'Error',
        msg: 'traces cannot be sent; they are lost until their collector answers',
      },
    ],
  );
});
