import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { startCollector } from './collector.ts';
import type { Collector, SentSpan } from './collector.ts';
import { at, startWorld } from './world.ts';
import type { World, WorldOptions } from './world.ts';

const QUICK = { poll: { minInterval: '20ms', maxInterval: '40ms' } };

/** A world that is traced. */
export interface Traced extends World {
  readonly collector: Collector;
  /** What was traced of the world, once it has stopped. */
  stopped(): Promise<readonly SentSpan[]>;
}

/** Starts a traced world that is gone when the test ends. */
export async function startTraced(
  t: TestContext,
  { sample = 1, ...options }: WorldOptions & { readonly sample?: number } = {},
): Promise<Traced> {
  const collector = await startCollector(t);
  const world = await startWorld(t, {
    provider: QUICK,
    ...options,
    service: { telemetry: { traces: { url: collector.url, sample } } },
  });
  return {
    ...world,
    collector,
    stopped: async () => {
      await world.app.stop();
      return collector.spans();
    },
  };
}

/** How a router names its own span. */
export class RouterSpan {
  readonly traceId = randomBytes(16).toString('hex');
  readonly spanId = randomBytes(8).toString('hex');

  headers({ isKept }: { readonly isKept: boolean }): Readonly<Record<string, string>> {
    return { traceparent: `00-${this.traceId}-${this.spanId}-${isKept ? '01' : '00'}` };
  }
}

/** Asks over HTTP as somebody who says these headers; answers the data. */
export async function askFrom(
  world: World,
  headers: Readonly<Record<string, string>>,
  operation: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const answer = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  const body: unknown = await answer.json();
  assert.equal(at(body, 'errors'), undefined, JSON.stringify(body));
  return at(body, 'data');
}

/** The only span of a name among these. */
export function only(spans: readonly SentSpan[], name: string): SentSpan {
  const [span, ...others] = spans.filter((one) => one.name === name);
  assert.ok(span, `there is no ${name} among ${spans.map((one) => one.name).join(', ')}`);
  assert.equal(others.length, 0, `there is more than one ${name}`);
  return span;
}

/** The spans right below another. */
export function below(parent: SentSpan, spans: readonly SentSpan[]): readonly SentSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
}
