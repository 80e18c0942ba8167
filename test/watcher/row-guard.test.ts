import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOf } from '../../src/domain/cause.ts';
import type { ImportRow, RowFailure } from '../../src/domain/row.ts';
import { createRowGuard } from '../../src/watcher/row-guard.ts';
import type { RowGuard, RowValuesPolicy } from '../../src/watcher/row-guard.ts';
import { finish, finishedJob, resource, row, rowError } from '../support/builders.ts';

const KEEP = createRowGuard({ kind: 'keep' });
const DROP = createRowGuard({ kind: 'drop' });
const HASH = hashing('the key of this environment');

function hashing(key: string): RowGuard {
  return createRowGuard({ kind: 'hash', key });
}

/** What is kept of a failed row. */
function failure(guard: RowGuard, changes: Partial<ImportRow & RowFailure>): RowFailure {
  const kept = guard.row(rowError(changes)).failure;
  assert.ok(kept);
  return kept;
}

/** What a text, a number or a truth value becomes. */
function hashOf(value: unknown, guard: RowGuard = HASH): string {
  return String(failure(guard, { values: { value } }).values?.['value']);
}

const ANNA = {
  code: 'DUPLICATE',
  message: 'Value "Anna" of Anna Smith is taken',
  detail: 'see anna@example.com, row 7',
  values: { first: 'Anna', name: 'Anna Smith', age: 42 },
};

