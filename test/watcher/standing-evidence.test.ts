import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommitEffect, JobPhase } from '../../src/domain/job.ts';
import { besideWhatStands } from '../../src/watcher/standing-evidence.ts';
import { job, knownImport, observation, state } from '../support/builders.ts';

const QUEUED = observation({
  job: job({ phase: 'QUEUED', effect: 'NONE', explanation: 'It has not started.' }),
});

function knownAs(phase: JobPhase, effect: CommitEffect) {
  return knownImport({ revision: 3, state: state({ job: job({ phase, effect }) }) });
}

for (const [phase, effect] of [
  ['RUNNING', 'UNKNOWN'],
  ['RUNNING', 'SOME'],
  ['CANCELING', 'UNKNOWN'],
  ['UNKNOWN', 'UNKNOWN'],
] as const) {
  test(`that nothing was written is not believed after ${phase} with effect ${effect}`, () => {
    const seen = besideWhatStands(QUEUED, knownAs(phase, effect));
    assert.deepEqual(seen, {
      ...QUEUED,
      job: {
        ...QUEUED.job,
        effect: 'UNKNOWN',
        explanation:
          'It has not started. By an earlier answer something may have been written all the same.',
      },
    });
  });
}

test('what is not believed once is not believed at the next look either', () => {
  const { job: seen } = besideWhatStands(QUEUED, knownAs('RUNNING', 'UNKNOWN'));
  const again = besideWhatStands(QUEUED, knownImport({ revision: 4, state: state({ job: seen }) }));
  assert.deepEqual(again.job, seen);
});

test('that nothing was written is believed of a job that was never seen to have begun', () => {
  assert.equal(besideWhatStands(QUEUED, knownImport()), QUEUED);
  assert.equal(besideWhatStands(QUEUED, knownAs('QUEUED', 'NONE')), QUEUED);
});

test('whatever else is said of what was written stands as it is', () => {
  for (const effect of ['SOME', 'ALL', 'UNKNOWN'] as const) {
    const seen = observation({ job: job({ effect }) });
    assert.equal(besideWhatStands(seen, knownAs('RUNNING', 'SOME')), seen);
  }
});
