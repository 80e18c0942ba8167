import assert from 'node:assert/strict';
import test from 'node:test';
import { ImportsTopic } from '../../../src/graphql/live/imports-topic.ts';
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

test('a finish that comes while a list is read is sent before the end', async (t) => {
  const live = setUp(t);
  await live.change('a');
  let isDone = false;
  live.afterRead = async () => {
    if (isDone) return;
    isDone = true;
    await live.finish('a');
  };
  const topic = new ImportsTopic({ ids: ['catalog:a'] }, live.services);
  const sink = live.join({ key: 'a', topic });
  await settle();
  assert.deepEqual(sink.revisions, [1, 2, undefined]);
  assert.equal(sink.last?.end, 'SETTLED');
});

test('whoever began after a deletion is told of no gap, however many pages it takes', async (t) => {
  const live = setUp(t);
  for (let index = 0; index < 150; index += 1) await live.change(`kept-${index}`);
  await live.finish('old');
  const query = { providerId: 'catalog', until: Number.MAX_SAFE_INTEGER, now: 0, limit: 10 };
  assert.equal(await live.ledger.deleteImports(query), 1);
  const sink = live.join();
  await settle();
  assert.equal(sink.events.length, 150);
  assert.ok(sink.events.every(({ gap }) => gap === null));
  const cut = sink.events[120];
  assert.ok(cut !== undefined && cut.toldGap > cut.position);
  const resumed = live.join({ after: cut.position, toldGap: cut.toldGap });
  await settle();
  assert.equal(resumed.events.length, 29);
  assert.ok(resumed.events.every(({ gap }) => gap === null));
});

test('a list of named imports ends with the last of them, whichever that is', async (t) => {
  const live = setUp(t);
  for (const name of ['a', 'b', 'c']) await live.change(name);
  const topic = new ImportsTopic(
    { ids: ['a', 'b', 'c'].map((id) => `catalog:${id}`) },
    live.services,
  );
  const sink = live.join({ topic });
  for (const name of ['b', 'a', 'c']) {
    await settle();
    assert.equal(sink.isOver, false);
    await live.finish(name);
  }
  await settle();
  assert.equal(sink.last?.end, 'SETTLED');
});

test('a list of imports that nobody looks at ends', async (t) => {
  const live = setUp(t);
  await live.change('a');
  const watcher = { ...live.services.watcher, findProvider: () => null };
  const topic = new ImportsTopic({ ids: ['catalog:a'] }, { ...live.services, watcher });
  const sink = live.join({ topic });
  await settle();
  assert.equal(sink.last?.end, 'SETTLED');
});
