import assert from 'node:assert/strict';
import test from 'node:test';
import { encodePosition, readPosition, readResumption } from '../../src/graphql/position.ts';
import { recording } from '../support/builders.ts';
import { openGraph } from '../support/graph.ts';
import { openLedger } from '../support/ledgers.ts';
import { at } from '../support/world.ts';

/** Every field that takes a position. */
const QUERIES = [
  'query ($after: String) { importChanges(after: $after) { endPosition } }',
  'query ($after: String) { import(id: "catalog:load-1") { history(after: $after) { nodes { revision } } } }',
];

const NO_POSITION = 'pass one that an import, a change or an event gave you, or leave it out';
const OTHER_STORE =
  'is a position of another store, and says nothing about this one; leave it out and read from the beginning';
const BEYOND =
  'is beyond the latest change: the store was put back to an earlier state; leave it out and read from the beginning';

test('a position that is wrong is refused, and each error says what to do', async (t) => {
  const ledger = openLedger(t);
  await ledger.record(recording());
  const ask = await openGraph(ledger);
  const { storeId } = ledger;
  const wrong = [
    ['', NO_POSITION],
    ['nonsense', NO_POSITION],
    ['p1', NO_POSITION],
    ['i1', NO_POSITION],
    [`i1.${storeId}`, NO_POSITION],
    [`p.${storeId}`, NO_POSITION],
    [`p01.${storeId}`, NO_POSITION],
    [`p-1.${storeId}`, NO_POSITION],
    [`P1.${storeId}`, NO_POSITION],
    [`p1.${storeId} `, NO_POSITION],
    [`p1.${storeId}\n`, NO_POSITION],
    [`p1.${storeId}.${storeId}`, NO_POSITION],
    [`p${'z'.repeat(100)}.${storeId}`, NO_POSITION],
    [`p1.${otherThan(storeId)}`, OTHER_STORE],
    [`pzzzz.${otherThan(storeId)}`, OTHER_STORE],
    [`p3.${storeId}`, BEYOND],
    [`pzzzz.${storeId}`, BEYOND],
  ] as const;
  for (const query of QUERIES) {
    for (const [after, sentence] of wrong) {
      const { errors } = await ask(query, { after });
      assert.equal(errors.length, 1, after);
      assert.equal(errors[0]?.extensions?.code, 'INVALID_CURSOR', after);
      const quoted = JSON.stringify(after.slice(0, 40));
      assert.ok(errors[0].message.startsWith(`after: ${quoted} is `), errors[0].message);
      assert.ok(errors[0].message.endsWith(sentence), errors[0].message);
    }
  }
});

test('a position of this store is taken, up to the latest', async (t) => {
  const ledger = openLedger(t);
  const recorded = await ledger.record(recording());
  const ask = await openGraph(ledger);
  for (const query of QUERIES) {
    for (const position of [0, 1, recorded?.position ?? 0]) {
      const { errors } = await ask(query, { after: encodePosition(position, ledger) });
      assert.deepEqual(errors, []);
    }
    assert.deepEqual((await ask(query, { after: null })).errors, []);
    assert.deepEqual((await ask(query)).errors, []);
  }
});

test('a position reads back as what it was, and no position as none', async (t) => {
  const ledger = openLedger(t);
  for (let round = 0; round < 40; round += 1) {
    await ledger.track({ ref: { providerId: 'crm', externalId: `${round}` }, now: 0 });
  }
  for (const position of [1, 9, 10, 35, 36, 40]) {
    const text = encodePosition(position, ledger);
    assert.match(text, /^p[0-9a-z]+\.[0-9a-f]{8}$/);
    assert.equal(await readPosition(text, { ledger }), position);
  }
  assert.equal(await readPosition(encodePosition(0, ledger), { ledger }), null);
  const told = encodePosition(9, ledger, 12);
  assert.deepEqual(await readResumption(told, { ledger }), { after: 9, toldGap: 12 });
  assert.equal(encodePosition(9, ledger, 9), encodePosition(9, ledger));
  assert.equal(await readPosition(null, { ledger }), null);
  assert.equal(await readPosition(undefined, { ledger }), null);
});

test('an import, its history, a change and a page give positions of this store', async (t) => {
  const ledger = openLedger(t);
  const recorded = await ledger.record(recording());
  const ask = await openGraph(ledger);
  const { data } = await ask(`{
    import(id: "catalog:load-1") { position history { nodes { position } edges { cursor } } }
    importChanges { nodes { position } endPosition }
  }`);
  const position = encodePosition(recorded?.position ?? 0, ledger);
  for (const path of [
    'import.position',
    'import.history.nodes.0.position',
    'import.history.edges.0.cursor',
    'importChanges.nodes.0.position',
    'importChanges.endPosition',
  ]) {
    assert.equal(at(data, path), position, path);
  }
});

test('a page size that is none is refused wherever there are pages', async (t) => {
  const ledger = openLedger(t);
  await ledger.record(recording());
  const ask = await openGraph(ledger);
  const fields = [
    'importChanges(first: $first) { endPosition }',
    'import(id: "catalog:load-1") { history(first: $first) { nodes { revision } } }',
  ];
  for (const field of fields) {
    const query = `query ($first: Int) { ${field} }`;
    for (const first of [0, 501, -1]) {
      const { errors } = await ask(query, { first });
      assert.equal(errors[0]?.extensions?.code, 'INVALID_PAGE_SIZE');
      assert.equal(errors[0].message, `first: must be 1 to 500, not ${first}`);
    }
    for (const first of [1, 500]) assert.deepEqual((await ask(query, { first })).errors, []);
  }
});

function otherThan(storeId: string): string {
  return storeId === '00000000' ? '11111111' : '00000000';
}
