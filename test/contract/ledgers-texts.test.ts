import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { UNTRIED } from '../../src/ledger/provider-health.ts';
import {
  askQuery,
  freshness,
  job,
  recording,
  REF,
  refOf,
  requestQuery,
  row,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { capture, listAllRows, recordRows } from '../support/captures.ts';
import { askForOne, claimNames, claimOne } from '../support/claims.ts';
import { STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

/** Texts that callers and vendors can send, and that some stores do not take as they are. */
const STRANGE: Readonly<Record<string, string>> = {
  'the character NUL': 'a\0b',
  'only NUL': '\0',
  'the first half of a pair': 'a\ud83d',
  'the second half of a pair': '\ude00a',
  'halves in the wrong order': '\ude00\ud83d',
  'an emoji': '👩‍👧 😀',
  quotes: `'"\`''""--`,
  backslashes: String.raw`\ \\ \u0000 \ud83d \x00 \'`,
  'line ends and tabs': 'a\r\n\tb\u2028',
  'wild cards': '%_*?[a]',
  JSON: '["a",{"b":null}]',
  'no character': '\uffff\ufdd0\ufdd00000\ufffd',
  parameters: '$1 ? :name {} \\copy',
  'an order of bytes and accents': '\ufeffe\u0301é',
  'spaces at its ends': ' a ',
};

/** Longer than any index takes, and without what repeats. */
const LONG = Array.from({ length: 20_000 }, (_, index) => (index * 7_919).toString(36)).join('');

for (const store of STORES) {
  describe(`texts, in ${store.name}`, () => {
    for (const [kind, text] of Object.entries(STRANGE)) {
      test(`an import is found by an id with ${kind}`, async (t) => {
        const ledger = await (await store.create(t))();
        const ref = refOf(text);
        const id = importId(ref);
        for (const other of Object.values(STRANGE)) {
          if (other !== text) await ledger.record(recording({ ref: refOf(other) }));
        }
        assert.equal((await ledger.findImports([id])).size, 0);

        const tracked = await ledger.track({ ref, now: START });

        assert.deepEqual(tracked.ref, ref);
        assert.deepEqual([...(await ledger.findImports([ID, id]))], [[id, tracked]]);
        const claim = await claimOne(ledger);
        assert.deepEqual(claim.import.ref, ref);
        assert.equal(claim.lease.importId, id);
        await ledger.extendLease(claim.lease, START + 90_000);
        await ledger.release([claim.lease]);
        assert.deepEqual(await claimNames(ledger), [text]);
        const kept = await ledger.record(recording({ ref, lease: claim.lease }));
        for (const ids of [[id], [id, ID]]) {
          const { items } = await ledger.listImports({ filter: { ids }, first: 9, after: null });
          assert.deepEqual(
            items.map((item) => item.import),
            [kept],
          );
          const { changes } = await ledger.listChanges({ filter: { ids }, first: 9, after: 0 });
          assert.deepEqual(
            changes.map((change) => change.import),
            [kept],
          );
        }
        const from = kept?.freshness.nextLookAt ?? null;
        assert.equal(await ledger.bringForward(id, { from, to: START }), true);
        await ledger.setWatched([id], true);
        assert.equal((await ledger.untrack(id))?.ref.externalId, text);
      });

      test(`one can be asked for by an id with ${kind}`, async (t) => {
        const ledger = await (await store.create(t))();
        const refs = [refOf(text)];
        const lease = await askForOne(ledger, { refs });
        assert.equal(lease.importId, importId(refOf(text)));
        assert.equal((await ledger.claimAsked(askQuery({ refs }))).leases.length, 0);
        const error = { kind: 'unavailable', message: text } as const;
        const miss = { kind: 'failed', error } as const;
        await ledger.answerAsked(lease, { miss, until: START + 1 });
        const { misses } = await ledger.claimAsked(askQuery({ refs }));
        assert.deepEqual([...misses], [[lease.importId, miss]]);
      });

      test(`labels with ${kind} come back, and their import is found by them`, async (t) => {
        const ledger = await (await store.create(t))();
        for (const [index, other] of Object.values(STRANGE).entries()) {
          if (other === text) continue;
          const labels = { [other]: other, run: other };
          await ledger.record(recording({ ref: refOf(`other-${index}`), labels }));
        }
        const labels = { [text]: 'key', run: text };
        const kept = await ledger.record(recording({ labels }));
        assert.deepEqual(kept?.labels, labels);
        const { revisions } = await ledger.listRevisions({ importId: ID, first: 9, after: 0 });
        assert.deepEqual(revisions[0]?.labels, labels);
        const again = await ledger.track({ ref: REF, labels, now: START });
        assert.equal(again.revision, 1);
        for (const label of [
          { key: text, value: 'key' },
          { key: 'run', value: text },
        ]) {
          assert.deepEqual(await listNames(ledger, { labels: [label] }), ['load-1']);
        }

        const after = await ledger.getLatestPosition();
        await ledger.track({ ref: REF, labels: { run: 'over' }, now: START });
        const filter = { labels: [{ key: 'run', value: text }] };
        const { changes } = await ledger.listChanges({ filter, first: 9, after });
        assert.deepEqual(
          changes.map(({ membership }) => membership),
          ['LEFT'],
        );
      });

      test(`rows with ${kind} come back, and are told apart by it`, async (t) => {
        const ledger = await (await store.create(t))();
        const texts = { code: text, message: text, detail: text, resource: text, recordId: text };
        const values = { [text]: text, list: [text, { deep: text }] };
        const rows = [rowError({ ...texts, values }), row({ resource: text, recordId: text })];
        const first = await capture(ledger, rows, { next: text });
        assert.equal(first.next, text);
        const alike = rowError({ ...texts, values, number: 2 });
        const last = await capture(ledger, [alike], { capture: first });
        await ledger.record(recording({ rows: { kind: 'captured', captureId: last.id } }));

        const [one, other] = await listAllRows(ledger, ID);
        assert.deepEqual(one, { ...rows[0], id: `${ID}#0` });
        assert.deepEqual(other, { ...rows[1], id: `${ID}#1` });
        assert.deepEqual((await ledger.findHeldRows([ID])).get(ID)?.columns, Object.keys(values));
        const groups = await ledger.listRowErrorGroups(ID);
        assert.deepEqual(
          groups.map(({ code, count }) => [code, count]),
          [[text, 2]],
        );
        const again = await recordRows(ledger, [...rows, alike], { basedOnRevision: 1 });
        assert.equal(again?.revision, 1);
      });

      test(`what a vendor says with ${kind} comes back`, async (t) => {
        const ledger = await (await store.create(t))();
        const error = { kind: 'unavailable', message: text } as const;
        const seen = state({ job: job({ message: text, providerStatus: text }) });
        const failing = freshness({ state: 'BACKING_OFF', error });
        const held = { since: START, state: seen, captureId: null, isKnown: false };
        const changes = { state: seen, freshness: failing, held };
        const kept = await ledger.record(recording(changes));
        assert.deepEqual(kept?.state, seen);
        assert.deepEqual(kept.freshness.error, error);
        const { revisions } = await ledger.listRevisions({ importId: ID, first: 9, after: 0 });
        assert.deepEqual(revisions[0]?.state.job, seen.job);
        const { schedule } = await claimOne(ledger, { now: START + 2_000 });
        assert.deepEqual(schedule.held, held);
        const health = { ...UNTRIED, error };
        await ledger.reviseProviderHealth('crm', () => health);
        assert.deepEqual((await ledger.listProviderHealth()).get('crm'), health);
        assert.equal(
          (await ledger.record(recording({ ...changes, basedOnRevision: 1 })))?.revision,
          1,
        );
      });

      test(`nothing is found by ${kind} where nothing has it`, async (t) => {
        const ledger = await (await store.create(t))();
        await ledger.record(recording());
        await findNothing(ledger, text);
      });
    }

    test('a text may be longer than any index takes', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.record(recording());
      await findNothing(ledger, LONG);
      const rows = [
        rowError({ number: 1, code: LONG, message: LONG }),
        rowError({ number: 2, code: `${LONG}!`, message: LONG, values: { [LONG]: LONG } }),
        rowError({ number: 3, code: LONG, message: `${LONG}!`, resource: LONG, recordId: LONG }),
      ];
      await recordRows(ledger, rows, { basedOnRevision: 1 });
      assert.deepEqual(
        await listAllRows(ledger, ID),
        rows.map((kept, index) => ({ ...kept, id: `${ID}#${index}` })),
      );
      assert.deepEqual(
        (await ledger.listRowErrorGroups(ID)).map(({ code, count }) => [code, count]),
        [
          [LONG, 2],
          [`${LONG}!`, 1],
        ],
      );
      const labels = { ['k'.repeat(63)]: '\u{1f600}'.repeat(127) };
      const labeled = await ledger.track({ ref: REF, labels, now: START });
      assert.deepEqual(labeled.labels, labels);
      const tracked = await ledger.track({ ref: refOf('x'.repeat(200)), now: START });
      assert.equal(tracked.ref.externalId.length, 200);
    });
  });
}

/** Asks for it in every way in which a caller can. */
async function findNothing(ledger: Ledger, text: string): Promise<void> {
  assert.equal((await ledger.findImports([text, importId(refOf(text))])).size, 0);
  assert.equal((await ledger.findHeldRows([text])).size, 0);
  assert.deepEqual(await listAllRows(ledger, text), []);
  assert.deepEqual(await ledger.listRowErrorGroups(text), []);
  const { revisions } = await ledger.listRevisions({ importId: text, first: 9, after: 0 });
  assert.deepEqual(revisions, []);
  const filters = [
    { ids: [text] },
    { ids: [text, 'catalog:other'] },
    { providerIds: [text] },
    { providerIds: [text, 'crm'] },
    { labels: [{ key: text, value: text }] },
  ];
  for (const filter of filters) {
    assert.deepEqual(await listNames(ledger, filter), []);
    const { changes } = await ledger.listChanges({ filter, first: 9, after: 0 });
    assert.deepEqual(changes, []);
  }
  assert.equal(await ledger.untrack(text), null);
  assert.equal(await ledger.bringForward(text, { from: null, to: START }), false);
  assert.equal(await ledger.findNextDueAt(text), null);
  assert.equal(await ledger.countActive(text), 0);
  await ledger.setWatched([text], true);
  await ledger.setWatched([text], false);
  assert.equal(await ledger.getRequestCount(text, '2026-01'), 0);
  assert.deepEqual(await claimNames(ledger, { providerId: text }), []);
  assert.equal((await ledger.takeRequest(requestQuery({ perMonth: 0 }))).kind, 'spent');
}

async function listNames(
  ledger: Ledger,
  filter: Parameters<Ledger['listImports']>[0]['filter'],
): Promise<readonly string[]> {
  const { items } = await ledger.listImports({ filter, first: 99, after: null });
  return items.map((item) => item.import.ref.externalId);
}
