import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from 'graphql-sse';
import { SignJWT } from 'jose';
import { compose } from '../../docs/supergraph/compose.ts';
import { startGateway } from '../../docs/supergraph/gateway.ts';
import type { GatewayOptions } from '../../docs/supergraph/gateway.ts';
import type { App } from '../../src/app.ts';
import { atEnd } from '../support/at-end.ts';
import { Line } from '../support/line.ts';
import { startLiveServer } from '../support/live-server.ts';
import type { LiveServer } from '../support/live-server.ts';
import { at, next, startWorld, until } from '../support/world.ts';
import { QUERY, startSubgraphs, SUBSCRIPTION } from './support/supergraph.ts';
import { setTap } from './support/tap.ts';

type Way = GatewayOptions['subscriptions'];

const WAYS: readonly Way[] = ['webSocket', 'eventStream', 'callback'];

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) {
    position
    skippedRevisions
    import { revision release { name } }
    end { reason resumeAfter }
  }
}`;

const ID = 'catalog:load-1';

for (const way of WAYS) {
  describe(`Hive Gateway, told of changes by ${way}`, () => {
    test('adds what a neighbour knows to each change of a list', async (t) => {
      const { service, follow } = await startLive(t, way);
      await service.change('load-1');
      await service.change('load-2');
      const others = Array.from({ length: 998 }, (_, number) => `catalog:other-load-${number}`);
      const filter = { ids: [ID, 'catalog:load-2', ...others] };
      const events = follow(SUBSCRIPTION, { filter });
      const job = { phase: 'RUNNING', outcome: null };
      assert.deepEqual(importOf(await next(events)), {
        id: ID,
        revision: 1,
        job,
        release: { name: 'odd' },
      });
      assert.deepEqual(importOf(await next(events)), {
        id: 'catalog:load-2',
        revision: 1,
        job,
        release: { name: 'even' },
      });
      await service.finish('load-1');
      assert.deepEqual(importOf(await next(events)), {
        id: ID,
        revision: 2,
        job: { phase: 'FINISHED', outcome: 'SUCCEEDED' },
        release: { name: 'odd' },
      });
    });

    test('passes on each change from a position on, and the end', async (t) => {
      const { service, follow } = await startLive(t, way);
      await service.change('load-1');
      const before = follow(ONE, { id: ID });
      const after = at(await next(before), 'data.importChanged.position');
      await before.return?.();
      await service.change('load-1');
      await service.change('load-1');
      const events = follow(ONE, { id: ID, after });
      const missed = at(await next(events), 'data.importChanged');
      assert.equal(at(missed, 'import.revision'), 3);
      assert.equal(at(missed, 'skippedRevisions'), 1);
      await service.finish('load-1');
      const finish = at(await next(events), 'data.importChanged');
      assert.deepEqual(at(finish, 'import'), { revision: 4, release: { name: 'odd' } });
      const position = at(finish, 'position');
      assert.deepEqual(at(await next(events), 'data.importChanged'), {
        position,
        skippedRevisions: 0,
        import: null,
        end: { reason: 'SETTLED', resumeAfter: position },
      });
      assert.equal((await events.next()).done, true);
    });

    test('tells where to go on when the subgraph is replaced', async (t) => {
      const { service, follow } = await startLive(t, way);
      await service.change('load-1');
      const events = follow(ONE, { id: ID });
      const position = at(await next(events), 'data.importChanged.position');
      const stopped = service.stop();
      assert.deepEqual(at(await next(events), 'data.importChanged.end'), {
        reason: 'DRAINING',
        resumeAfter: position,
      });
      assert.equal((await events.next()).done, true);
      await stopped;
    });

    test('leaves nothing behind at the subgraph when nobody looks any more', async (t) => {
      const { service, follow } = await startLive(t, way);
      await service.change('load-1');
      const events = follow(ONE, { id: ID });
      await next(events);
      assert.equal(service.streams(), 1);
      await events.return?.();
      // A router that is called back says so in its next answer.
      await service.change('load-1');
      await until(() => service.streams() === 0);
    });

    test('is let in with the token of whoever asks, and with no other', async (t) => {
      const { follow, token } = await startGuarded(t, way);
      const id = 'qobra:647a13fe875af4b4eb7133c2';
      const known = await next(follow(ONE, { id }, { authorization: `Bearer ${token}` }));
      assert.equal(at(known, 'data.importChanged.import.revision'), 1);
      const refused = await next(follow(ONE, { id }));
      assert.equal(at(refused, 'errors.0.extensions.code'), 'UNAUTHENTICATED');
      assert.equal(at(refused, 'data.importChanged'), undefined);
      const forged = follow(ONE, { id }, { authorization: 'Bearer x.y.z' });
      // At once: a socket that is closed like this is not opened again with the same token.
      assert.match(JSON.stringify(await next(forged)), /^{"errors":\[/);
    });
  });
}

function importOf(event: unknown): unknown {
  return at(event, 'data.importsChanged.import');
}

test('Hive Gateway passes on who asks and the trace, and proves that it is the router', async (t) => {
  const service = await startLiveServer(t);
  const tap = await setTap(t, service.url);
  const subgraphs = await startSubgraphs(t, tap.url);
  const neighbour = await setTap(t, new URL(subgraphs.catalog.url).origin);
  const gateway = await startGateway({
    supergraph: compose({ ...subgraphs, catalog: { ...subgraphs.catalog, url: neighbour.url } }),
    subscriptions: 'eventStream',
    routerSecret: SECRET,
  });
  atEnd(t, () => gateway.stop());
  const headers = {
    authorization: 'Bearer token',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  await fetch(gateway.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  });
  const [own] = tap.passed;
  assert.equal(own?.headers.authorization, headers.authorization);
  assert.equal(own?.headers['traceparent'], headers.traceparent);
  assert.equal(own?.headers['router-authorization'], SECRET);
  assert.equal(neighbour.passed[0]?.headers['router-authorization'], undefined);
});

interface Front {
  /** Runs a subscription through the gateway. */
  readonly follow: (
    query: string,
    variables: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) => AsyncIterableIterator<unknown>;
}

/** Starts a gateway before a service in which the test decides what changes. */
async function startLive(
  t: TestContext,
  way: Way,
): Promise<Front & { readonly service: LiveServer }> {
  const line = await Line.lay(t);
  const service = await startLiveServer(t, { callbackUrls: [`http://${line.host}/callback`] });
  const { follow } = await startBefore(t, { service, line, way });
  return { service, follow };
}

