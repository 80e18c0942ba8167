import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportRow, RowFailure } from '../../src/domain/row.ts';
import { createRowGuard } from '../../src/watcher/row-guard.ts';
import type { RowGuard } from '../../src/watcher/row-guard.ts';
import { row, rowError } from '../support/builders.ts';

const KEEP = createRowGuard({ kind: 'keep' });
const DROP = createRowGuard({ kind: 'drop' });
const HASH = createRowGuard({ kind: 'hash', key: 'the key of this environment' });

/** What is kept of a failed row. */
function failure(guard: RowGuard, changes: Partial<ImportRow & RowFailure>): RowFailure {
  const kept = guard.row(rowError(changes)).failure;
  assert.ok(kept);
  return kept;
}

describe('a text of a megabyte', () => {
  const FILLER = 'word '.repeat(200_000);

  for (const guard of [KEEP, DROP, HASH]) {
    test('is cut', () => {
      const long = { code: 'C'.repeat(1_000_000), message: FILLER, detail: FILLER };
      const kept = failure(guard, long);
      assert.equal(kept.code?.length, 401);
      assert.equal(kept.message.length, 4_001);
      assert.equal(kept.detail?.length, 16_001);
      for (const text of [kept.code, kept.message, kept.detail]) assert.equal(text?.at(-1), '…');
      assert.equal(guard.row(row({ recordId: '7'.repeat(1_000_000) })).recordId?.length, 401);
    });
  }

  for (const quote of ['"', "'", '“', '‘', "N'"]) {
    test(`keeps nothing of a value that ${quote} opens and nothing closes`, () => {
      const secret = 'Anna Smith '.repeat(100_000);
      for (const guard of [DROP, HASH]) {
        const kept = failure(guard, { message: `the name ${quote}${secret}`, detail: secret });
        assert.match(kept.message, /^the name N?…+$/);
      }
    });
  }

  test('keeps nothing of a known value that it is cut in', () => {
    const secret = 'Anna Maria Smith of Berlin';
    for (let before = 31_960; before < 32_010; before += 1) {
      // Hidden values make the rest of a text short enough to be kept.
      const long = `"${'x'.repeat(before - 10)}" and ${secret} ${FILLER}`;
      for (const guard of [DROP, HASH]) {
        const kept = failure(guard, {
          message: long,
          values: { secret, city: 'Smith of Berlin word' },
        });
        assert.ok(!/Anna|Maria|Smith|Berlin/.test(kept.message), kept.message.slice(0, 100));
      }
    }
  });

  test('keeps nothing of a value that is all of it', () => {
    const secret = 'Anna Smith '.repeat(5_000);
    for (const guard of [DROP, HASH]) {
      const kept = failure(guard, { message: `${secret}is too long`, values: { secret } });
      assert.ok(!kept.message.includes('Anna'));
    }
  });

  test('keeps nothing of a number, an id or an address that it is cut in', () => {
    for (const value of ['9'.repeat(60), `anna.smith@${'example.'.repeat(6)}com`]) {
      for (let before = 31_940; before < 32_000; before += 7) {
        const long = `"${'x'.repeat(before)}" and ${value} ${FILLER}`;
        assert.ok(!/anna|example|9/.test(failure(DROP, { message: long }).message));
      }
    }
  });
});

test('nothing is kept of a value that the vendor cut', () => {
  for (const [message, kept] of [
    ['the name "Anna Smi', 'the name …'],
    ["the name 'Anna Smi", 'the name …'],
    ['it is not “Anna Smi', 'it is not …'],
    ["it's not the user's", "it's not the user's"],
    ["l'été d'Anna", "l'été d'Anna"],
  ] as const) {
    assert.equal(failure(DROP, { message }).message, kept);
  }
  assert.equal(failure(HASH, { message: 'the name "Anna Smi' }).message, 'the name …');
});