describe('of a failed row', () => {
  test('everything stays when it is to be kept', () => {
    assert.deepEqual(failure(KEEP, ANNA), { ...ANNA, valuesForm: 'VERBATIM' });
  });

  test('no value stays when they are to be dropped, and the reason does', () => {
    assert.deepEqual(failure(DROP, ANNA), {
      code: 'DUPLICATE',
      message: 'Value … of … is taken',
      detail: 'see …, row …',
      values: null,
      valuesForm: 'DROPPED',
    });
  });

  test('each value becomes its hash when they are to be hashed', () => {
    const [anna, smith, age] = [hashOf('Anna'), hashOf('Anna Smith'), hashOf(42)];
    assert.deepEqual(failure(HASH, ANNA), {
      code: 'DUPLICATE',
      message: `Value ${anna} of ${smith} is taken`,
      detail: `see ${hashOf('anna@example.com')}, row ${hashOf(7)}`,
      values: { first: anna, name: smith, age },
      valuesForm: 'HASHED',
    });
    assert.match(anna, /^#[\w-]{16}$/);
    assert.equal(new Set([anna, smith, age]).size, 3);
  });

  test('that has no values, none are made up', () => {
    for (const guard of [KEEP, DROP, HASH]) {
      const kept = failure(guard, { values: null });
      assert.equal(kept.values, null);
      assert.equal(kept.valuesForm, 'NONE');
    }
  });

  test('what is beside the failure stays as it is', () => {
    const given = { number: 7, furtherNumbers: [8], resource: 'ASSET', recordId: '42' };
    for (const guard of [KEEP, DROP, HASH]) {
      const { failure: _, ...kept } = guard.row(rowError(given));
      assert.deepEqual(kept, { outcome: 'FAILED', numberBasis: 'LINE', ...given });
    }
  });
});

test('a row that did not fail passes as it is', () => {
  for (const guard of [KEEP, DROP, HASH]) assert.deepEqual(guard.row(row()), row());
});

test('the same value has the same hash, wherever it stands', () => {
  const hash = hashOf('Anna Smith');
  const values = { name: 'Anna Smith' };
  for (const message of [
    'the name "Anna Smith" is taken',
    "the name 'Anna Smith' is taken",
    'the name “Anna Smith” is taken',
    'the name Anna Smith is taken',
    'the name (Anna Smith) is taken',
  ]) {
    const kept = failure(HASH, { message, values }).message;
    assert.match(kept, /^the name \(?#[\w-]{16}\)? is taken$/);
    assert.ok(kept.includes(hash), message);
  }
  assert.equal(failure(HASH, { message: '"Anna Smith"' }).message, hash);
});

for (const [what, value, message] of [
  ['a number and its text', 1204, 'must be below 1204.'],
  ['a short number and its text', 42, 'must be below 42.'],
  ['a negative number and its text', -4.5, 'is -4.5, too little'],
  ['an address at the end of a sentence', 'anna@example.com', 'sent to anna@example.com.'],
  ['an address in brackets', 'anna@example.com', 'sent (anna@example.com)'],
  ['an instant', '2026-01-15T10:00:00Z', 'is late: 2026-01-15T10:00:00Z'],
  ['an instant with a zone', '2026-01-15T10:00:00.5+02:00', 'at 2026-01-15T10:00:00.5+02:00, late'],
  ['an id', '0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50', 'no 0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50'],
] as const) {
  test(`${what} have one hash, also where the vendor sends no values`, () => {
    const hash = hashOf(value);
    for (const values of [{ value }, null]) {
      const kept = failure(HASH, { message, values }).message;
      assert.equal(kept, message.replace(String(value), hash));
    }
  });
}

test('a value with quotes in it is found, quoted or not', () => {
  const values = { name: 'Anna "Ann" O\'Neill' };
  const hash = hashOf(values.name);
  for (const [message, kept] of [
    ['the name Anna "Ann" O\'Neill is taken', `the name ${hash} is taken`],
    ['the name "Anna "Ann" O\'Neill" is taken', `the name ${hash} is taken`],
  ] as const) {
    assert.equal(failure(HASH, { message, values }).message, kept);
    assert.equal(failure(DROP, { message, values }).message, 'the name … is taken');
  }
});

test('a value in a longer one has its hash only where it stands alone', () => {
  const values = { city: 'York', state: 'New York' };
  const message = 'York is not in New York, "New York City"';
  assert.equal(
    failure(HASH, { message, values }).message,
    `${hashOf('York')} is not in ${hashOf('New York')}, ${hashOf('New York City')}`,
  );
});

test('two guards with one key agree, and one with another key does not', () => {
  const other = hashing('the key of another environment');
  assert.equal(hashOf('Anna', hashing('the key of this environment')), hashOf('Anna'));
  assert.notEqual(hashOf('Anna', other), hashOf('Anna'));
  assert.notEqual(failure(other, ANNA).message, failure(HASH, ANNA).message);
});

test('a hash stays what it is when it comes by again as a value', () => {
  const once = failure(HASH, { message: 'the name "Anna" is taken' }).message;
  assert.notEqual(failure(HASH, { message: once }).message, once);
  assert.equal(failure(DROP, { message: once }).message, 'the name … is taken');
});

test('rows that failed for one reason have one cause, whatever is kept of their values', () => {
  for (const guard of [KEEP, DROP, HASH]) {
    const causes = ['Anna', 'Bob', 'Łukasz', '7', ''].map((name) =>
      causeOf(failure(guard, { message: `the name "${name}" is taken` }).message),
    );
    assert.deepEqual(new Set(causes), new Set(['the name … is taken']));
  }
});

test('lists and objects in values are hashed leaf by leaf, and null stays null', () => {
  const { values } = failure(HASH, {
    values: { a: ['Anna', null, { b: 'Anna', c: [] }], d: null, e: true },
  });
  const anna = hashOf('Anna');
  assert.deepEqual(values, { a: [anna, null, { b: anna, c: [] }], d: null, e: hashOf('true') });
});

test('a name like __proto__ hides no value', () => {
  const values = JSON.parse('{"__proto__": {"name": "Anna"}, "constructor": "Bob"}');
  const kept = JSON.stringify(failure(HASH, { values, message: 'Anna or Bob' }));
  assert.ok(!/Anna|Bob/.test(kept));
  assert.match(kept, /"__proto__":\{"name":"#/);
});

for (const [what, values] of [
  ['more than 64 KiB', { name: 'Anna', note: 'x'.repeat(70_000) }],
  ['65 levels deep', { name: 'Anna', deep: nested(64) }],
  ['100,000 levels deep', { name: 'Anna', deep: nested(100_000) }],
  ['a list of a million items', { name: 'Anna', list: Array.from({ length: 1_000_000 }, () => 1) }],
] as const) {
  test(`values that are ${what} are told, not kept, and not quoted either`, () => {
    const message = 'the name Anna is taken';
    for (const [guard, form] of [
      [KEEP, 'OVERSIZED'],
      [HASH, 'OVERSIZED'],
      [DROP, 'DROPPED'],
    ] as const) {
      const kept = failure(guard, { message, values });
      assert.equal(kept.values, null);
      assert.equal(kept.valuesForm, form);
      assert.equal(kept.message.includes('Anna'), guard === KEEP);
    }
  });
}

function nested(levels: number): Readonly<Record<string, unknown>> {
  let values: Readonly<Record<string, unknown>> = { leaf: 1 };
  for (let level = 1; level < levels; level += 1) values = { inner: values };
  return values;
}

describe('what a look says of a job', () => {
  const error = { code: 'E1001', message: 'row "Anna" failed', detail: 'see anna@example.com' };
  const seen = finish({
    job: finishedJob({ message: 'row "Anna" failed', error, explanation: 'COMPLETED reads so' }),
    resources: [
      resource({
        key: 'ASSET 7',
        error,
        categories: [resource({ error: { ...error, detail: null }, categories: [resource()] })],
      }),
    ],
  });

  test('stays as it is when values are to be kept', () => {
    assert.deepEqual(KEEP.observation(seen), seen);
  });

  const hashes = [hashOf('Anna'), hashOf('anna@example.com')] as const;
  for (const [guard, anna, address] of [
    [DROP, '…', '…'],
    [HASH, ...hashes],
  ] as const) {
    test('quotes no value else, at any depth', () => {
      const guarded = { code: 'E1001', message: `row ${anna} failed`, detail: `see ${address}` };
      const { job, resources, ...rest } = guard.observation(seen);
      const { job: seenJob, resources: seenResources, ...seenRest } = seen;
      assert.deepEqual(rest, seenRest);
      assert.deepEqual(job, { ...seenJob, message: `row ${anna} failed`, error: guarded });
      const [first] = resources;
      assert.deepEqual(first?.error, guarded);
      assert.equal(first.key, 'ASSET 7');
      assert.deepEqual(first.categories[0]?.error, { ...guarded, detail: null });
      assert.deepEqual(
        first.categories[0]?.categories,
        seenResources[0]?.categories[0]?.categories,
      );
    });
  }

  test('is the same for a job without an error', () => {
    const policies: readonly RowValuesPolicy[] = [{ kind: 'drop' }, { kind: 'hash', key: 'k' }];
    for (const policy of policies) {
      assert.deepEqual(createRowGuard(policy).observation(finish()), finish());
    }
  });
});
