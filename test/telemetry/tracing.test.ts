import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { Frames } from '../../src/telemetry/frames.ts';
import { withFrames } from '../../src/telemetry/log-fields.ts';
import { startTracing } from '../../src/telemetry/tracing.ts';
import { startCollector } from '../support/collector.ts';
import { until } from '../support/world.ts';

/** Traces that go to a collector, what was lost of them, and what the log says. */
async function openTracing(t: TestContext, headers?: Readonly<Record<string, string>>) {
  const collector = await startCollector(t);
  const log: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => void log.push(line) });
  const frames = new Frames();
  let lost = 0;
  const tracing = startTracing({
    url: collector.url,
    sample: 1,
    headers,
    fetch: globalThis.fetch,
    logger: withFrames(logger, frames),
    apart: (work) => frames.apart(work),
    onLost: (spans) => {
      lost += spans;
    },
  });
  const end = (spans: number): void => {
    for (let ended = 0; ended < spans; ended += 1) tracing.tracer.startSpan('work').end();
  };
  return {
    collector,
    tracing,
    frames,
    end,
    lost: () => lost,
    log: () => log.map((line): unknown => JSON.parse(line)),
  };
}

test('each span that ended is taken or lost, also where more end than can wait', async (t) => {
  const { collector, tracing, end, lost } = await openTracing(t);
  end(10_000);
  await tracing.stop();
  assert.ok(lost() > 0);
  assert.equal(collector.spans().length + lost(), 10_000);
  end(3);
  assert.equal(collector.spans().length + lost(), 10_003);
});

test('spans that a collector rejects among others are lost', async (t) => {
  for (const [rejectedSpans, lostSpans] of [
    ['2', 2],
    [2, 2],
    ['99', 5],
    ['0', 0],
    ['x', 0],
  ] as const) {
    const { collector, tracing, end, lost, log } = await openTracing(t);
    collector.answerBody(JSON.stringify({ partialSuccess: { rejectedSpans, errorMessage: 'no' } }));
    end(5);
    await tracing.stop();
    assert.equal(lost(), lostSpans);
    assert.equal(log().length, lostSpans > 0 ? 1 : 0);
  }
});

test('spans that were not sent when there is no more time are lost', async (t) => {
  const { collector, tracing, end, lost } = await openTracing(t);
  collector.answerWith(null);
  end(2_000);
  await tracing.stop();
  assert.equal(lost(), 2_000);
});

const FAILING = {
  level: 40,
  msg: 'traces cannot be sent; they are lost until their collector answers',
};

test('the log is told once that traces are lost and once that they are sent again, whoever asks meanwhile', async (t) => {
  const { collector, tracing, frames, end, lost, log } = await openTracing(t);
  const asking = { requestId: 'of somebody', traceId: null, span: null };
  let sent = 0;
  // So many are sent at once.
  const send = async (): Promise<void> => {
    frames.run(asking, () => end(512));
    sent += 1;
    await until(() => collector.requests() === sent);
  };
  collector.answerWith(503);
  for (let times = 0; times < 3; times += 1) await send();
  await until(() => lost() === 3 * 512);
  collector.answerWith(200);
  await send();
  await until(() => log().length === 2);
  collector.answerWith(400);
  await send();
  await until(() => log().length === 3);
  assert.deepEqual(log(), [
    { ...FAILING, reason: 503 },
    { level: 30, msg: 'traces are sent again' },
    { ...FAILING, reason: 400 },
  ]);
  await collector.stop();
  frames.run(asking, () => end(1));
  await tracing.stop();
  assert.equal(lost(), 4 * 512 + 1);
});

test('a collector that is gone is named by the system’s word for it', async (t) => {
  const { collector, tracing, end, log } = await openTracing(t);
  await collector.stop();
  end(1);
  await tracing.stop();
  assert.deepEqual(log(), [{ ...FAILING, reason: 'ECONNREFUSED' }]);
});

test('what a collector wants to be shown is sent along', async (t) => {
  const { collector, tracing, end } = await openTracing(t, {
    authorization: 'Bearer of-the-collector',
    'Content-Type': 'text/plain',
  });
  end(1);
  await tracing.stop();
  assert.deepEqual(collector.authorizations(), ['Bearer of-the-collector']);
  assert.match(collector.text(), /"content-type","application\/json"/);
});

test('a span is told with what it has', async (t) => {
  const { collector, tracing } = await openTracing(t);
  const { tracer } = tracing;
  const other = tracer.startSpan('other');
  const span = tracer.startSpan('work', {
    kind: 2,
    attributes: { text: 'a', count: 7, share: 0.5, is: true, list: ['a', 'b'] },
    links: [{ context: other.spanContext() }],
    startTime: [1_700_000_000, 5],
  });
  span.setStatus({ code: 2, message: 'no' });
  span.addEvent('halfway', { at: 1 });
  span.end([1_700_000_001, 250_000_000]);
  await tracing.stop();
  const [sent] = collector.spans();
  assert.equal(sent?.name, 'work');
  // One more than in the API: here, none is the first.
  assert.equal(sent.kind, 3);
  assert.equal(sent.parentSpanId, null);
  assert.deepEqual(sent.links, [other.spanContext().spanId]);
  assert.deepEqual(sent.status, { code: 2, message: 'no' });
  assert.deepEqual(sent.attributes, {
    text: 'a',
    count: 7,
    share: 0.5,
    is: true,
    list: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] },
  });
  const text = collector.text();
  assert.match(text, /"startTimeUnixNano":"1700000000000000005"/);
  assert.match(text, /"endTimeUnixNano":"1700000001250000000"/);
  assert.match(text, /"events":\[\{"name":"halfway","timeUnixNano":"\d{19}","attributes":\[/);
});
