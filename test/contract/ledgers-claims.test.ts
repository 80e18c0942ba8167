import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  claimQuery,
  finishedJob,
  freshness,
  job,
  recording,
  REF,
  refOf,
  START,
  state,
} from '../support/builders.ts';
import { STORES } from '../support/ledgers.ts';

for (const store of STORES) {
  describe(`what is claimed, in ${store.name}`, () => {
    test('a finish that is held back is handed out with the next claim', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.track({ ref: REF, continueOnError: true, now: START });
      const held = {
        since: START,
        state: state({ job: finishedJob() }),
        captureId: null,
        isKnown: false,
      };
      const due = freshness({ nextLookAt: START + 1_000 });
      await ledger.record(recording({ held, attempts: 4, freshness: due }));

      const claims = await ledger.claimDue(claimQuery({ now: START + 1_000 }));

      assert.deepEqual(
        claims.map(({ schedule }) => schedule),
        [
          {
            attempts: 4,
            failingSince: START,
            held,
            capture: null,
            trackedAt: START,
            continueOnError: true,
          },
        ],
      );
    });

    test('of what is due, the import that its vendor forgets first is claimed first', async (t) => {
      const ledger = await (await store.create(t))();
      const expiries = {
        late: START + 9_000,
        never: null,
        soon: START + 5_000,
        sooner: START + 4_000,
      };
      for (const [id, expiresAt] of Object.entries(expiries)) {
        const due = freshness({ nextLookAt: START - (id === 'late' ? 2 : 1) });
        const seen = state({ job: job({ expiresAt }) });
        await ledger.record(recording({ ref: refOf(id), state: seen, freshness: due }));
      }
      const ids: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const claims = await ledger.claimDue(claimQuery({ limit: 1 }));
        ids.push(...claims.map((claim) => claim.import.ref.externalId));
      }
      assert.deepEqual(ids, ['sooner', 'soon', 'late', 'never']);
    });

    test('what has time is claimed when it is its turn, and what is about to be forgotten first', async (t) => {
      const ledger = await (await store.create(t))();
      const hours = 3_600_000;
      // Due since so long, and forgotten after so long.
      const imports = {
        waiting: [9_000, null],
        tomorrow: [8_000, 24 * hours],
        'next-week': [4_500, 168 * hours],
        today: [4_000, 2 * hours],
        'in-an-hour': [0, hours],
      } as const;
      for (const [id, [overdueMs, expiresInMs]] of Object.entries(imports)) {
        const expiresAt = expiresInMs === null ? null : START + expiresInMs;
        const due = freshness({ nextLookAt: START - overdueMs });
        const seen = state({ job: job({ expiresAt }) });
        await ledger.record(recording({ ref: refOf(id), state: seen, freshness: due }));
      }
      const ids: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const claims = await ledger.claimDue(claimQuery({ limit: 1 }));
        ids.push(...claims.map((claim) => claim.import.ref.externalId));
      }
      assert.deepEqual(ids, ['in-an-hour', 'waiting', 'tomorrow', 'today', 'next-week']);
    });
  });
}
