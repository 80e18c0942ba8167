import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { LedgerError } from '../../../src/ledger/ledger.ts';
import { listMigrations, migrate } from '../../../src/ledger/postgres/migrate.ts';
import type { Migration } from '../../../src/ledger/postgres/migrate.ts';
import { atEnd } from '../../support/at-end.ts';
import { finishedJob, freshness, recording, refOf, state } from '../../support/builders.ts';
import { claimNames } from '../../support/claims.ts';
import { connect, isWaiting, joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase, run } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';

const VERSION = listMigrations().length;

const logger = pino({ level: 'silent' });

/** What the next release may add; this one knows nothing of it. */
const ADDITION: Migration = {
  version: VERSION + 1,
  worksFrom: VERSION,
  sql: `alter table imports add column note text;
    alter table looks add column asked_by text not null default 'nobody';
    create index imports_by_note on imports (note);`,
};

test('of twenty that start at once on an empty database one makes the schema, and all work', async (t) => {
  const url = await createDatabase(t);
  const ledgers = await Promise.all(Array.from({ length: 20 }, () => joinStore(t, url)));
  assert.equal(new Set(ledgers.map(({ storeId }) => storeId)).size, 1);
  assert.equal((await run(url, 'select 1 from schema_versions')).length, VERSION);
  assert.equal((await run(url, 'select 1 from positions')).length, 1);
  await Promise.all(ledgers.map((ledger, index) => work(ledger, `load-${index}`)));
});

test('the release before goes on while the next one changes the schema, and starts with it', async (t) => {
  const url = await createDatabase(t);
  const old = await joinStore(t, url);
  const over = new AbortController();
  const working = Promise.all(
    Array.from({ length: 4 }, async (_, worker) => {
      for (let round = 0; !over.signal.aborted; round += 1)
        await work(old, `load-${worker}-${round}`);
    }),
  );

  await migrate(url, { migrations: [...listMigrations(), ADDITION], logger });
  over.abort();
  await working;

  await work(old, 'afterwards');
  const lines: string[] = [];
  const late = await joinStore(t, url, { onLog: (line) => lines.push(line) });
  await work(late, 'late');
  const warning = lines.map((line): unknown => JSON.parse(line)).at(0);
  assert.deepEqual(pick(warning, ['level', 'version', 'known', 'msg']), {
    level: 40,
    version: VERSION + 1,
    known: VERSION,
    msg: 'the schema of the store is newer than this release, and works with it',
  });
});

test('a schema that this release does not work with is refused, and it is said what to do', async (t) => {
  const url = await createDatabase(t);
  const next = { ...ADDITION, worksFrom: VERSION + 1 };
  await migrate(url, { migrations: [...listMigrations(), next], logger });
  const refused = joinStore(t, url);
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof LedgerError);
    assert.match(
      error.message,
      new RegExp(`version ${VERSION + 1}, this release knows ${VERSION} `),
    );
    assert.match(error.message, /start a newer release, or point STORE_URL at another database$/);
    return true;
  });
});

test('a change of the schema that fails leaves nothing half done, and can be made again', async (t) => {
  const url = await createDatabase(t);
  const ledger = await joinStore(t, url);
  const failing = { ...ADDITION, sql: `${ADDITION.sql} select 1 / 0` };
  await assert.rejects(migrate(url, { migrations: [...listMigrations(), failing], logger }), {
    message: 'division by zero',
  });
  assert.equal((await run(url, 'select 1 from schema_versions')).length, VERSION);
  assert.deepEqual(await listColumns(url, 'note'), []);
  await work(ledger, 'meanwhile');
  await migrate(url, { migrations: [...listMigrations(), ADDITION], logger });
  assert.deepEqual(await listColumns(url, 'note'), ['imports']);
});

test('while a change of the schema waits for a long transaction, requests do not wait with it', async (t) => {
  const url = await createDatabase(t);
  const ledger = await joinStore(t, url);
  await work(ledger, 'before');
  const long = await connect(t, url);
  await long.query('begin');
  await long.query('select count(*) from imports');
  let isChanged = false;
  const changing = migrate(url, {
    migrations: [...listMigrations(), ADDITION],
    logger,
  }).then(() => {
    isChanged = true;
  });
  const watching = await connect(t, url);
  await until(() => isWaiting(watching, 'alter table%'));

  for (let request = 0; request < 20; request += 1) await work(ledger, `load-${request}`);

  assert.equal(isChanged, false);
  await long.query('commit');
  await changing;
  await work(ledger, 'after');
});

test('who may not change tables can work with a schema that is there', async (t) => {
  const admin = await createDatabase(t);
  const role = `r${crypto.randomUUID().replaceAll('-', '')}`;
  await run(admin, `create role ${role} login password 'pass'`);
  atEnd(t, async () => void (await run(admin, `drop role ${role}`)));
  const url = await createDatabase(t);
  const own = new URL(url);
  own.username = role;
  own.password = 'pass';
  await run(url, 'revoke create on schema public from public');
  await assert.rejects(joinStore(t, own.href), (error) => {
    assert.ok(error instanceof LedgerError);
    assert.match(
      error.message,
      /^the user in STORE_URL may not .*; let it create and alter tables/,
    );
    return true;
  });
  await joinStore(t, url);
  await run(url, `grant select, insert, update, delete on all tables in schema public to ${role}`);
  await run(url, `grant usage on all sequences in schema public to ${role}`);
  await work(await joinStore(t, own.href), 'load');
});

/** What a process does with a store, as far as it reads and writes all that is known of an import. */
async function work(ledger: Ledger, name: string): Promise<void> {
  const ref = refOf(name, name);
  const now = Date.now();
  await ledger.track({ ref, labels: { run: '7' }, now });
  assert.deepEqual(await claimNames(ledger, { providerId: name, now }), [name]);
  const first = await ledger.record(recording({ ref, now }));
  assert.equal(first?.revision, 1);
  const settled = freshness({ state: 'SETTLED', nextLookAt: null });
  const done = state({ job: finishedJob() });
  const last = await ledger.record(
    recording({
      ref,
      basedOnRevision: 1,
      state: done,
      freshness: settled,
      now,
    }),
  );
  assert.equal(last?.revision, 2);
  const { items } = await ledger.listImports({
    filter: {
      providerIds: [name],
      phases: ['FINISHED'],
      labels: [{ key: 'run', value: '7' }],
    },
    first: 5,
    after: null,
  });
  assert.deepEqual(
    items.map((item) => item.import),
    [last],
  );
  const after = (first.position ?? 0) - 1;
  const page = await ledger.listChanges({
    filter: { providerIds: [name] },
    first: 5,
    after,
  });
  assert.deepEqual(
    page.changes.map((change) => change.import),
    [last],
  );
}

async function listColumns(url: string, name: string): Promise<readonly unknown[]> {
  const rows = await run(
    url,
    'select table_name from information_schema.columns where column_name = $1',
    [name],
  );
  return rows.map((row) => row['table_name']);
}

function pick(value: unknown, keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}
