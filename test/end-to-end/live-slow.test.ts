import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startLiveServer } from '../support/live-server.ts';
import type { LiveServer } from '../support/live-server.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import type { PlainSocket } from '../support/sockets.ts';
import { SLOW_READERS } from '../support/slow-readers.ts';
import type { SlowReader } from '../support/slow-readers.ts';
import { at, until } from '../support/world.ts';

/** The longest text that is kept, so often that a result has three hundred kilobytes. */
const LONG = 'x'.repeat(8_000);
const COPIES = Array.from({ length: 40 }, (_, index) => `copy${index}: message`).join(' ');

const TOLD = `fragment Told on ImportEvent {
  position skippedRevisions end { reason resumeAfter }
  import { id revision job { phase ${COPIES} } }
}`;

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) { ...Told }
}
${TOLD}`;

const MANY = `subscription { importsChanged { ...Told } }
${TOLD}`;

const A = { id: 'catalog:a' };

/** Sixty megabytes: several times what the sockets of both sides hold together. */
const CHANGES = 200;

function eventsOf({ results }: Pick<SlowReader, 'results'>): readonly unknown[] {
  return results.map(
    (result) => at(result, 'data.importChanged') ?? at(result, 'data.importsChanged') ?? result,
  );
}

/** The revisions of an import that were told, each with those that were skipped before it. */
function revisionsOf(reader: SlowReader, id: string): readonly (readonly [number, number])[] {
  return eventsOf(reader)
    .filter((event) => at(event, 'import.id') === id)
    .map((event) => [Number(at(event, 'import.revision')), Number(at(event, 'skippedRevisions'))]);
}

/** Whoever reads everything at once: what is told to it has been told. */
async function openQuick(
  t: Parameters<typeof openReadySocket>[0],
  { url }: LiveServer,
): Promise<PlainSocket> {
  const quick = await openReadySocket(t, url);
  quick.send(subscribeMessage('1', 'subscription { importsChanged { position } }'));
  return quick;
}

/** Changes an import until nobody is left who is subscribed. */
async function changeUntilAlone(server: LiveServer): Promise<number> {
  let revision = 0;
  while (server.streams() > 0) {
    ({ revision } = await server.change('a', LONG));
    await setImmediate();
  }
  return revision;
}

for (const { name, open } of SLOW_READERS) {
  test(`who stops reading ${name} and goes on in time gets the newest, and the finish`, async (t) => {
    const server = await startLiveServer(t);
    await server.change('a');
    const quick = await openQuick(t, server);
    const slow = await open(t, { url: server.url, query: ONE, variables: A });
    await until(() => slow.results.length === 1 && quick.payloads('1').length === 1);
    slow.pause();
    for (let step = 1; step <= CHANGES; step += 1) {
      await server.change('a', LONG);
      await until(() => quick.payloads('1').length === 1 + step);
    }
    await server.finish('a');
    await until(() => quick.payloads('1').length === 2 + CHANGES);
    slow.resume();
    await until(slow.isComplete);

    const told = revisionsOf(slow, 'catalog:a');
    const skipped = told.reduce((sum, [, revisions]) => sum + revisions, 0);
    assert.equal(told.length + skipped, CHANGES + 2);
    assert.ok(skipped > CHANGES / 4, `${skipped} revisions were skipped`);
    for (const [index, [revision, before]] of told.entries()) {
      assert.equal(revision, (told[index - 1]?.[0] ?? 0) + 1 + before);
    }
    const events = eventsOf(slow);
    assert.equal(at(events.at(-2), 'import.job.phase'), 'FINISHED');
    assert.equal(at(events.at(-1), 'end.reason'), 'SETTLED');
    assert.deepEqual(server.log, []);
  });

  test(`who stops reading ${name} that tells of many finds the newest of each`, async (t) => {
    const server = await startLiveServer(t);
    await server.change('a');
    const quick = await openQuick(t, server);
    const slow = await open(t, { url: server.url, query: MANY, variables: {} });
    await until(() => slow.results.length === 1 && quick.payloads('1').length === 1);
    slow.pause();
    const imports = ['a', 'b', 'c', 'd'];
    const newest = new Map<string, number>();
    let changes = 1;
    for (let step = 0; step < CHANGES; step += 1) {
      await server.change(imports[step % imports.length] ?? '', LONG);
      changes += 1;
      await until(() => quick.payloads('1').length === changes);
      if (step === CHANGES / 2) slow.resume();
      if (step === CHANGES / 2 + 10) slow.pause();
    }
    for (const externalId of imports) {
      newest.set(externalId, (await server.finish(externalId)).revision);
    }
    slow.resume();
    const isFinished = (externalId: string): boolean =>
      eventsOf(slow).some(
        (event) =>
          at(event, 'import.id') === `catalog:${externalId}` &&
          at(event, 'import.job.phase') === 'FINISHED',
      );
    await until(() => imports.every(isFinished));
    assert.ok(slow.results.length < changes);
    for (const externalId of imports) {
      const told = revisionsOf(slow, `catalog:${externalId}`);
      for (const [index, [revision, before]] of told.entries()) {
        assert.ok(revision > (told[index - 1]?.[0] ?? 0) + before, externalId);
      }
      assert.equal(told.at(-1)?.[0], newest.get(externalId));
    }
    const positions = eventsOf(slow).map((event) =>
      Number.parseInt(String(at(event, 'position')).slice(1), 36),
    );
    assert.deepEqual(
      positions,
      positions.toSorted((x, y) => x - y),
    );
    assert.equal(new Set(positions).size, positions.length);
  });

  test(`who reads ${name} no more is let go, and told where to resume`, async (t) => {
    const server = await startLiveServer(t, { laggedAfterMs: 200 });
    await server.change('a');
    const slow = await open(t, { url: server.url, query: ONE, variables: A });
    await until(() => slow.results.length === 1);
    slow.pause();
    const revision = await changeUntilAlone(server);
    slow.resume();
    await until(slow.isComplete);
    const [seen, end] = eventsOf(slow).slice(-2);
    assert.equal(at(end, 'end.reason'), 'LAGGED');
    assert.equal(at(end, 'end.resumeAfter'), at(seen, 'position'));
    assert.equal(at(end, 'import'), null);

    const after = at(end, 'end.resumeAfter');
    const resumed = await open(t, { url: server.url, query: ONE, variables: { ...A, after } });
    await until(() => resumed.results.length === 1);
    const [[newest, skipped] = [0, 0]] = revisionsOf(resumed, 'catalog:a');
    assert.equal(newest, revision);
    assert.equal(Number(at(seen, 'import.revision')) + skipped + 1, revision);
    assert.deepEqual(server.log, []);
  });

  test(`who never reads ${name} again holds no connection`, async (t) => {
    const server = await startLiveServer(t, {
      laggedAfterMs: 100,
      pingEveryMs: 300,
      maxConnections: 1,
    });
    await server.change('a');
    const slow = await open(t, { url: server.url, query: ONE, variables: A });
    await until(() => slow.results.length === 1);
    slow.pause();
    await changeUntilAlone(server);
    let isFree = false;
    while (!isFree) {
      isFree = await openReadySocket(t, server.url).then(
        () => true,
        () => false,
      );
    }
    slow.resume();
    await until(slow.isGone);
    assert.deepEqual(server.log, []);
  });
}
