import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { importId } from '../../../src/domain/import.ts';
import type { ImportRef } from '../../../src/domain/import.ts';
import { StoreUnavailableError } from '../../../src/ledger/ledger.ts';
import type { Ledger, Recording } from '../../../src/ledger/ledger.ts';
import { Database } from '../../../src/ledger/postgres/database.ts';
import { OutageLog } from '../../../src/ledger/postgres/outage-log.ts';
import { startLeaving } from '../../support/answering-server.ts';
import {
  finishedJob,
  job,
  recording,
  refOf,
  rowError,
  START,
  state,
} from '../../support/builders.ts';
import { capture } from '../../support/captures.ts';
import { joinStore } from '../../support/postgres-ledgers.ts';
import { createDatabase, killConnections, run } from '../../support/postgres.ts';
import { until } from '../../support/world.ts';

const WRITERS = 6;
const IMPORTS = 6;

/** What may not be, whatever breaks off: each finds imports of which only a part was kept. */
const HALVES = {
  'without a look': `select id from imports where seq not in (select import_seq from looks)`,
  'whose revisions are not dense, or not all there': `select id from imports where revision <> (
    select count(*) from revisions where import_seq = imports.seq
      and revisions.revision between 1 and imports.revision)`,
  'whose position is not that of its latest revision': `select id from imports
    where position is distinct from (
      select max(position) from revisions where import_seq = imports.seq)`,
  'whose labels can be found otherwise than they show': `select id from imports
    where labels::jsonb <> (
      select coalesce(jsonb_object_agg(key, value), '{}') from import_labels
      where import_seq = imports.seq)`,
  'that show rows which are not theirs, or not all there': `select imports.id from imports
    join looks on import_seq = seq
    where shown_capture is not null and not exists (
      select 1 from captures where captures.id = shown_capture and import_id = imports.id
        and captures.state = 'sealed' and (kept::jsonb ->> 'FAILED')::int = (
          select count(*) from import_rows where capture = captures.id))`,
  'beyond the last position': 'select id from imports where touched > (select last from positions)',
} as const;

test('whatever is under way when connections break is kept whole or not at all', async (t) => {
  const url = await createDatabase(t);
  const ledgers = [await joinStore(t, url), await joinStore(t, url)] as const;
  const writers = Array.from(
    { length: WRITERS },
    (_, number) => new Writer(ledgers[number % 2 === 0 ? 0 : 1], number),
  );
  const countDone = (): number => writers.reduce((sum, { done }) => sum + done, 0);
  const over = new AbortController();
  let broken = 0;
  const breaking = (async () => {
    for (let next = 0; !over.signal.aborted; next = countDone() + 3) {
      await until(() => over.signal.aborted || countDone() >= next);
      broken += await killConnections(url, 'import-status%');
    }
  })();

  await Promise.all(writers.map((writer) => writer.run()));
  over.abort();
  await breaking;

  assert.ok(broken > 50, `${broken} were broken`);
  for (const [name, sql] of Object.entries(HALVES)) {
    assert.deepEqual(await run(url, sql), [], `imports ${name}`);
  }
  const told = new Map(writers.flatMap(({ told: own }) => [...own]));
  await until(() =>
    ledgers[0].getLatestPosition().then(
      () => true,
      () => false,
    ),
  );
  const known = await ledgers[0].findImports([...told.keys()]);
  for (const [id, revision] of told) assert.ok((known.get(id)?.revision ?? 0) >= revision, id);
});

test('a server that ends with the same breath as it lets us in is away, and nothing worse', async (t) => {
  const logger = pino({ level: 'silent' });
  const outages = new OutageLog(logger);
  const database = new Database(await startLeaving(t), { logger, outages });
  await assert.rejects(database.all('select 1', []), StoreUnavailableError);
  await database.close();
});

/** Follows imports to their end, whatever breaks. */
class Writer {
  /** What was told to be kept: the revision of each import. */
  readonly told = new Map<string, number>();
  done = 0;
  readonly #ledger: Ledger;
  readonly #number: number;

  constructor(ledger: Ledger, number: number) {
    this.#ledger = ledger;
    this.#number = number;
  }

  async run(): Promise<void> {
    for (let number = 0; number < IMPORTS; number += 1) {
      await this.#follow(refOf(`load-${this.#number}-${number}`));
    }
  }

  async #follow(ref: ImportRef): Promise<void> {
    const ledger = this.#ledger;
    const labels = { writer: `${this.#number}`, name: ref.externalId };
    await this.#persist(() => ledger.track({ ref, labels, now: START }));
    for (const progressPercent of [10, 20]) {
      const seen = state({ job: job({ progressPercent }) });
      await this.#record(async () => recording({ ref, state: seen, basedOnRevision: 9 }));
    }
    await this.#record(async () => {
      const read = [rowError(), rowError({ number: 2 })];
      const { id: captureId } = await capture(ledger, read, { ref });
      const rows = { kind: 'captured', captureId } as const;
      return recording({ ref, state: state({ job: finishedJob() }), rows, basedOnRevision: 9 });
    });
  }

  async #record(look: () => Promise<Recording>): Promise<void> {
    const recorded = await this.#persist(async () => this.#ledger.record(await look()));
    if (recorded === null) assert.fail('it was refused');
    this.told.set(importId(recorded.ref), recorded.revision);
  }

  /** Does it until it is done; it may be kept from that by nothing but the store. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.done += 1;
        return result;
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
      }
    }
  }
}
