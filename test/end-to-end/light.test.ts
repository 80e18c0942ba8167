import assert from 'node:assert/strict';
import test from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { at, next, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { TestClock } from '../support/clock.ts';

const IMPORT = `query ($id: ID!) {
  import(id: $id) { id job { phase } freshness { state error { kind } } }
}`;

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } }
}`;

const LONG = { ...ORDINARY_LOAD, queuedForMs: 0, runsForMs: 3_600_000 };

/** Nothing is looked at by schedule while a test runs. */
const SELDOM = { poll: { minInterval: '1h', maxInterval: '2h' } };

/** Requests to a vendor about imports; asking for a token is not one. */
function looksAt(world: World, kind: string): number {
  return world.vendor(kind).requests.filter((request) => !request.includes('token')).length;
}

test('a thousand queries at once for one import never seen are one look', async (t) => {
  const world = await startWorld(t, { provider: SELDOM });
  const id = `micro:${world.vendor('micro').start(LONG)}`;
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => world.ask(IMPORT, { id })));
  assert.equal(looksAt(world, 'micro'), 1);
  for (const { data, errors } of answers) {
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'import.job.phase'), 'RUNNING');
  }
});

test('queries for a known import are no look, also while its vendor is down', async (t) => {
  const world = await startWorld(t, {
    provider: { poll: { minInterval: '1h', maxInterval: '2h' } },
  });
  const id = `qobra:${world.vendor('qobra').start(LONG)}`;
  await world.ask(IMPORT, { id });
  const before = looksAt(world, 'qobra');
  world.vendor('qobra').setScenario('outage');
  for (let round = 0; round < 50; round += 1) {
    const { data, errors } = await world.ask(IMPORT, { id });
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'import.job.phase'), 'RUNNING');
  }
  assert.equal(looksAt(world, 'qobra'), before);
});

test('an import that its vendor does not know is null, leaves nothing, and is asked for once', async (t) => {
  const world = await startWorld(t);
  const id = 'micro:no-such-job';
  for (let round = 0; round < 20; round += 1) {
    const { data, errors } = await world.ask(IMPORT, { id });
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'import'), null);
  }
  assert.equal(looksAt(world, 'micro'), 1);
  const { data } = await world.ask('{ imports { nodes { id } } }');
  assert.deepEqual(at(data, 'imports.nodes'), []);
});

test('a thousand subscribers to a young import make as many looks as none', async (t) => {
  const looks: number[] = [];
  for (const subscribers of [0, 1_000]) {
    const clock = new TestClock(Date.UTC(2026, 0, 15));
    const world = await startWorld(t, { clock, service: { live: { maxOperations: 1_000 } } });
    const externalId = world.vendor('micro').start({ ...LONG, runsForMs: 15_000 });
    const id = `micro:${externalId}`;
    await world.ask(TRACK, { input: { providerId: 'micro', externalId } });
    await until(() => looksAt(world, 'micro') === 1);
    const streams = Array.from({ length: subscribers }, () =>
      world.follow(
        'subscription ($id: ID!) { importChanged(id: $id) { position end { reason } } }',
        {
          id,
        },
      ),
    );
    await Promise.all(streams.map((stream) => next(stream)));
    const isSettled = async (): Promise<boolean> => {
      const { data } = await world.ask(IMPORT, { id });
      return at(data, 'import.freshness.state') === 'SETTLED';
    };
    await until(async () => {
      await clock.pass(10);
      return isSettled();
    });
    looks.push(looksAt(world, 'micro'));
    for (const stream of streams) await stream.return?.();
  }
  assert.equal(looks[1], looks[0]);
});

test('a thousand Marketing Cloud imports are fifty calls a round and one token', async (t) => {
  const clock = new TestClock(Date.UTC(2026, 0, 15));
  const poll = { minInterval: '5s', maxInterval: '5s' };
  const world = await startWorld(t, { clock, provider: { poll } });
  const vendor = world.vendor('marketing-cloud');
  const inputs = Array.from({ length: 1_000 }, () => ({
    providerId: 'marketing-cloud',
    externalId: vendor.start(LONG),
  }));
  await Promise.all(inputs.map((input) => world.ask(TRACK, { input })));
  const untilRound = async (calls: number): Promise<void> => {
    await until(async () => {
      await clock.pass(10);
      return looksAt(world, 'marketing-cloud') >= calls;
    });
  };
  const everyoneIsLive = async (): Promise<boolean> => {
    const { data } = await world.ask(
      '{ imports(filter: { phases: [UNKNOWN] }, first: 1) { nodes { id } } }',
    );
    return at(data, 'imports.nodes.length') === 0;
  };
  await until(async () => {
    await clock.pass(10);
    return everyoneIsLive();
  });
  // They were tracked one by one, so the first round may have looked before all were there.
  const start = looksAt(world, 'marketing-cloud');
  const second = clock.now();
  await untilRound(start + 50);
  await untilRound(start + 100);
  assert.ok(clock.now() - second <= 2 * 5_500, `two rounds took ${clock.now() - second} ms`);
  const { data } = await world.ask(
    '{ importProvider(id: "marketing-cloud") { budget { usedThisMonth } } }',
  );
  assert.ok(Number(at(data, 'importProvider.budget.usedThisMonth')) <= start + 1 + 104);
  assert.equal(vendor.requests.filter((request) => request.includes('token')).length, 1);
});

test('a vendor that is down at the start keeps nobody else waiting', async (t) => {
  const world = await startWorld(t);
  world.vendor('collibra').setScenario('outage');
  const collibra = { providerId: 'collibra', externalId: world.vendor('collibra').start(LONG) };
  const qobra = { providerId: 'qobra', externalId: world.vendor('qobra').start(LONG) };
  await world.ask(TRACK, { input: collibra });
  await world.ask(TRACK, { input: qobra });
  const stateOf = async (id: string): Promise<unknown> =>
    at((await world.ask(IMPORT, { id })).data, 'import.freshness.state');
  await until(async () => (await stateOf(`qobra:${qobra.externalId}`)) === 'LIVE');
  await until(async () => (await stateOf(`collibra:${collibra.externalId}`)) === 'BACKING_OFF');
  const { data } = await world.ask('{ importProviders { id health { state error { kind } } } }');
  const providers = JSON.stringify(at(data, 'importProviders'));
  assert.match(
    providers,
    /"id":"collibra","health":\{"state":"DEGRADED","error":\{"kind":"UNAVAILABLE"\}\}/,
  );
  assert.match(providers, /"id":"qobra","health":\{"state":"HEALTHY","error":null\}/);
});
