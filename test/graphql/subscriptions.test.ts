import assert from 'node:assert/strict';
import test from 'node:test';
import { at, next, startWorld } from '../support/world.ts';
import type { Answer, World } from '../support/world.ts';

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { id position revision } userErrors { message } }
}`;

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) {
    position skippedRevisions end { reason resumeAfter }
    import { id revision counters { processed } freshness { state } }
  }
}`;

const MANY = `subscription ($filter: ImportFilter, $after: String) {
  importsChanged(filter: $filter, after: $after) {
    position skippedRevisions end { reason resumeAfter } import { id revision }
  }
}`;

/** Hands in a running state of a load, so that the test decides when it changes. */
async function report(world: World, load: string, processed: number): Promise<unknown> {
  const response = {
    job_id: null,
    status: processed === 10 ? 'complete' : 'processing',
    total: 10,
    processed,
    succeeded: processed,
    failed: 0,
  };
  const input = { providerId: 'micro', externalId: load, response };
  const { data, errors } = await world.ask(RECORD, { input });
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'recordImport.userErrors'), []);
  return at(data, 'recordImport.import.position');
}

/** Nothing is looked at while a test decides what changes. */
const STILL = { poll: { minInterval: '1h', maxInterval: '1h' } };

async function nextOf(stream: AsyncIterator<Answer>, field: string): Promise<unknown> {
  const { data, errors } = await next(stream);
  assert.deepEqual(errors, []);
  return at(data, field);
}

test('a subscriber is sent where an import stands, then each change, then the end', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  await report(world, 'load', 1);
  const stream = world.follow(ONE, { id: 'micro:load' });
  const first = await nextOf(stream, 'importChanged');
  assert.equal(at(first, 'import.revision'), 1);
  for (const processed of [2, 3, 10]) {
    await report(world, 'load', processed);
    const event = await nextOf(stream, 'importChanged');
    assert.equal(at(event, 'import.counters.processed'), processed);
    assert.equal(at(event, 'skippedRevisions'), 0);
  }
  const last = await nextOf(stream, 'importChanged');
  assert.equal(at(last, 'import'), null);
  assert.equal(at(last, 'end.reason'), 'SETTLED');
  assert.equal((await stream.next()).done, true);
});

test('a subscriber that resumes is sent what it missed, and nothing that it has seen', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  const after = await report(world, 'load', 1);
  await report(world, 'load', 2);
  await report(world, 'load', 3);
  const stream = world.follow(ONE, { id: 'micro:load', after });
  const missed = await nextOf(stream, 'importChanged');
  assert.equal(at(missed, 'import.revision'), 3);
  assert.equal(at(missed, 'skippedRevisions'), 1);
  const seen = at(missed, 'position');
  await stream.return?.();

  const resumed = world.follow(ONE, { id: 'micro:load', after: seen });
  const pending = nextOf(resumed, 'importChanged');
  const position = await report(world, 'load', 4);
  const event = await pending;
  assert.equal(at(event, 'position'), position);
  assert.equal(at(event, 'import.revision'), 4);
  assert.equal(at(event, 'skippedRevisions'), 0);
});

test('a subscriber that resumes after the end is told the end', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  const after = await report(world, 'load', 10);
  const events = await Array.fromAsync(world.follow(ONE, { id: 'micro:load', after }));
  assert.equal(events.length, 1);
  assert.equal(at(events[0]?.data, 'importChanged.end.reason'), 'SETTLED');
  assert.equal(at(events[0]?.data, 'importChanged.end.resumeAfter'), after);
});

test('a list is sent from the oldest change, each import once, then each change', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  await report(world, 'a', 1);
  await report(world, 'b', 1);
  await report(world, 'a', 2);
  const stream = world.follow(MANY);
  const first = await nextOf(stream, 'importsChanged');
  const second = await nextOf(stream, 'importsChanged');
  assert.deepEqual(at(first, 'import'), { id: 'micro:b', revision: 1 });
  assert.deepEqual(at(second, 'import'), { id: 'micro:a', revision: 2 });
  assert.equal(at(second, 'skippedRevisions'), 0);
  await report(world, 'c', 1);
  const third = await nextOf(stream, 'importsChanged');
  assert.deepEqual(at(third, 'import'), { id: 'micro:c', revision: 1 });
});

test('only what matches the filter is sent, and a list of imports that all ended ends', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  await report(world, 'a', 1);
  await report(world, 'b', 1);
  const stream = world.follow(MANY, { filter: { ids: ['micro:b', 'micro:c'] } });
  assert.equal(at(await nextOf(stream, 'importsChanged'), 'import.id'), 'micro:b');
  await report(world, 'a', 10);
  await report(world, 'b', 10);
  assert.equal(at(await nextOf(stream, 'importsChanged'), 'import.id'), 'micro:b');
  await report(world, 'c', 10);
  assert.equal(at(await nextOf(stream, 'importsChanged'), 'import.id'), 'micro:c');
  assert.equal(at(await nextOf(stream, 'importsChanged'), 'end.reason'), 'SETTLED');
  assert.equal((await stream.next()).done, true);
});

test('when the server stops, every stream says so and where to resume', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  const position = await report(world, 'load', 1);
  const streams = [world.follow(ONE, { id: 'micro:load' }), world.follow(MANY)];
  for (const stream of streams) await next(stream);
  await world.app.stop();
  for (const [index, field] of ['importChanged', 'importsChanged'].entries()) {
    const stream = streams[index];
    assert.ok(stream);
    const last = await nextOf(stream, field);
    assert.equal(at(last, 'end.reason'), 'DRAINING');
    assert.equal(at(last, 'end.resumeAfter'), position);
    assert.equal((await stream.next()).done, true);
  }
});

test('a subscriber that leaves while nothing happens leaves nothing behind', async (t) => {
  const world = await startWorld(t, { provider: STILL });
  await report(world, 'load', 1);
  for (let round = 0; round < 200; round += 1) {
    const stream = world.follow(ONE, { id: 'micro:load' });
    await next(stream);
    await stream.return?.();
  }
  // Listeners that stayed would each answer the change; the log of the socket would show errors.
  await report(world, 'load', 2);
  const stream = world.follow(ONE, { id: 'micro:load' });
  assert.equal(at(await nextOf(stream, 'importChanged'), 'import.revision'), 2);
});
