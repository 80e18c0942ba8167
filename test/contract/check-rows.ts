import assert from 'node:assert/strict';
import type { Observation } from '../../src/domain/observation.ts';
import { isFailed } from '../../src/domain/row.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import type { ProviderDataSource, RowsAnswer } from '../../src/providers/provider.ts';

/** The end of an import, and the rows that came along with it. */
export interface Ended {
  readonly end: Observation;
  readonly cameAlong: readonly ImportRow[];
}

/** The rows are where the observation says, and as many of them failed as it says. */
export async function checkRows(
  source: ProviderDataSource,
  externalId: string,
  { end, cameAlong }: Ended,
): Promise<void> {
  const { availability, totalCount } = end.rowErrors;
  const rows = end.rows === 'elsewhere' ? await readPages(source, externalId) : cameAlong;
  assert.equal(rows.length > 0, end.rows !== 'none', `${rows.length} rows are ${end.rows}`);
  const failed = rows.filter(isFailed).length;
  const isSaid = availability === 'COMPLETE' || (end.rows === 'elsewhere' && totalCount !== null);
  if (isSaid) assert.equal(failed, totalCount);
  for (const row of rows) {
    assert.equal(isFailed(row), row.outcome === 'FAILED');
    assert.notEqual(row.failure?.message, '');
    if (row.number === null) assert.equal(row.numberBasis, 'UNSTATED');
  }
}

/** Reads all rows of an import that are to be had page by page. */
async function readPages(source: ProviderDataSource, externalId: string) {
  const rows: ImportRow[] = [];
  const { signal } = new AbortController();
  let next: string | null = null;
  do {
    const answer: RowsAnswer | undefined = await source.readRows?.(
      { externalId, next, knownTotal: null },
      signal,
    );
    assert.equal(answer?.kind, 'page');
    rows.push(...answer.page.rows);
    assert.notEqual(answer.page.next, next ?? '');
    next = answer.page.next;
    if (next === null && answer.page.totalFailed !== null) {
      assert.equal(rows.filter(isFailed).length, answer.page.totalFailed);
    }
  } while (next !== null);
  return rows;
}
