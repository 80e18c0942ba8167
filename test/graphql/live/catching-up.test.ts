import assert from 'node:assert/strict';
import test from 'node:test';
import { settle, setUp } from './setup.ts';

test('what was skipped is told right beyond the first page, and where a reader was full', async (t) => {
  const live = setUp(t);
  const names = Array.from({ length: 150 }, (_, index) => `load-${index}`);
  let after = null;
  for (const name of names) after = (await live.change(name)).position;
  for (let step = 0; step < 4; step += 1) for (const name of names) await live.change(name);
  const quick = live.join({ after });
  const slow = live.join({ after });
  slow.room = 0;
  await settle();
  for (let step = 0; step < 50; step += 1) {
    slow.read(7);
    await settle();
  }
  for (const sink of [quick, slow]) {
    assert.equal(sink.events.length, 150);
    for (const event of sink.events) {
      assert.deepEqual([event.import?.revision, event.skippedRevisions], [5, 3]);
    }
  }
  const fresh = live.join();
  await settle();
  assert.equal(fresh.events.length, 150);
  for (const event of fresh.events) {
    assert.deepEqual([event.membership, event.skippedRevisions], ['ENTERED', 0]);
  }
});

test('what retention has deleted is told once, also to a reader that was full', async (t) => {
  const live = setUp(t);
  const first = await live.change('kept');
  const old = await live.finish('old');
  await live.change('kept');
  const query = { providerId: 'catalog', until: Number.MAX_SAFE_INTEGER, now: 0, limit: 10 };
  assert.equal(await live.ledger.deleteImports(query), 1);
  const quick = live.join({ after: first.position });
  const slow = live.join({ after: first.position });
  slow.room = 0;
  await settle();
  slow.read(1);
  await settle();
  slow.read(10);
  await settle();
  for (const sink of [quick, slow]) {
    assert.deepEqual(
      sink.events.map(({ gap, import: shown }) => [gap?.prunedThrough, shown?.revision]),
      [
        [old.position, undefined],
        [undefined, 2],
      ],
    );
  }
});
