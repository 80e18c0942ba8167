import assert from 'node:assert/strict';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AskQuery, Claim, ClaimQuery, Lease } from '../../src/ledger/look-ledger.ts';
import { askQuery, claimQuery } from './builders.ts';

/** Claims what is due, which is one import. */
export async function claimOne(ledger: Ledger, changes: Partial<ClaimQuery> = {}): Promise<Claim> {
  const [claim, ...others] = await ledger.claimDue(claimQuery(changes));
  assert.equal(others.length, 0, 'more than one import was due');
  return claim ?? assert.fail('nothing was due');
}

/** Claims what is due, and answers the names in alphabetical order. */
export async function claimNames(
  ledger: Ledger,
  changes: Partial<ClaimQuery> = {},
): Promise<readonly string[]> {
  const claims = await ledger.claimDue(claimQuery(changes));
  return claims.map((claimed) => claimed.import.ref.externalId).toSorted();
}

/** Takes the look at an import that is in no ledger. */
export async function askForOne(ledger: Ledger, changes: Partial<AskQuery> = {}): Promise<Lease> {
  const { leases, misses } = await ledger.claimAsked(askQuery(changes));
  assert.equal(misses.size, 0, 'it was answered');
  assert.ok(leases.length < 2, 'more than one was leased');
  return leases[0] ?? assert.fail('somebody else looks');
}
