import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gql } from '@apollo/client';
import { EventSource } from 'eventsource';
import { createClient } from 'graphql-ws';
import { onEnd, pipe, subscribe, toAsyncIterable } from 'wonka';
import * as apollo from '../../docs/live/apollo.ts';
import { FOLLOW } from '../../docs/live/following.ts';
import { follow } from '../../docs/live/graphql-ws.ts';
import { connect } from '../../docs/live/socket.ts';
import * as urql from '../../docs/live/urql.ts';
import { at, next } from '../support/world.ts';
import { Rig, ROWS } from './rig.ts';

/** What the page says of clients that others wrote. */
describe('the clients of live imports', { concurrency: true }, () => {
  test('graphql-ws by itself comes back with the old position, and shows again what was seen', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', 1);
    const client = createClient({
      url: `ws://${rig.line.host}/graphql`,
      shouldRetry: () => true,
      retryWait: async () => undefined,
    });
    const results = client.iterate({ query: FOLLOW, variables: { id: 'micro:load' } });
    assert.equal(await revisionOf(results), 1);
    rig.line.cut();
    assert.equal(await revisionOf(results), 1);
    await results.return?.();
  });

  test('graphql-ws comes back by itself after a close with 1000, whatever it was told', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', 1);
    const client = createClient({ url: `ws://${rig.line.host}/graphql`, retryAttempts: 0 });
    const results = client.iterate({ query: FOLLOW, variables: { id: 'micro:load' } });
    assert.equal(await revisionOf(results), 1);
    rig.line.say(CLOSE_1000);
    assert.equal(await revisionOf(results), 1);
    await results.return?.();
  });

  test('a socket over which nothing comes any more is found and left', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', 1);
    const client = connect(`ws://${rig.line.host}/graphql`, 300);
    const events = follow(client, { id: 'micro:load', signal: leaving(t) });
    assert.equal((await next(events)).import?.revision, 1);
    rig.line.mute();
    await rig.report('load', 2);
    assert.equal((await next(events)).import?.revision, 2);
    await events.return(undefined);
  });

  test('Apollo Client tells of a socket that was cut in a result, and completes', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', 1);
    const client = apollo.overSocket(`ws://${rig.line.host}/graphql`);
    const told: string[] = [];
    const query = gql(FOLLOW);
    await client
      .subscribe({ query, variables: { id: 'micro:load' } })
      .forEach(({ data, error }) => {
        told.push(data ? 'data' : String(error?.message));
        if (data) rig.line.cut();
      });
    assert.deepEqual(told, ['data', 'Socket closed']);
  });

  test('urql tells of a socket that was cut in a result, and completes', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', 1);
    const client = urql.overSocket(`ws://${rig.line.host}/graphql`);
    const told: string[] = [];
    for await (const { data, error } of toAsyncIterable(
      client.subscription(FOLLOW, { id: 'micro:load' }),
    )) {
      told.push(data ? 'data' : String(error?.name));
      if (data) rig.line.cut();
    }
    assert.deepEqual(told, ['data', 'CombinedError']);
  });

  test('urql tells of an operation that does not fit in a result, and does not complete', async (t) => {
    const rig = await Rig.start(t);
    const client = urql.overSocket(`ws://${rig.line.host}/graphql`);
    const told: string[] = [];
    const refusal = Promise.withResolvers<void>();
    const refused = pipe(
      client.subscription('subscription { importsChanged { nothing } }', {}),
      onEnd(() => told.push('the end')),
      subscribe(({ error }) => {
        told.push(String(error?.message));
        refusal.resolve();
      }),
    );
    await refusal.promise;
    // Whatever follows a refusal has come once another operation has been refused, too.
    const others = urql.follow(client, { id: 'more nonsense', signal: leaving(t) });
    await assert.rejects(next(others), /is not an import id/);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /Cannot query field "nothing"/);
    refused.unsubscribe();
  });

  test('an EventSource that is not closed at the end comes back for it', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('load', ROWS);
    const variables = JSON.stringify({ id: 'micro:load' });
    const search = new URLSearchParams({ query: FOLLOW, variables });
    const source = new EventSource(`http://${rig.line.host}/graphql/stream?${search}`);
    const told: unknown[] = [];
    const cameBack = Promise.withResolvers<void>();
    source.addEventListener('next', ({ data }) => {
      told.push(at(JSON.parse(data), 'data.importChanged.end.reason') ?? 'data');
    });
    source.addEventListener('complete', () => {
      told.push('complete');
      if (told.length > 3) cameBack.resolve();
    });
    await cameBack.promise;
    source.close();
    assert.deepEqual(told, ['data', 'SETTLED', 'complete', 'SETTLED', 'complete']);
  });
});

/** A frame that a server closes a WebSocket with. */
const CLOSE_1000 = Uint8Array.of(0x88, 0x02, 0x03, 0xe8);

async function revisionOf(results: AsyncIterator<{ readonly data?: unknown }>): Promise<unknown> {
  return at((await next(results)).data, 'importChanged.import.revision');
}

function leaving(t: TestContext): AbortSignal {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return controller.signal;
}
