import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import { TestClock } from '../../support/clock.ts';
import { joinStore } from '../../support/postgres-ledgers.ts';
import { startPostgres } from '../../support/postgres.ts';
import { at, until } from '../../support/world.ts';

test('the log has one line when the store is gone and one when it is back, whoever asks how often', async (t) => {
  const server = await startPostgres(t);
  const clock = new TestClock();
  const log: string[] = [];
  const ledger = await joinStore(t, server.url, { clock, onLog: (line) => void log.push(line) });
  const told = (): readonly unknown[] => log.map((line) => at(JSON.parse(line), 'msg'));
  const away = 'the store is away; it is asked until it answers';
  const back = 'the store can be reached again';
  await ledger.getLatestPosition();
  assert.ok(!told().includes(back));
  log.length = 0;

  await server.stop();
  for (let second = 0; second < 5; second += 1) {
    // Those that read what changed and that say that this process is here ask, too.
    await clock.pass(1_000);
    await assert.rejects(ledger.getLatestPosition(), StoreUnavailableError);
  }
  assert.deepEqual(told(), [away]);
  assert.match(String(at(JSON.parse(log[0] ?? ''), 'reason')), /check that PostgreSQL runs/);
  assert.doesNotMatch(log.join(), /"stack"/);

  await server.start();
  await until(() =>
    ledger.getLatestPosition().then(
      () => true,
      () => false,
    ),
  );
  await clock.pass(1_000);
  await ledger.getLatestPosition();
  assert.deepEqual(told(), [away, back]);
});
