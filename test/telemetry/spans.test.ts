import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { Http } from '../../src/providers/http.ts';
import { Frames } from '../../src/telemetry/frames.ts';
import { SpanTracer } from '../../src/telemetry/span-tracer.ts';
import { countHttp, traceHttp } from '../../src/telemetry/vendor-http.ts';

const SECRET = 'Xanthippe';

function openTracer() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const frames = new Frames();
  const tracer = new SpanTracer(provider.getTracer('in-test'), frames);
  return { tracer, frames, spans: () => exporter.getFinishedSpans() };
}

const REQUEST = {
  method: 'POST',
  url: new URL(`https://vendor.example:8443/jobs/1?key=${SECRET}#${SECRET}`),
  headers: { authorization: SECRET },
  body: SECRET,
  signal: new AbortController().signal,
} as const;

test('a request to a vendor is told without its query, its headers and its body', async () => {
  const { tracer, spans } = openTracer();
  const sent: unknown[] = [];
  const http: Http = async (request) => {
    sent.push(request);
    return { status: 503, headers: new Headers({ a: SECRET }), text: SECRET, request: '' };
  };
  await tracer.begin({ name: 'look' }, () => traceHttp(http, tracer)(REQUEST));
  const [span] = spans();
  assert.equal(span?.name, 'POST vendor.example:8443');
  assert.deepEqual(span.attributes, {
    'http.request.method': 'POST',
    'url.full': 'https://vendor.example:8443/jobs/1',
    'server.address': 'vendor.example',
    'http.response.status_code': 503,
  });
  assert.deepEqual(span.status, { code: 2, message: '503' });
  // As it was.
  assert.deepEqual(sent, [REQUEST]);
});

test('a request that fails tells the kind of its failure, and nothing of its message', async () => {
  const { tracer, spans } = openTracer();
  const error = new ProviderError('timeout', SECRET, { cause: new Error(SECRET) });
  const http = traceHttp(() => Promise.reject(error), tracer);
  const look = tracer.begin({ name: 'look' }, () => http(REQUEST));
  await assert.rejects(look, { kind: 'timeout' });
  const told = spans().map(({ name, status, attributes, events }) => ({
    name,
    status,
    type: attributes['error.type'],
    events,
  }));
  assert.deepEqual(told, [
    {
      name: 'POST vendor.example:8443',
      status: { code: 2, message: 'ProviderError' },
      type: 'timeout',
      events: [],
    },
    { name: 'look', status: { code: 2, message: 'ProviderError' }, type: undefined, events: [] },
  ]);
});

test('requests are counted by what came of them', async () => {
  const counted: string[] = [];
  const counting = (http: Http) => countHttp(http, (result) => counted.push(result));
  for (const status of [200, 204, 404, 503]) {
    await counting(async () => ({ status, headers: new Headers(), text: '', request: '' }))(
      REQUEST,
    );
  }
  for (const error of [new ProviderError('unavailable', 'gone'), new TypeError('a bug')]) {
    await assert.rejects(counting(() => Promise.reject(error))(REQUEST), error);
  }
  assert.deepEqual(counted, ['2xx', '2xx', '4xx', '5xx', 'unavailable', 'broken-off']);
});

test('a step is only done where nothing is traced', () => {
  const { tracer, spans } = openTracer();
  assert.equal(
    tracer.step({ name: 'step' }, () => 7),
    7,
  );
  assert.deepEqual(spans(), []);
});

test('what is done when a list of promises was answered is a part of what answered it', async () => {
  const { tracer, spans } = openTracer();
  const later = async (): Promise<void> => {
    await Promise.resolve();
    tracer.step({ name: 'statement' }, () => undefined);
  };
  const refused = Promise.reject(new Error(SECRET));
  const list = tracer.begin({ name: 'entities' }, () => [later(), refused]);
  await Promise.allSettled(list);
  // Its end comes after that of the last of them.
  await setImmediate();
  const [statement, entities] = spans();
  assert.equal(statement?.name, 'statement');
  assert.equal(entities?.name, 'entities');
  assert.equal(statement.parentSpanContext?.spanId, entities.spanContext().spanId);
});

test('what is done apart belongs to nobody', () => {
  const { tracer, frames, spans } = openTracer();
  const frame = { requestId: 'mine', traceId: null, span: null };
  frames.run(frame, () =>
    tracer.begin({ name: 'request' }, () => {
      assert.equal(frames.current.requestId, 'mine');
      frames.apart(() => {
        assert.equal(frames.current.requestId, null);
        tracer.begin({ name: 'look' }, () => undefined);
      });
    }),
  );
  const look = spans().find(({ name }) => name === 'look');
  assert.equal(look?.parentSpanContext, undefined);
});
