import assert from 'node:assert/strict';
import type { Import } from '../../src/domain/import.ts';
import type { ImportRow, KeptRow } from '../../src/domain/row.ts';
import type { Ledger, Recording } from '../../src/ledger/ledger.ts';
import type { OpenCapture, RowAddition } from '../../src/ledger/row-ledger.ts';
import { recording, REF, START } from './builders.ts';

/** Captures rows of an import, which show once they are recorded. */
export async function capture(
  ledger: Ledger,
  rows: readonly ImportRow[],
  { ref = REF, ...changes }: Partial<RowAddition & Pick<Recording, 'ref'>> = {},
): Promise<OpenCapture> {
  const addition = { limit: 1_000_000, next: null, totalFailed: null, ...changes };
  const opened = changes.capture ?? (await ledger.openCapture(ref, START));
  const added = await ledger.addRows({ ...addition, capture: opened, rows });
  return added ?? assert.fail('the capture was lost');
}

/** Records what came of a look that brought rows along. */
export async function recordRows(
  ledger: Ledger,
  rows: readonly ImportRow[],
  changes: Partial<Recording> = {},
): Promise<Import | null> {
  const { id: captureId } = await capture(ledger, rows, { ref: changes.ref ?? REF });
  return ledger.record(recording({ rows: { kind: 'captured', captureId }, ...changes }));
}

/** Every row of an import that shows. */
export async function listAllRows(
  ledger: Ledger,
  importId: string,
  outcomes: readonly KeptRow['outcome'][] | null = null,
): Promise<readonly KeptRow[]> {
  const rows: KeptRow[] = [];
  for (let after = -1, hasMore = true; hasMore;) {
    const page = await ledger.listRows({ importId, outcomes, first: 500, after });
    rows.push(...page.items.map(({ row }) => row));
    after = page.items.at(-1)?.ordinal ?? after;
    ({ hasMore } = page);
  }
  return rows;
}

/** Deletes the rows that nobody can see any more; answers how many there were. */
export async function deleteHidden(ledger: Ledger): Promise<number> {
  let deleted = 0;
  for (let step = 1; step > 0; deleted += step) step = await ledger.deleteHiddenRows(10_000);
  return deleted;
}
