import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import { freshness, recording, REF, refOf, START } from '../../support/builders.ts';
import { joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase } from '../../support/postgres.ts';
import { startWire } from '../../support/wire.ts';
import { ask, at, next, startWorld, until } from '../../support/world.ts';

/** How long a statement may take; the client reads it from the address, too. */
const SOON = '?query_timeout=500';

const LIST = '{ imports { nodes { id } } }';
const TRACK = `mutation { trackImport(input: { providerId: "micro", externalId: "load-3" }) {
  userErrors { message } } }`;
/** Nobody looks at it. */
const SETTLED = recording({
  freshness: freshness({ state: 'SETTLED', nextLookAt: null }),
});

const FOLLOW = `subscription { importsChanged(filter: { providerIds: ["micro"] }) {
  import { id } } }`;

test('what a store is asked that neither answers nor refuses fails after a while, and goes well once it answers', async (t) => {
  const wire = await startWire(t, await createDatabase(t));
  const ledger = await joinStore(t, wire.url + SOON);
  const first = await ledger.track({ ref: REF, now: START });
  // As many connections as are needed afterwards: who waits for one gives up later.
  await Promise.all(Array.from({ length: 3 }, () => ledger.getPrunedPosition()));
  wire.hang();
  const asked = await Promise.allSettled([
    ledger.findImports(['catalog:load-1']),
    ledger.track({ ref: refOf('load-2'), now: START }),
    ledger.record(recording()),
  ]);
  for (const { status, reason } of asked.map((one) => ({
    reason: null,
    ...one,
  }))) {
    assert.equal(status, 'rejected');
    assert.ok(reason instanceof StoreUnavailableError, String(reason));
  }
  wire.flow();
  await until(() =>
    ledger.track({ ref: refOf('load-3'), now: START }).then(
      () => true,
      () => false,
    ),
  );
  assert.deepEqual((await ledger.findImports(['catalog:load-1'])).get('catalog:load-1'), first);
});

test('a service whose store hangs says so, and goes on where it was once the store answers', async (t) => {
  const url = await createDatabase(t);
  const wire = await startWire(t, url);
  const service = { store: { url: wire.url + SOON }, drain: { noticeWithin: '0s' } };
  const world = await startWorld(t, { service });
  const other = await joinStore(t, url);
  const ready = async (): Promise<number> => (await fetch(`${world.app.url}/health/ready`)).status;
  assert.equal(await ready(), 200);
  const events = world.follow(FOLLOW);
  const seen: unknown[] = [];
  const following = (async () => {
    while (seen.length < 2) seen.push(at((await next(events)).data, 'importsChanged.import.id'));
  })();
  await until(async () => {
    await other.record({ ...SETTLED, ref: refOf('load-1', 'micro') });
    return seen.length === 1;
  });

  await Promise.all(Array.from({ length: 4 }, () => ask(world.app.url, LIST)));
  wire.hang();
  const [status, ...answers] = await Promise.all([
    ready(),
    ask(world.app.url, LIST),
    ask(world.app.url, TRACK),
  ]);
  assert.equal(status, 503);
  for (const { errors } of answers) {
    assert.equal(errors[0]?.extensions?.code, 'STORE_UNAVAILABLE');
  }
  assert.equal((await fetch(`${world.app.url}/health/live`)).status, 200);
  await other.record({ ...SETTLED, ref: refOf('load-2', 'micro') });
  wire.flow();

  await following;
  assert.deepEqual(seen, ['micro:load-1', 'micro:load-2']);
  await until(async () => (await ready()) === 200);
  assert.deepEqual((await ask(world.app.url, LIST)).errors, []);
});
