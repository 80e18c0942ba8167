import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportRow } from '../../../src/domain/row.ts';
import {
  countErrors,
  readFailedRow,
} from '../../../src/providers/marketing-cloud/validation-rows.ts';
import {
  ValidationResult,
  ValidationSummary,
} from '../../../src/providers/marketing-cloud/validation-wire.ts';

const ROW = {
  rowId: 7,
  validationErrorType: 'InvalidDate',
  validationErrorCodeId: 3,
  validationErrorDetails: 'The value "31.02.2026" of "Birthday" is not a date',
};

function rowsOf(answer: unknown): readonly ImportRow[] {
  return ValidationResult.parse(answer).map(readFailedRow);
}

function rowOf(row: unknown): ImportRow {
  const [read, ...others] = rowsOf([row]);
  assert.ok(read);
  assert.deepEqual(others, []);
  return read;
}

test('reads a failed row', () => {
  assert.deepEqual(rowOf(ROW), {
    outcome: 'FAILED',
    number: 7,
    furtherNumbers: [],
    numberBasis: 'UNSTATED',
    resource: null,
    recordId: null,
    failure: {
      code: 'InvalidDate',
      message: 'The value "31.02.2026" of "Birthday" is not a date',
      detail: null,
      values: null,
      valuesForm: 'NONE',
    },
  });
});

for (const [rowId, number] of [
  [0, 0],
  [12, 12],
  ['12', 12],
  ['007', 7],
  [9_007_199_254_740_991, 9_007_199_254_740_991],
  [1e20, null],
  ['99999999999999999999', null],
  [-1, null],
  [1.5, null],
  ['', null],
  ['row 12', null],
  [true, null],
  [{}, null],
  [null, null],
  [undefined, null],
] as const) {
  test(`reads the rowId ${JSON.stringify(rowId)} as ${number}`, () => {
    assert.equal(rowOf({ ...ROW, rowId }).number, number);
  });
}

const NO_REASON = 'Marketing Cloud does not say why this row failed.';

// Type, code id, details -> code, message.
for (const [type, codeId, details, code, message] of [
  ['InvalidDate', 3, 'Birthday', 'InvalidDate', 'Birthday'],
  ['InvalidDate', 3, 42, 'InvalidDate', '42'],
  ['InvalidDate', 3, undefined, 'InvalidDate', 'InvalidDate'],
  ['InvalidDate', 3, ' ', 'InvalidDate', 'InvalidDate'],
  ['InvalidDate', 3, { field: 'Birthday' }, 'InvalidDate', 'InvalidDate'],
  ['', 3, 'Birthday', '3', 'Birthday'],
  [null, 3, null, '3', NO_REASON],
  [null, '3', null, '3', NO_REASON],
  [undefined, undefined, 'Birthday', null, 'Birthday'],
  [undefined, undefined, undefined, null, NO_REASON],
  [['InvalidDate'], {}, true, null, NO_REASON],
] as const) {
  test(`reads ${JSON.stringify([type, codeId, details])} as ${code}: ${message}`, () => {
    const { failure } = rowOf({
      rowId: 1,
      validationErrorType: type,
      validationErrorCodeId: codeId,
      validationErrorDetails: details,
    });
    assert.deepEqual([failure?.code, failure?.message], [code, message]);
  });
}

test('keeps an entry that cannot be read, in its place', () => {
  for (const entry of [null, 'Anna Schmidt', 7, [ROW]]) {
    const [first, broken, last] = rowsOf([ROW, entry, { ...ROW, rowId: 9 }]);
    assert.deepEqual([first?.number, last?.number], [7, 9]);
    assert.equal(broken?.outcome, 'FAILED');
    assert.deepEqual([broken.number, broken.failure?.code], [null, null]);
    assert.match(broken.failure?.message ?? '', /not an object/);
    assert.doesNotMatch(broken.failure?.message ?? '', /Anna/);
  }
});

test('finds the rows bare, or under each name that they may have', () => {
  const names = [
    'importValidationResult',
    'importValidationResults',
    'importValidationDetails',
    'importValidationSummary',
    'items',
    'results',
  ];
  for (const answer of [[ROW], ...names.map((name) => ({ id: '1', [name]: [ROW] }))]) {
    assert.deepEqual(rowsOf(answer), [rowOf(ROW)]);
  }
});

test('prefers rows to the numbers that stand beside them', () => {
  const answer = {
    importValidationSummary: [{ validationErrorType: 'InvalidDate', errorsCount: 1 }],
    importValidationResult: [ROW],
  };
  assert.deepEqual(rowsOf(answer), [rowOf(ROW)]);
});

test('reads an empty list as no rows', () => {
  assert.deepEqual(rowsOf({ id: '1', importValidationResult: [] }), []);
  assert.deepEqual(rowsOf([]), []);
});

const NO_RESULTS = {
  'an object without a list': { id: '1' },
  'a list under another name': { rows: [ROW] },
  'an object in place of the list': { importValidationResult: { rows: [ROW] } },
  'a text': 'none',
  'a number': 7,
  null: null,
  'numbers of rows in place of rows': {
    importValidationSummary: [{ validationErrorType: 'InvalidDate', errorsCount: 2 }],
  },
};

for (const [what, answer] of Object.entries(NO_RESULTS)) {
  test(`does not take ${what} for failed rows`, () => {
    const parsed = ValidationResult.safeParse(answer);
    assert.equal(parsed.success, false);
    assert.doesNotMatch(parsed.error.message, /Birthday/);
  });
}

for (const [list, count] of [
  [[], 0],
  [[{ errorsCount: 2 }], 2],
  [[{ errorsCount: 2 }, { errorsCount: '3' }, { errorsCount: 0 }], 5],
  [[{ errorsCount: 2 }, { validationErrorType: 'InvalidDate' }], null],
  [[{ errorsCount: -1 }], null],
  [[{ errorsCount: 'many' }], null],
  [['InvalidDate'], null],
  ['many', null],
  [null, null],
  [undefined, null],
] as const) {
  test(`counts ${count} failed rows in the summary ${JSON.stringify(list)}`, () => {
    const summary = ValidationSummary.parse({ id: '1', importValidationSummary: list });
    assert.equal(countErrors(summary), count);
  });
}

test('does not take what is no object for a summary', () => {
  for (const answer of [null, 'none', 7, [{ errorsCount: 2 }]]) {
    assert.equal(ValidationSummary.safeParse(answer).success, false);
  }
});
