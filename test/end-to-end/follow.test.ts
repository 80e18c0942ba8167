import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedLoad } from '../../src/providers/simulation.ts';
import { at, startWorld } from '../support/world.ts';

const QUICK = { poll: { minInterval: '40ms', maxInterval: '200ms' } };

const SHORT: SimulatedLoad = {
  ...ORDINARY_LOAD,
  rows: 200,
  failedRows: 9,
  queuedForMs: 150,
  runsForMs: 500,
};

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } }
}`;

const FOLLOW = `subscription ($id: ID!) {
  importChanged(id: $id) {
    position skippedRevisions end { reason resumeAfter }
    import {
      revision job { phase outcome effect }
      counters { total succeeded failed added updated removed balanced }
      resources { type key counters { failed succeeded } }
      rowErrors(first: 500) { totalCount availability nodes { message } }
      freshness { state }
    }
  }
}`;

/** What the end of the load above must look like at each vendor. */
const ENDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  collibra: {
    'job.outcome': 'COMPLETED_WITH_ERRORS',
    'job.effect': 'SOME',
    'counters.failed': 9,
    'rowErrors.totalCount': 9,
    'rowErrors.availability': 'COMPLETE',
    'rowErrors.nodes.length': 9,
  },
  'marketing-cloud': {
    'job.outcome': 'COMPLETED_WITH_ERRORS',
    'job.effect': 'SOME',
    'counters.total': 200,
    'counters.succeeded': 191,
    'counters.failed': 9,
    'counters.balanced': true,
    'rowErrors.totalCount': 9,
    'rowErrors.availability': 'COMPLETE',
    'rowErrors.nodes.length': 9,
  },
  micro: {
    'job.outcome': 'COMPLETED_WITH_ERRORS',
    'job.effect': 'SOME',
    'counters.total': 200,
    'counters.succeeded': 191,
    'counters.failed': 9,
    'counters.balanced': true,
    'rowErrors.totalCount': 9,
    'rowErrors.availability': 'COMPLETE',
    'rowErrors.nodes.length': 9,
  },
  qobra: {
    'job.outcome': 'COMPLETED_WITH_ERRORS',
    'job.effect': 'SOME',
    'rowErrors.totalCount': 9,
    'rowErrors.availability': 'COMPLETE',
    'rowErrors.nodes.length': 9,
  },
};

for (const { kind } of ALL_PROVIDERS) {
  test(`a load at ${kind} is followed from its first state to its settled end`, async (t) => {
    const world = await startWorld(t, { provider: QUICK });
    const externalId = world.vendor(kind).start(SHORT);
    const input = { providerId: kind, externalId, continueOnError: true };
    const tracked = await world.ask(TRACK, { input });
    assert.deepEqual(at(tracked.data, 'trackImport.userErrors'), []);

    const events: unknown[] = [];
    for await (const { data, errors } of world.follow(FOLLOW, { id: `${kind}:${externalId}` })) {
      assert.deepEqual(errors, []);
      events.push(at(data, 'importChanged'));
    }

    const end = events.at(-1);
    assert.equal(at(end, 'end.reason'), 'SETTLED');
    assert.equal(at(end, 'import'), null);
    const states = events.slice(0, -1);
    const revisions = states.map((event) => Number(at(event, 'import.revision')));
    assert.deepEqual(
      revisions,
      revisions.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(revisions).size, revisions.length, 'a revision came twice');
    for (const [index, event] of states.entries()) {
      if (index === 0) continue;
      const step = Number(revisions[index]) - Number(revisions[index - 1]);
      assert.equal(at(event, 'skippedRevisions'), step - 1);
    }
    const phases = states.map((event) => at(event, 'import.job.phase'));
    const [finish, ...rest] = states.filter(
      (event) => at(event, 'import.job.phase') === 'FINISHED',
    );
    // What follows the finish are the rows, where they are read page by page.
    assert.ok(rest.length <= 1, `finished ${rest.length + 1} times`);
    for (const event of rest) {
      for (const part of ['job', 'counters', 'resources']) {
        assert.deepEqual(at(event, `import.${part}`), at(finish, `import.${part}`));
      }
      assert.equal(at(finish, 'import.rowErrors.availability'), 'PENDING');
      assert.equal(at(finish, 'import.freshness.state'), 'LIVE');
    }
    assert.ok(phases.includes('RUNNING'), `never seen running: ${phases.join()}`);
    const last = at(states.at(-1), 'import');
    assert.equal(at(last, 'freshness.state'), 'SETTLED');
    assert.equal(at(end, 'end.resumeAfter'), at(states.at(-1), 'position'));
    for (const [path, expected] of Object.entries(ENDS[kind] ?? {})) {
      assert.equal(at(last, path), expected, path);
    }
  });
}
