import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER_ERROR_MEANING } from '../../src/domain/provider-error.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { ProviderHealth } from '../../src/ledger/provider-health.ts';
import { isOnProbation, isOpen } from '../../src/ledger/provider-health.ts';
import { afterFailure, afterSuccess } from '../../src/watcher/breaker.ts';
import { UNTRIED } from '../../src/ledger/provider-health.ts';
import { START } from '../support/builders.ts';
import { CADENCE, failure } from './setup.ts';

function fail(
  health: ProviderHealth,
  kind: ProviderErrorKind = 'unavailable',
  retryAfterMs?: number,
): ProviderHealth {
  const error = failure(kind, retryAfterMs);
  return afterFailure(health, { error, cadence: CADENCE, now: START, random: 0 });
}

function failTimes(times: number): ProviderHealth {
  let health = UNTRIED;
  for (let count = 0; count < times; count += 1) health = fail(health);
  return health;
}

test('a provider that was never asked is neither open nor on probation', () => {
  assert.equal(isOpen(UNTRIED, START), false);
  assert.equal(isOnProbation(UNTRIED), false);
});

test('two failures in a row pause nothing, three do', () => {
  assert.equal(failTimes(2).openUntil, null);
  assert.deepEqual(failTimes(3), {
    lastSuccessAt: null,
    lastFailureAt: START,
    error: { kind: 'unavailable', message: 'the vendor is unavailable' },
    failures: 3,
    openUntil: START + 8_000,
  });
});

test('the pause doubles with each failure, up to five minutes', () => {
  const pauses = [3, 4, 5, 6, 7, 8, 9, 50].map(
    (times) => (failTimes(times).openUntil ?? 0) - START,
  );
  assert.deepEqual(pauses, [8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
});

test('a long schedule does not make a long pause', () => {
  const cadence = { minIntervalMs: 3_600_000, maxIntervalMs: 86_400_000 };
  const error = failure('unauthorized');
  const health = afterFailure(UNTRIED, { error, cadence, now: START, random: 0 });
  assert.equal(health.openUntil, START + 300_000);
});

test('refused credentials pause at once, and for longer', () => {
  assert.equal(fail(UNTRIED, 'unauthorized').openUntil, START + 16_000);
});

test('a vendor that says how long to wait is left alone at once and for as long', () => {
  assert.equal(fail(UNTRIED, 'rate-limited', 30_000).openUntil, START + 30_000);
  assert.equal(fail(UNTRIED, 'unavailable', 900_000).openUntil, START + 900_000);
  assert.equal(fail(UNTRIED, 'rate-limited').openUntil, null);
});

test('the end of a pause is a whole millisecond', () => {
  for (const [kind, retryAfterMs] of [
    ['unauthorized', undefined],
    ['rate-limited', 0.25],
  ] as const) {
    const error = failure(kind, retryAfterMs);
    const given = { error, cadence: CADENCE, now: START, random: 0.12345 };
    const { openUntil } = afterFailure(UNTRIED, given);
    assert.ok(Number.isSafeInteger(openUntil), `${kind}: ${openUntil}`);
  }
});

test('a pause is over at its end, and then one careful try follows', () => {
  const health = failTimes(3);
  assert.equal(isOpen(health, START + 7_999), true);
  assert.equal(isOpen(health, START + 8_000), false);
  assert.equal(isOnProbation(health), true);
});

test('a success forgets the failures and remembers when the last one was', () => {
  const health = afterSuccess(failTimes(5), START + 60_000);
  assert.deepEqual(health, {
    lastSuccessAt: START + 60_000,
    lastFailureAt: START,
    error: null,
    failures: 0,
    openUntil: null,
  });
  assert.equal(isOnProbation(health), false);
  assert.equal(fail(health).lastSuccessAt, START + 60_000);
});

test('only what speaks against the whole provider counts against it', () => {
  const wide = Object.entries(PROVIDER_ERROR_MEANING)
    .filter(([, meaning]) => meaning.isProviderWide)
    .map(([kind]) => kind);
  assert.deepEqual(wide.toSorted(), ['rate-limited', 'timeout', 'unauthorized', 'unavailable']);
});
