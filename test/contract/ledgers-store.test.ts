import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LedgerError } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import {
  claimQuery,
  finishedJob,
  freshness,
  recording,
  REF,
  refOf,
  requestQuery,
  rowError,
  START,
  state,
} from '../support/builders.ts';
import { capture, listAllRows } from '../support/captures.ts';
import { askForOne, claimOne } from '../support/claims.ts';
import { createFolder, STORES } from '../support/ledgers.ts';

const ID = 'catalog:load-1';

for (const store of STORES.filter(({ isDurable }) => isDurable)) {
  describe(`a restart, on ${store.name}`, () => {
    test('goes on where the last process stopped', async (t) => {
      const open = await store.create(t);
      const first = await open();
      const { id: captureId } = await capture(first, [rowError()]);
      const held = {
        since: START,
        state: state({ job: finishedJob() }),
        captureId,
        isKnown: false,
      };
      const kept = await first.record(recording({ labels: { run: '7' }, held, attempts: 2 }));
      await first.takeRequest(requestQuery({ providerId: 'crm' }));
      await first.close();

      const second = await open();

      assert.deepEqual((await second.findImports([ID])).get(ID), kept);
      assert.equal(await second.getLatestPosition(), kept?.position);
      assert.equal(await second.getRequestCount('crm', '2026-01'), 1);
      const [claim] = await second.claimDue(claimQuery({ now: START + 2_000 }));
      assert.deepEqual(claim?.schedule, {
        attempts: 2,
        held,
        capture: null,
        failingSince: START,
        trackedAt: START,
        continueOnError: null,
      });
      const next = await second.record(
        recording({ basedOnRevision: 1, state: state({ job: finishedJob() }) }),
      );
      assert.equal(next?.revision, 2);
      assert.ok((next.position ?? 0) > (kept?.position ?? 0));
    });

    test('closing twice is closing once', async (t) => {
      const ledger = await (await store.create(t))();
      await ledger.close();
      await ledger.close();
    });
  });
}

test('what the last process was looking at is free again, as there is only one', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  const first = openSqliteLedger(path);
  await first.track({ ref: REF, now: START });
  const { lease } = await claimOne(first, { leaseMs: 3_600_000 });
  const unknown = [refOf('asked-for')];
  const asked = await askForOne(first, { refs: unknown, leaseMs: 3_600_000 });
  await first.close();

  const second = openSqliteLedger(path);
  t.after(() => second.close());

  assert.equal(await second.findNextDueAt('catalog'), START);
  assert.ok((await claimOne(second)).lease.number > lease.number);
  assert.ok((await askForOne(second, { refs: unknown })).number > asked.number);
});

test('rows that the last process was capturing are captured anew', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  const first = openSqliteLedger(path);
  const broken = await capture(first, [rowError()], { next: '1' });
  await first.close();

  const second = openSqliteLedger(path);
  t.after(() => second.close());

  const addition = { rows: [rowError()], limit: 10, next: null, totalFailed: null };
  assert.equal(await second.addRows({ capture: broken, ...addition }), null);
});

test('a store of a newer release is refused in a sentence that says what to do', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  await openSqliteLedger(path).close();
  const database = new DatabaseSync(path);
  database.exec('pragma user_version = 9999');
  database.close();

  assert.throws(() => openSqliteLedger(path), {
    name: 'LedgerError',
    message: /schema version 9999.*start a newer release, or point STORE_URL at another file/,
  });
});

test('a path where no store can be is refused in a sentence that says what to do', async (t) => {
  const folder = await createFolder(t);
  for (const path of [folder, join(folder, 'missing', 'imports.db')]) {
    assert.throws(() => openSqliteLedger(path), {
      name: 'LedgerError',
      message: /cannot open the store .*check that its folder exists and can be written/,
    });
  }
});

test('a file that is no database is refused as one that cannot be opened', async (t) => {
  const path = join(await createFolder(t), 'notes.txt');
  await writeFile(path, 'these are my notes\n'.repeat(100));
  assert.throws(() => openSqliteLedger(path), LedgerError);
});

