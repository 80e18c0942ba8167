import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Observation } from '../src/domain/observation.ts';
import { createHttp } from '../src/providers/http.ts';
import { scenarioHint, startFleet } from '../src/simulated-fleet.ts';
import type { FleetMember } from '../src/simulated-fleet.ts';
import { TestClock } from './support/clock.ts';
import { createRowSink } from './support/row-sink.ts';

async function start(t: TestContext) {
  const clock = new TestClock();
  const now = () => clock.now();
  const fleet = await startFleet({ now, firstPort: 0 });
  t.after(() => fleet.close());
  const lookAt = async ({ provider, vendor }: FleetMember, id: string): Promise<Observation> => {
    const connect = provider.settings.parse(provider.simulatedSettings(vendor.url));
    const http = createHttp({
      fetch: globalThis.fetch,
      timeoutMs: 10_000,
      maxResponseBytes: 10_000_000,
      admit: async () => {},
    });
    const target = { externalId: id, continueOnError: true, mayNotExistYet: false };
    const source = connect({ http, now });
    const rows = createRowSink();
    const [look] = await source.look([{ ...target, rows }], new AbortController().signal);
    assert.equal(look?.kind, 'observed');
    return look.observation;
  };
  return { clock, fleet, lookAt };
}

test('soon after the start, loads have ended at each vendor of which few and many rows failed', async (t) => {
  const { clock, fleet, lookAt } = await start(t);
  const rounds = [fleet.startLoads(), fleet.startLoads(), fleet.startLoads()];
  clock.advance(15_000);
  for (const member of fleet.members) {
    const ids = rounds.map((round) => round.get(member.provider.kind) ?? '');
    const [few, many, other] = await Promise.all(ids.map((id) => lookAt(member, id)));
    assert.equal(few?.job.outcome, 'COMPLETED_WITH_ERRORS');
    assert.equal(few.rowErrors.totalCount, 60);
    assert.equal(many?.job.outcome, 'COMPLETED_WITH_ERRORS');
    assert.equal(many.rowErrors.totalCount, 3_000);
    assert.equal(other?.job.phase, 'RUNNING');
  }
});

test('there is always another load to start, at each vendor', async (t) => {
  const { fleet } = await start(t);
  for (let round = 0; round < 30; round += 1) {
    assert.equal(fleet.startLoads().size, fleet.members.length);
  }
});

test('what people are told to type makes a vendor forget its imports', async (t) => {
  const { fleet } = await start(t);
  const [, word, url] = /^curl -X PUT -d (\w+) (\S+)$/.exec(scenarioHint(fleet)) ?? [];
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(url ?? '', { method: 'PUT', headers, body: word ?? '' });
  assert.equal(answer.status, 200);
  assert.equal(await (await fetch(url ?? '')).text(), 'expired\n');
});
