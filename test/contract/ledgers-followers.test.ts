import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { JobPhase } from '../../src/domain/job.ts';
import type { ImportFilter, Ledger } from '../../src/ledger/ledger.ts';
import { finishedJob, job, recording, refOf, START, state } from '../support/builders.ts';
import { createRandom } from '../support/random.ts';
import { STORES } from '../support/ledgers.ts';

const FILTERS: readonly ImportFilter[] = [
  {},
  { providerIds: ['crm'] },
  { phases: ['RUNNING'] },
  { phases: ['QUEUED', 'FINISHED'] },
  { outcomes: ['FAILED'] },
  { labels: [{ key: 'run', value: '1' }] },
  { phases: ['RUNNING'], labels: [{ key: 'run', value: '2' }], providerIds: ['catalog'] },
  { changedSince: START + 200 },
  { phases: ['RUNNING'], changedSince: START + 200 },
  { ids: ['catalog:load-1', 'crm:load-4'], phases: ['RUNNING'] },
];

const PHASES: readonly JobPhase[] = ['QUEUED', 'RUNNING', 'CANCELING', 'UNKNOWN'];

for (const store of STORES) {
  describe(`followers, in ${store.name}`, () => {
    for (const seed of [1, 2, 3, 4]) {
      test(`a list kept by what changes say holds what matches, run ${seed}`, async (t) => {
        const ledger = await (await store.create(t))();
        const random = createRandom(seed);
        const followers = FILTERS.map((filter) => new Follower(ledger, filter));

        for (let step = 1; step <= 400; step += 1) {
          await changeSomething(ledger, random, START + step);
          for (const follower of followers) {
            if (random() < 0.1) await follower.read(1 + Math.floor(random() * 4), random);
          }
        }

        for (const follower of followers) {
          await follower.catchUp();
          assert.deepEqual(follower.held, await listMatching(ledger, follower.filter));
        }
      });
    }
  });
}

/** Keeps a list as the memberships say, and may break off after any change. */
class Follower {
  readonly filter: ImportFilter;
  /** Revisions by the id of their import. */
  readonly held = new Map<string, number>();
  readonly #ledger: Ledger;
  #after = 0;

  constructor(ledger: Ledger, filter: ImportFilter) {
    this.#ledger = ledger;
    this.filter = filter;
  }

  async catchUp(): Promise<void> {
    while (await this.read(3, () => 1));
  }

  /** Answers whether there is more. */
  async read(first: number, random: () => number): Promise<boolean> {
    const page = await this.#ledger.listChanges({
      filter: this.filter,
      first,
      after: this.#after,
    });
    for (const { import: changed, membership, position } of page.changes) {
      assert.ok(position > this.#after);
      this.#after = position;
      const id = importId(changed.ref);
      if (membership === 'LEFT') this.held.delete(id);
      else this.held.set(id, changed.revision);
      if (random() < 0.3) return true;
    }
    this.#after = page.endPosition;
    return page.hasMore;
  }
}

async function changeSomething(ledger: Ledger, random: () => number, now: number): Promise<void> {
  const pick = <T>(values: readonly T[]): T =>
    values[Math.floor(random() * values.length)] ?? assert.fail();
  const ref = refOf(`load-${pick([1, 2, 3, 4, 5])}`, pick(['catalog', 'crm']));
  if (random() < 0.3) {
    await ledger.track({ ref, labels: { run: pick(['1', '2', '3']) }, now });
    return;
  }
  const seen =
    random() < 0.7
      ? job({ phase: pick(PHASES) })
      : finishedJob({ outcome: pick(['FAILED', 'SUCCEEDED']) });
  const changes = {
    ref,
    basedOnRevision: 1_000,
    state: state({ job: { ...seen, progressPercent: now } }),
    now,
  };
  assert.ok(await ledger.record(recording(changes)));
}

async function listMatching(
  ledger: Ledger,
  filter: ImportFilter,
): Promise<ReadonlyMap<string, number>> {
  const { items } = await ledger.listImports({ filter, first: 100, after: null });
  const observed = items.map((item) => item.import).filter(({ revision }) => revision > 0);
  return new Map(observed.map((found) => [importId(found.ref), found.revision]));
}
