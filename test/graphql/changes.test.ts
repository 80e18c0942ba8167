import assert from 'node:assert/strict';
import test from 'node:test';
import { encodePosition } from '../../src/graphql/position.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  finishedJob,
  freshness,
  job,
  recording,
  refOf,
  START,
  state,
} from '../support/builders.ts';
import { openGraph } from '../support/graph.ts';
import { openLedger } from '../support/ledgers.ts';
import { at } from '../support/world.ts';

const CHANGES = `query ($after: String, $filter: ImportFilter) {
  importChanges(after: $after, filter: $filter) {
    nodes { import { id revision } membership skippedRevisions position }
    endPosition hasMore gap { prunedThrough }
  }
}`;

const PAGES = CHANGES.replace('after: $after', 'after: $after, first: 2');

test('changes say who enters a filter, stays in it and leaves it', async (t) => {
  const ledger = openLedger(t);
  const ask = await openGraph(ledger);
  for (const name of ['stays', 'leaves', 'never']) await ledger.record(of(name));
  await label(ledger, 'stays', '7');
  await label(ledger, 'leaves', '7');
  const filter = { labels: [{ key: 'run', value: '7' }] };
  const first = await ask(CHANGES, { filter });
  assert.deepEqual(linesOf(first.data), [
    ['catalog:stays', 'ENTERED', 0],
    ['catalog:leaves', 'ENTERED', 0],
  ]);

  for (const name of ['enters', 'stays', 'never']) {
    await ledger.record(of(name, { progressPercent: 50 }));
  }
  await label(ledger, 'leaves', '8');
  await label(ledger, 'enters', '7');
  const after = at(first.data, 'importChanges.endPosition');
  const second = await ask(CHANGES, { filter, after });

  assert.deepEqual(second.errors, []);
  assert.deepEqual(linesOf(second.data), [
    ['catalog:stays', 'MATCHES', 0],
    ['catalog:leaves', 'LEFT', 0],
    ['catalog:enters', 'ENTERED', 1],
  ]);
  const end = at(second.data, 'importChanges.endPosition');
  assert.equal(at(second.data, 'importChanges.nodes.2.position'), end);
  assert.deepEqual(linesOf((await ask(CHANGES, { filter, after: end })).data), []);
});

test('changes say how many revisions passed unseen', async (t) => {
  const ledger = openLedger(t);
  const ask = await openGraph(ledger);
  await ledger.record(of('a'));
  const after = encodePosition(await ledger.getLatestPosition(), ledger);
  for (const progressPercent of [1, 2, 3]) await ledger.record(of('a', { progressPercent }));
  assert.deepEqual(linesOf((await ask(CHANGES, { after })).data), [['catalog:a', 'MATCHES', 2]]);
  assert.deepEqual(linesOf((await ask(CHANGES)).data), [['catalog:a', 'ENTERED', 0]]);
});

test('whoever goes on from before what was deleted is told of the gap, and gets what there is', async (t) => {
  const ledger = openLedger(t);
  const ask = await openGraph(ledger);
  await ledger.record(of('kept'));
  const before = await ledger.getLatestPosition();
  await ledger.record(of('old', finishedJob()));
  const pruned = await ledger.getLatestPosition();
  await ledger.record(of('kept', { progressPercent: 50 }));
  const beyond = await ledger.getLatestPosition();
  const gapAfter = async (position: number): Promise<unknown> => {
    const { data, errors } = await ask(CHANGES, { after: encodePosition(position, ledger) });
    assert.deepEqual(errors, []);
    return at(data, 'importChanges.gap');
  };
  assert.equal(await gapAfter(0), null);

  const deletion = { providerId: 'catalog', until: START, now: START, limit: 9 };
  assert.equal(await ledger.deleteImports(deletion), 1);

  const gap = { prunedThrough: encodePosition(pruned, ledger) };
  // Whoever has seen nothing holds nothing.
  assert.equal(await gapAfter(0), null);
  assert.deepEqual(await gapAfter(before), gap);
  assert.equal(await gapAfter(pruned), null);
  assert.equal(await gapAfter(beyond), null);
  const fresh = await ask(CHANGES);
  assert.equal(at(fresh.data, 'importChanges.gap'), null);
  const resumed = await ask(CHANGES, { after: encodePosition(before, ledger) });
  assert.deepEqual(linesOf(resumed.data), [['catalog:kept', 'MATCHES', 0]]);
  assert.equal(at(resumed.data, 'importChanges.endPosition'), encodePosition(beyond, ledger));
});

test('whoever began after a deletion is told of no gap, however many pages it takes', async (t) => {
  const ledger = openLedger(t);
  const ask = await openGraph(ledger);
  for (let index = 0; index < 5; index += 1) await ledger.record(of(`kept-${index}`));
  await ledger.record(of('old', finishedJob()));
  const remove = async (): Promise<void> => {
    const deletion = { providerId: 'catalog', until: START, now: START, limit: 9 };
    assert.equal(await ledger.deleteImports(deletion), 1);
  };
  await remove();
  const seen: unknown[] = [];
  let after: unknown;
  for (let page = 0; page < 3; page += 1) {
    const { data } = await ask(PAGES, { after });
    assert.equal(at(data, 'importChanges.gap'), null);
    seen.push(...linesOf(data));
    after = at(data, 'importChanges.endPosition');
  }
  assert.equal(seen.length, 5);
  assert.match(String(after), /^p[0-9a-z]+\.[0-9a-f]{8}$/, 'what is behind it needs no mark');

  const first = await ask(PAGES);
  await ledger.record(of('older', finishedJob()));
  await remove();
  after = at(first.data, 'importChanges.endPosition');
  const second = await ask(PAGES, { after });
  assert.notEqual(at(second.data, 'importChanges.gap'), null);
  after = at(second.data, 'importChanges.endPosition');
  assert.equal(at((await ask(PAGES, { after })).data, 'importChanges.gap'), null, 'told twice');
});

function of(externalId: string, changes: Parameters<typeof job>[0] = {}) {
  const seen = job(changes);
  return recording({
    ref: refOf(externalId),
    basedOnRevision: 100,
    state: state({ job: seen }),
    freshness: freshness(seen.phase === 'FINISHED' ? { state: 'SETTLED', nextLookAt: null } : {}),
  });
}

async function label(ledger: Ledger, externalId: string, run: string): Promise<void> {
  await ledger.track({ ref: refOf(externalId), labels: { run }, now: START });
}

function linesOf(data: unknown): readonly unknown[] {
  const nodes = at(data, 'importChanges.nodes');
  assert.ok(Array.isArray(nodes));
  return nodes.map((node) => [
    at(node, 'import.id'),
    at(node, 'membership'),
    at(node, 'skippedRevisions'),
  ]);
}
