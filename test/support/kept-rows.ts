import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { importId } from '../../src/domain/import.ts';
import type { ImportRef, ImportState } from '../../src/domain/import.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { finishedJob, freshness, recording, refOf, state } from './builders.ts';
import { capture } from './captures.ts';
import { createFolder } from './ledgers.ts';
import { startWorld } from './world.ts';
import type { World, WorldOptions } from './world.ts';

/** An import of the provider that shows every row. */
export const LOAD: ImportRef = refOf('load', 'micro');

export interface KeptRows {
  readonly ref?: ImportRef;
  /** Null when none were captured. */
  readonly rows: readonly ImportRow[] | null;
  readonly state?: Partial<ImportState>;
  /** The most failed rows that are kept, and the most others. */
  readonly limit?: number;
  readonly now?: number;
}

/** Has a ledger know a finished import and, unless null, its rows, in place of those before. */
export async function keepRows(ledger: Ledger, kept: KeptRows): Promise<void> {
  const { ref = LOAD, rows, limit = 1_000_000, now = Date.now() } = kept;
  const failed = rows?.filter(({ outcome }) => outcome === 'FAILED').length ?? 0;
  const captured = rows === null ? null : await capture(ledger, rows, { ref, limit });
  const before = (await ledger.findImports([importId(ref)])).get(importId(ref));
  await ledger.record(
    recording({
      ref,
      now,
      basedOnRevision: before?.revision ?? 0,
      state: state({
        job: finishedJob(),
        rowErrors: { availability: 'COMPLETE', totalCount: failed, limit: null },
        ...kept.state,
      }),
      rows: captured === null ? { kind: 'none' } : { kind: 'captured', captureId: captured.id },
      freshness: freshness({ state: 'SETTLED', observedAt: now, nextLookAt: null }),
    }),
  );
}

/** Deletes the rows of a provider as old enough. */
export async function pruneRows(ledger: Ledger, providerId = LOAD.providerId): Promise<void> {
  const until = Date.now() + 1;
  await ledger.hideRows({ providerId, until, now: until, limit: 1_000 });
  while ((await ledger.deleteHiddenRows(1_000)) > 0);
}

/** Starts a world whose store holds something already. */
export async function startWorldWith(
  t: TestContext,
  seed: (ledger: Ledger) => Promise<void>,
  { service, ...options }: WorldOptions = {},
): Promise<World> {
  const path = join(await createFolder(t), 'imports.db');
  const ledger = openSqliteLedger(path);
  await seed(ledger);
  await ledger.close();
  return startWorld(t, { ...options, service: { ...service, store: { url: `sqlite:${path}` } } });
}