const SECRET = 'known to the router and to the subgraph';

/** Starts one before a service that asks for a router, and for tokens such as this. */
async function startGuarded(t: TestContext, way: Way): Promise<Front & { readonly token: string }> {
  const line = await Line.lay(t);
  const jwt = { secret: 'a secret of thirty-two characters', issuer: 'acme', audience: 'imports' };
  const { app } = await startWorld(t, {
    service: {
      auth: { jwt, routerSecret: SECRET },
      live: { callbackUrls: [`http://${line.host}/callback`] },
    },
  });
  const token = await new SignJWT({ scope: 'imports:read' })
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setExpirationTime('1h')
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(jwt.secret));
  const { follow } = await startBefore(t, { service: app, line, way, routerSecret: SECRET });
  return { follow, token };
}

interface Behind {
  readonly service: App;
  /** Over which the service reaches the gateway. */
  readonly line: Line;
  readonly way: Way;
  readonly routerSecret?: string;
}

/** Starts a gateway before a service and its neighbours. All are gone when the test ends. */
async function startBefore(
  t: TestContext,
  { service, line, way, routerSecret }: Behind,
): Promise<Front> {
  const gateway = await startGateway({
    supergraph: compose(await startSubgraphs(t, service.url)),
    subscriptions: way,
    publicUrl: `http://${line.host}`,
    ...(routerSecret && { routerSecret }),
  });
  atEnd(t, () => gateway.stop());
  line.leadTo(gateway.url);
  // Before the gateway, which would else be called back when it is gone.
  atEnd(t, () => service.stop());
  return {
    follow: (query, variables, headers = {}) => {
      const client = createClient({ url: gateway.url, headers, retryAttempts: 0 });
      atEnd(t, () => client.dispose());
      return client.iterate({ query, variables: { ...variables } });
    },
  };
}
