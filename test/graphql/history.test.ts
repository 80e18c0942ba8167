import assert from 'node:assert/strict';
import test from 'node:test';
import { counters, finishedJob, job, recording, REF, START, state } from '../support/builders.ts';
import { openGraph } from '../support/graph.ts';
import { openLedger } from '../support/ledgers.ts';
import { at, startWorld } from '../support/world.ts';

const HISTORY = `query ($id: ID!) {
  import(id: $id) {
    revision
    history { nodes { revision changed occurredAt observedAt labels { key value } phase } }
  }
}`;

const QUEUED_AT = START - 5_000;
const STARTED_AT = START - 1_000;
const FINISHED_AT = START + 6_500;

function instant(at: number): string {
  return new Date(at).toISOString();
}

test('the history says what changed, when the vendor says it happened and when we saw it', async (t) => {
  const ledger = openLedger(t);
  const ask = await openGraph(ledger);
  const queued = { phase: 'QUEUED', providerStatus: 'WAITING', queuedAt: QUEUED_AT } as const;
  const running = { queuedAt: QUEUED_AT, startedAt: STARTED_AT };
  const finished = { ...running, finishedAt: FINISHED_AT };
  const looks = [
    state({ job: job(queued) }),
    state({ job: job(running) }),
    state({ job: job({ ...running, progressPercent: 40 }), counters: counters({ processed: 4 }) }),
    state({ job: job({ ...running, phase: 'CANCELING' }), counters: counters({ processed: 4 }) }),
    state({ job: finishedJob(finished), counters: counters({ processed: 4 }) }),
  ];
  for (const [revision, seen] of looks.entries()) {
    const now = START + revision * 2_000;
    await ledger.record(recording({ basedOnRevision: revision, state: seen, now }));
  }
  await ledger.track({ ref: REF, labels: { run: '7' }, now: START + 60_000 });

  const { data, errors } = await ask(HISTORY, { id: 'catalog:load-1' });

  assert.deepEqual(errors, []);
  const nodes = at(data, 'import.history.nodes');
  assert.deepEqual(nodes, [
    {
      revision: 1,
      changed: ['PHASE', 'TIMES', 'MESSAGE'],
      occurredAt: instant(QUEUED_AT),
      observedAt: instant(START),
      labels: [],
      phase: 'QUEUED',
    },
    {
      revision: 2,
      changed: ['PHASE', 'TIMES', 'MESSAGE'],
      occurredAt: instant(STARTED_AT),
      observedAt: instant(START + 2_000),
      labels: [],
      phase: 'RUNNING',
    },
    {
      revision: 3,
      changed: ['PROGRESS', 'COUNTERS'],
      occurredAt: null,
      observedAt: instant(START + 4_000),
      labels: [],
      phase: 'RUNNING',
    },
    {
      revision: 4,
      changed: ['PHASE', 'PROGRESS'],
      occurredAt: null,
      observedAt: instant(START + 6_000),
      labels: [],
      phase: 'CANCELING',
    },
    {
      revision: 5,
      changed: ['PHASE', 'OUTCOME', 'EFFECT', 'TIMES', 'MESSAGE'],
      occurredAt: instant(FINISHED_AT),
      observedAt: instant(START + 8_000),
      labels: [],
      phase: 'FINISHED',
    },
    {
      revision: 6,
      changed: ['LABELS'],
      occurredAt: null,
      observedAt: instant(START + 60_000),
      labels: [{ key: 'run', value: '7' }],
      phase: 'FINISHED',
    },
  ]);
});

const TRACK = `mutation ($labels: [ImportLabelInput!]) {
  trackImport(input: { providerId: "micro", externalId: "load", labels: $labels }) {
    import { revision position labels { key value } }
  }
}`;

test('labels that are set later are a revision, and set again none', async (t) => {
  const world = await startWorld(t);
  const record = `mutation ($input: RecordImportInput!) {
    recordImport(input: $input) { import { revision } userErrors { message } }
  }`;
  const counts = { total: 10, processed: 10, succeeded: 10, failed: 0 };
  const response = { job_id: null, status: 'complete', ...counts };
  const input = { providerId: 'micro', externalId: 'load', response };
  const labels = [{ key: 'run', value: '7' }];
  await world.ask(record, { input: { ...input, labels } });

  const same = await world.ask(TRACK, { labels });
  assert.equal(at(same.data, 'trackImport.import.revision'), 1);
  const other = await world.ask(TRACK, { labels: [{ key: 'run', value: '8' }] });
  assert.equal(at(other.data, 'trackImport.import.revision'), 2);
  assert.notEqual(
    at(other.data, 'trackImport.import.position'),
    at(same.data, 'trackImport.import.position'),
  );
  const again = await world.ask(record, { input: { ...input, labels } });
  assert.equal(at(again.data, 'recordImport.import.revision'), 3);

  const { data } = await world.ask(HISTORY, { id: 'micro:load' });
  const nodes = at(data, 'import.history.nodes');
  assert.ok(Array.isArray(nodes));
  assert.deepEqual(
    nodes.slice(1).map((node) => [at(node, 'changed'), at(node, 'labels.0.value')]),
    [
      [['LABELS'], '8'],
      [['LABELS'], '7'],
    ],
  );
});
