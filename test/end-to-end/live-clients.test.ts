import assert from 'node:assert/strict';
import test from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedLoad } from '../../src/providers/simulation.ts';
import { startLiveServer } from '../support/live-server.ts';
import { FOLLOWERS } from '../support/transports.ts';
import { at, next, startWorld, until } from '../support/world.ts';

const SHORT: SimulatedLoad = {
  ...ORDINARY_LOAD,
  rows: 200,
  failedRows: 9,
  queuedForMs: 100,
  runsForMs: 300,
};

const QUICK = { poll: { minInterval: '40ms', maxInterval: '200ms' } };

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } }
}`;

const ONE = `subscription ($id: ID!) {
  importChanged(id: $id) {
    position skippedRevisions membership end { reason resumeAfter }
    import { revision job { phase outcome } freshness { state } }
  }
}`;

const RUNNING = `subscription ($filter: ImportFilter) {
  importsChanged(filter: $filter) {
    membership skippedRevisions gap { prunedThrough } end { reason }
    import { id revision job { phase } }
  }
}`;

for (const { name, follow } of FOLLOWERS) {
  test(`${name} follows a load from its first state to its typed end`, async (t) => {
    const world = await startWorld(t, { provider: QUICK });
    const externalId = world.vendor('collibra').start(SHORT);
    await world.ask(TRACK, { input: { providerId: 'collibra', externalId } });
    const variables = { id: `collibra:${externalId}` };
    const answers = await Array.fromAsync(follow(t, { url: world.app.url, query: ONE, variables }));

    const events = answers.map(({ data, errors }) => {
      assert.deepEqual(errors, []);
      return at(data, 'importChanged');
    });
    const states = events.slice(0, -1);
    let seen = Number(at(states[0], 'import.revision'));
    for (const event of states.slice(1)) {
      seen += 1 + Number(at(event, 'skippedRevisions'));
      assert.equal(at(event, 'import.revision'), seen);
    }
    const phases = states.map((event) => at(event, 'import.job.phase'));
    assert.ok(phases.includes('RUNNING'), `never seen running: ${phases.join()}`);
    assert.ok(events.every((event) => at(event, 'membership') === null));
    const last = states.at(-1);
    assert.equal(at(last, 'import.job.outcome'), 'COMPLETED_WITH_ERRORS');
    assert.equal(at(last, 'import.freshness.state'), 'SETTLED');
    const end = events.at(-1);
    assert.equal(at(end, 'import'), null);
    assert.equal(at(end, 'end.reason'), 'SETTLED');
    assert.equal(at(end, 'end.resumeAfter'), at(last, 'position'));
  });

  test(`${name} is told of an import that enters a list, changes in it and leaves it`, async (t) => {
    const server = await startLiveServer(t);
    await server.change('a');
    await server.change('b');
    await server.finish('over');
    const variables = { filter: { phases: ['QUEUED', 'RUNNING'] } };
    const stream = follow(t, { url: server.url, query: RUNNING, variables });
    const told = async (): Promise<string> => {
      const { data, errors } = await next(stream);
      assert.deepEqual(errors, []);
      const event = at(data, 'importsChanged');
      assert.equal(at(event, 'gap'), null);
      assert.equal(at(event, 'end'), null);
      assert.equal(at(event, 'skippedRevisions'), 0);
      const paths = ['membership', 'import.id', 'import.revision', 'import.job.phase'];
      return paths.map((path) => at(event, path)).join(' ');
    };
    assert.equal(await told(), 'ENTERED catalog:a 1 RUNNING');
    assert.equal(await told(), 'ENTERED catalog:b 1 RUNNING');
    await server.change('a');
    assert.equal(await told(), 'MATCHES catalog:a 2 RUNNING');
    await server.finish('b');
    assert.equal(await told(), 'LEFT catalog:b 2 FINISHED');
    await server.change('c');
    assert.equal(await told(), 'ENTERED catalog:c 1 RUNNING');
    assert.equal(server.streams(), 1);
    await stream.return?.();
    await until(() => server.streams() === 0);
    assert.deepEqual(server.log, []);
  });

  test(`${name} is told why a subscription is refused, and nothing more`, async (t) => {
    const server = await startLiveServer(t);
    const variables = { id: 'nobody:load' };
    const answers = await Array.fromAsync(follow(t, { url: server.url, query: ONE, variables }));
    assert.equal(answers.length, 1);
    const [{ data, errors } = { data: undefined, errors: [] }] = answers;
    assert.equal(data, null);
    assert.equal(errors[0]?.extensions?.code, 'UNKNOWN_PROVIDER');
    assert.match(errors[0]?.message ?? '', /importProviders lists those that are/);
    assert.equal(server.streams(), 0);
  });
}
