import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../../src/domain/clock.ts';
import { LedgerError, StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../../src/ledger/postgres/postgres-ledger.ts';
import { startAnswering } from '../../support/answering-server.ts';
import { atEnd } from '../../support/at-end.ts';
import { createFolder } from '../../support/ledgers.ts';
import { joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase, killConnections, run } from '../../support/postgres.ts';
import { startService } from '../../support/service.ts';
import { until } from '../../support/world.ts';

const SECRET = 'sehr geheim';

interface WrongAddress {
  readonly name: string;
  /** Answers the address, of which the password is the secret. */
  readonly find: (t: TestContext) => Promise<string>;
  readonly kind: typeof LedgerError | typeof StoreUnavailableError;
  readonly told: RegExp;
}

const WRONG: readonly WrongAddress[] = [
  {
    name: 'that is none',
    find: async () => `postgres://user:${SECRET}@host:port/imports`,
    kind: LedgerError,
    told: /^STORE_URL is not an address: write it like postgres:/,
  },
  {
    name: 'that is encoded wrongly',
    find: async () => `postgres://us%ffer:${encodeURIComponent(SECRET)}@127.0.0.1/imports`,
    kind: LedgerError,
    told: /^cannot connect to the database in STORE_URL \(.*\); correct STORE_URL/,
  },
  {
    name: 'with a certificate that is not there',
    find: async () => `${withSecret('postgres://user@127.0.0.1/imports')}?sslrootcert=/none.pem`,
    kind: LedgerError,
    told: /^cannot connect to the database in STORE_URL \(.*none\.pem.*\); correct STORE_URL/,
  },
  {
    name: 'with a wrong password',
    find: async (t) => withSecret(await createDatabase(t)),
    kind: LedgerError,
    told: /^the server refuses the user and password in STORE_URL; correct them/,
  },
  {
    name: 'of a database that does not exist',
    find: async (t) => {
      const url = new URL(await createUser(t));
      url.pathname = 'unheard-of';
      return url.href;
    },
    kind: LedgerError,
    told: /^the database in STORE_URL does not exist; create it, or correct STORE_URL/,
  },
  {
    name: 'where a connection is to be safe, of a server that cannot make it so',
    find: async (t) => `${await createUser(t)}?sslmode=verify-full`,
    kind: LedgerError,
    told: /^cannot connect to the database in STORE_URL \(.*SSL.*\); correct STORE_URL/,
  },
  {
    name: 'of a server that is too old',
    find: async (t) => {
      const row = { number: '130021', version: '13.21', encoding: 'UTF8' };
      return withSecret(await startAnswering(t, row));
    },
    kind: LedgerError,
    told: /^the server of STORE_URL is PostgreSQL 13\.21; it must be 14 or later: upgrade it/,
  },
  {
    name: 'of a database that cannot hold all texts',
    find: async (t) => {
      const url = await createDatabase(t);
      const name = new URL(url).pathname.slice(1);
      const other = `${name}_latin`;
      await run(
        url,
        `create database ${other} template template0 encoding 'LATIN1'
         locale_provider libc locale 'C'`,
      );
      atEnd(t, async () => void (await run(url, `drop database ${other} with (force)`)));
      return Object.assign(new URL(url), { pathname: other }).href;
    },
    kind: LedgerError,
    told: /^the database in STORE_URL keeps texts as LATIN1, .*; create one with encoding 'UTF8'$/,
  },
  {
    name: 'of a server that only reads, as one that stands by',
    find: async (t) => {
      const url = await createDatabase(t);
      const name = new URL(url).pathname.slice(1);
      await run(url, `alter database ${name} set default_transaction_read_only = on`);
      return url;
    },
    kind: StoreUnavailableError,
    told: /^the store cannot be reached \(.*read-only transaction\); check/,
  },
  {
    name: 'where nothing listens',
    find: async () => withSecret('postgres://user@127.0.0.1:9/imports'),
    kind: StoreUnavailableError,
    told: /^the store cannot be reached \(.*ECONNREFUSED.*\); check that PostgreSQL runs at STORE_URL$/,
  },
  {
    name: 'of a host that is not there',
    find: async () => withSecret('postgres://user@host.invalid/imports'),
    kind: StoreUnavailableError,
    told: /^the store cannot be reached \(.*host\.invalid.*\); check/,
  },
];

for (const { name, find, kind, told } of WRONG) {
  test(`an address ${name} is refused in a sentence that says what to do, without its password`, async (t) => {
    const url = await find(t);
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    await assert.rejects(openPostgresLedger(url, { clock: SYSTEM_CLOCK, logger }), (error) => {
      assert.ok(error instanceof kind, inspect(error));
      assert.match(error.message, told);
      lines.push(error.message, inspect(error, { depth: 10, showHidden: true }));
      return true;
    });
    const password = decodeURIComponent(/:([^:@]*)@/.exec(url)?.[1] ?? '');
    for (const secret of [SECRET, encodeURIComponent(SECRET), password]) {
      assert.ok(!lines.join('\n').includes(secret), lines.join('\n'));
    }
  });
}

test('a service with a wrong address says so in a sentence and ends as one that is configured wrongly', async (t) => {
  const folder = await createFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), '{}');
  const STORE_URL = withSecret(await createDatabase(t));
  const service = startService(t, folder, { STORE_URL, LOG_LEVEL: 'trace' });
  assert.deepEqual(await once(service.process, 'exit'), [78, null]);
  assert.match(service.errors(), /^the server refuses the user and password in STORE_URL; .*\n$/);
  assert.doesNotMatch(service.log.join('\n') + service.errors(), /geheim/);
});

test('a server that lets nobody in any more is away until it does', async (t) => {
  const url = await createUser(t);
  const ledger = await joinStore(t, url);
  const { username, pathname } = new URL(url);
  const admin = Object.assign(new URL(await createDatabase(t)), {
    pathname,
  }).href;
  await run(admin, `alter role ${username} nologin`);
  await until(async () => (await killConnections(admin, 'import-status%')) > 0);
  await assert.rejects(ledger.findImports(['a']), StoreUnavailableError);
  await run(admin, `alter role ${username} login`);
  await until(() =>
    ledger.findImports(['a']).then(
      () => true,
      () => false,
    ),
  );
});

/** The address of an empty database of a user of its own, with the secret for a password. */
async function createUser(t: TestContext): Promise<string> {
  const admin = await createDatabase(t);
  const role = `r${crypto.randomUUID().replaceAll('-', '')}`;
  await run(admin, `create role ${role} login password '${SECRET}'`);
  atEnd(t, async () => void (await run(admin, `drop role ${role}`)));
  const url = new URL(await createDatabase(t));
  await run(url.href, `grant all on schema public to ${role}`);
  return Object.assign(url, { username: role, password: SECRET }).href;
}

function withSecret(url: string): string {
  return Object.assign(new URL(url), { password: SECRET }).href;
}
