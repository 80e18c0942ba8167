import assert from 'node:assert/strict';
import type { ImportRef } from '../../src/domain/import.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { ImportRow, KeptRow } from '../../src/domain/row.ts';
import type { RowsAnswer } from '../../src/providers/provider.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { createRowSink } from './row-sink.ts';
import { connectTo, memberOf } from './simulated-vendors.ts';

/** What a vendor shows of an import that has ended. */
export interface Shown {
  readonly observation: Observation;
  readonly rows: readonly ImportRow[];
}

/** Asks the simulated vendor with the provider's own data source, without a service in between. */
export async function readVendor(
  { providerId, externalId }: ImportRef,
  fleet: SimulatedFleet,
  continueOnError: boolean | null,
): Promise<Shown> {
  const source = connectTo(memberOf(fleet, providerId));
  const { signal } = new AbortController();
  const sink = createRowSink();
  const target = { externalId, continueOnError, mayNotExistYet: false, rows: sink };
  const [look] = await source.look([target], signal);
  assert.equal(look?.kind, 'observed');
  const rows = [...sink.rows];
  const isElsewhere = look.observation.rows === 'elsewhere';
  for (let next: string | null = null, hasMore = isElsewhere; hasMore;) {
    const answer: RowsAnswer | undefined = await source.readRows?.(
      { externalId, next, knownTotal: null },
      signal,
    );
    assert.equal(answer?.kind, 'page');
    rows.push(...answer.page.rows);
    ({ next } = answer.page);
    hasMore = next !== null;
  }
  return { observation: look.observation, rows };
}

export function withoutId({ id, ...row }: KeptRow): ImportRow {
  assert.notEqual(id, '');
  return row;
}
