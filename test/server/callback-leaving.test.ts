import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import Fastify from 'fastify';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { createErrorMask } from '../../src/graphql/errors.ts';
import { isOperation, Operations } from '../../src/graphql/operations.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { serveCallback } from '../../src/server/callback.ts';
import { Callbacks } from '../../src/server/callbacks.ts';
import { readRequest } from '../../src/server/graphql-request.ts';
import { atEnd } from '../support/at-end.ts';
import { startRouter } from '../support/callback-router.ts';
import { openGate, OPERATION_LIMITS } from '../support/gate.ts';
import { openServices } from '../support/graph.ts';
import { openLedger } from '../support/ledgers.ts';
import { LIMITS } from '../support/live.ts';
import { until } from '../support/world.ts';

const MANY = 'subscription { importsChanged { position } }';

for (const [name, told] of [
  ['whoever asks leaves', 'was called off, as whoever asked has left'],
  ['the server stops', 'was called off, as the server stops'],
] as const) {
  test(`when ${name} while a router is asked to confirm, that is the reason`, async (t) => {
    const router = await startRouter(t);
    const logger = pino({ level: 'silent' });
    const limits = { ...LIMITS, callbackUrls: [router.url] };
    const maskError = createErrorMask(logger);
    const clock = SYSTEM_CLOCK;
    const callbacks = new Callbacks({ fetch, clock, random: () => 0.5, limits, maskError, logger });
    const operations = new Operations({
      schema: createSchema(),
      isIntrospectionOn: false,
      limits: OPERATION_LIMITS,
      persisted: null,
    });
    const services = await openServices(openLedger(t));
    const gate = openGate();
    const app = Fastify();
    const answers: unknown[] = [];
    gate.guard(app, (error) => error);
    app.addHook('onSend', (_request, _reply, payload, done) => {
      answers.push(payload);
      done();
    });
    app.post('/', async (asking, reply) => {
      const asked = readRequest(asking);
      assert.ok(typeof asked !== 'string');
      const operation = operations.prepare(asked);
      assert.ok(isOperation(operation));
      const options = { callbacks, gate, limits, services, operations, maskError };
      await serveCallback({ request: asking, reply, asked, operation }, options);
      return reply;
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    atEnd(t, () => app.close());

    router.intercept(() => new Promise(() => {}));
    const client = request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json;callbackSpec=1.0',
      },
    });
    client.on('error', () => undefined);
    const subscription = {
      callbackUrl: `${router.url}/a`,
      subscriptionId: 'a',
      verifier: 'XXX',
      heartbeatIntervalMs: 0,
    };
    client.end(JSON.stringify({ query: MANY, extensions: { subscription } }));
    await until(() => router.posts.length === 1);
    if (name === 'whoever asks leaves') client.destroy();
    else await callbacks.close(new AbortController().signal);
    await until(() => answers.length === 1);
    assert.ok(String(answers[0]).includes(told), String(answers[0]));
    client.destroy();
  });
}
