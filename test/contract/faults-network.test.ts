import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkFault } from '../support/fault-check.ts';
import { SILENCE } from '../support/fault-mechanisms.ts';
import { startTrial } from '../support/fault-trial.ts';
import { TOKEN_ENDPOINTS, VENDORS } from '../support/fault-vendors.ts';
import { NETWORK_FAULTS } from '../support/faults.ts';

for (const vendor of [...VENDORS, ...TOKEN_ENDPOINTS]) {
  describe(vendor.name, () => {
    for (const fault of NETWORK_FAULTS) {
      test(`when it ${fault}`, (t) => checkFault(t, fault, vendor));
    }

    test('while it never answers, others are looked at on schedule', async (t) => {
      const trial = await startTrial(t, vendor);
      const before = await trial.find();
      await trial.sick.fail(SILENCE);
      for (let steps = 0; steps < 10; steps += 1) await trial.step();
      assert.deepEqual(await trial.find(), before);
      trial.sick.hangUp();
      await trial.untilLookedAt();
      const { state, error } = (await trial.find()).freshness;
      assert.deepEqual([state, error?.kind], ['BACKING_OFF', 'unavailable']);
    });
  });
}