test('the row errors of a store of the release before are rows of this one', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  const old = new DatabaseSync(path);
  const migrations = new URL('../../src/ledger/sqlite/migrations/', import.meta.url);
  old.exec(await readFile(new URL('0001_imports.sql', migrations), 'utf8'));
  const known = state({ job: finishedJob({ expiresAt: START + 9_000 }) });
  const { limit: _, ...rowErrors } = known.rowErrors;
  const json = JSON.stringify({ ...known, rowErrors });
  old.exec(`
    pragma user_version = 1;
    insert into imports (seq, id, provider_id, external_id, revision, position, place, phase, state,
      labels, freshness, changed_at, next_look_at, attempts, tracked_at)
    values (7, 'catalog:load-1', 'catalog', 'load-1', 1, 1, 1, 'FINISHED', '${json}', '{}', 'LIVE',
      ${START}, ${START}, 0, ${START});
    update positions set last = 1;
    insert into row_errors values
      (7, 0, 5, 'LINE', 't', null, 'c', 'value "x" is bad', 'value … is bad', null, '{"b":1,"a":"ä"}'),
      (7, 1, 9, 'LINE', 't', null, 'c', 'value "y" is bad', 'value … is bad', 'more', null);`);
  old.close();

  const ledger = openSqliteLedger(path);
  t.after(() => ledger.close());

  const rows = [
    rowError({
      number: 5,
      resource: 't',
      code: 'c',
      message: 'value "x" is bad',
      values: { b: 1, a: 'ä' },
    }),
    rowError({ number: 9, resource: 't', code: 'c', message: 'value "y" is bad', detail: 'more' }),
  ];
  const kept = await listAllRows(ledger, 'catalog:load-1');
  assert.deepEqual(
    kept,
    rows.map((row, index) => ({ ...row, id: `catalog:load-1#${index}` })),
  );
  const [group] = await ledger.listRowErrorGroups('catalog:load-1');
  assert.deepEqual(group, {
    code: 'c',
    message: 'value … is bad',
    count: 2,
    firstNumber: 5,
    lastNumber: 9,
    sample: kept[0],
  });
  const held = (await ledger.findHeldRows(['catalog:load-1'])).get('catalog:load-1');
  assert.deepEqual(held?.columns, ['b', 'a']);
  assert.equal(held.seen.FAILED, 2);
  const again = await capture(ledger, rows);
  const captured = { kind: 'captured', captureId: again.id } as const;
  const looked = await ledger.record(
    recording({ basedOnRevision: 1, state: known, rows: captured }),
  );
  assert.equal(looked?.revision, 1);
});

test('many processes can start on one empty file at once', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  const ledger = fileURLToPath(
    new URL('../../src/ledger/sqlite/sqlite-ledger.ts', import.meta.url),
  );
  const program = `
    import { openSqliteLedger } from ${JSON.stringify(ledger)};
    const ledger = openSqliteLedger(${JSON.stringify(path)});
    const ref = { providerId: 'catalog', externalId: String(process.pid) };
    await ledger.track({ ref, now: 1 });
    await ledger.close();`;
  const start = () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);

  await Promise.all(Array.from({ length: 8 }, start));

  const both = openSqliteLedger(path);
  t.after(() => both.close());
  const { items } = await both.listImports({ filter: {}, first: 100, after: null });
  assert.equal(items.length, 8);
  assert.equal(new Set(items.map(({ place }) => place)).size, 8);
});

test('two processes write one order of positions', async (t) => {
  const path = join(await createFolder(t), 'imports.db');
  const ledgers = [openSqliteLedger(path), openSqliteLedger(path)];
  for (const ledger of ledgers) t.after(() => ledger.close());
  const positions: (number | null | undefined)[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (const [index, ledger] of ledgers.entries()) {
      const ref = refOf(`load-${round}-${index}`);
      const recorded = await ledger.record(recording({ ref, freshness: freshness() }));
      positions.push(recorded?.position);
    }
  }
  assert.equal(new Set(positions).size, 10);
  const pages = await Promise.all(
    ledgers.map((ledger) => ledger.listChanges({ filter: {}, first: 100, after: 0 })),
  );
  assert.deepEqual(pages[0], pages[1]);
  assert.deepEqual(
    pages[0]?.changes.map(({ position }) => position),
    positions,
  );
});
