import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { SimulatedAnswer } from '../../src/providers/simulation.ts';
import { createDatabase } from '../support/postgres.ts';
import { createRandom } from '../support/random.ts';
import { planLoads } from '../support/replica-loads.ts';
import type { PlannedLoad } from '../support/replica-loads.ts';
import { ReplicaVendors } from '../support/replica-vendors.ts';
import { Replicas } from '../support/replicas.ts';
import { ask, at } from '../support/world.ts';

const REPLICAS = 3;
const QUERIES = 300;

/** One that is asked for each import by itself, and one that is asked for many at once. */
const VENDORS = ['micro', 'marketing-cloud'];

const IMPORT = `query ($id: ID!) { import(id: $id) {
  id revision position job { phase outcome progressPercent } counters { total failed }
  freshness { state observedAt error { kind message } } } }`;

/** Some of each vendor. */
const LOADS = 20;

const OUTAGE: SimulatedAnswer = { status: 503, headers: {}, body: '' };

interface Case {
  readonly name: string;
  readonly isStarted: boolean;
  readonly instead: SimulatedAnswer | null;
  /** Of the import that is answered; null for no import. */
  readonly state: string | null;
}

const CASES: readonly Case[] = [
  { name: 'that its vendor shows', isStarted: true, instead: null, state: 'LIVE' },
  { name: 'that its vendor does not know', isStarted: false, instead: null, state: null },
  { name: 'of a vendor that fails', isStarted: true, instead: OUTAGE, state: 'BACKING_OFF' },
];

test(`${QUERIES} queries of one import that nobody has seen, over three replicas, cost one look`, async (t) => {
  const vendors = new ReplicaVendors();
  const { urls } = await Replicas.start(t, {
    vendors,
    storeUrl: await createDatabase(t),
    count: REPLICAS,
    // Nobody looks again while this runs.
    provider: { poll: { minInterval: '1h', maxInterval: '1h' } },
  });
  const loads = planLoads(LOADS, 1, createRandom(1));
  for (const [index, { name, isStarted, instead, state }] of CASES.entries()) {
    for (const vendor of VENDORS) {
      const load = loads.filter(({ ref }) => ref.providerId === vendor)[index];
      assert.ok(load);
      await t.test(`one of ${load.ref.providerId} ${name}`, async () => {
        if (isStarted) vendors.start(load.ref.providerId, { ...load.load, runsForMs: 3_600_000 });
        vendors.instead = () => instead;
        const answers = await Promise.all(
          Array.from({ length: QUERIES }, (_, query) =>
            askUntilSeen(urls[query % urls.length] ?? '', load),
          ),
        );
        const looks = vendors.askings.filter((asking) => importId(asking) === load.id);
        assert.equal(looks.length, 1, looks.map(({ replica }) => replica).join());
        assert.deepEqual([...new Set(answers)], answers.slice(0, 1));
        const first = JSON.parse(answers[0] ?? '');
        assert.equal(at(first, 'data.import.freshness.state') ?? null, state, answers[0]);
      });
    }
  }
});

/** The answer as text. A busy machine may need longer for a look than an answer waits. */
async function askUntilSeen(url: string, { id }: PlannedLoad): Promise<string> {
  for (;;) {
    const answer = await ask(url, IMPORT, { id });
    if (at(answer.data, 'import.freshness.state') !== 'PENDING') return JSON.stringify(answer);
  }
}
