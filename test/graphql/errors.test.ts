import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { createErrorMask, graphError, isOutage, OUTAGE } from '../../src/graphql/errors.ts';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';

test('a fault of ours is hidden behind a reference, and the log has it with its cause', () => {
  const lines: string[] = [];
  const mask = createErrorMask(pino({}, { write: (line) => lines.push(line) }));
  const originalError = new Error('disk I/O error at /secret/path');
  const error = new GraphQLError(originalError.message, { path: ['imports'], originalError });
  const masked = mask(error.toJSON(), error);
  assert.equal(masked.extensions?.['code'], 'INTERNAL_SERVER_ERROR');
  assert.deepEqual(masked.path, ['imports']);
  assert.doesNotMatch(JSON.stringify(masked), /secret/);
  const reference = String(masked.extensions['reference']);
  assert.match(masked.message, new RegExp(reference));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', new RegExp(reference));
  assert.match(lines[0] ?? '', /disk I\/O error/);
});

test('what GraphQL says of wrong input has a code, and what it says of a resolver is hidden', () => {
  const mask = createErrorMask(pino({ level: 'silent' }));
  const messages = [
    ['Argument "id" of non-null type "ID!" must not be null.', 'BAD_USER_INPUT'],
    ['Variable "$id" got invalid value 7', 'BAD_USER_INPUT'],
    ['Expected Iterable, but did not find one for field "Query.a".', 'INTERNAL_SERVER_ERROR'],
    ['Int cannot represent non-integer value: "a secret"', 'INTERNAL_SERVER_ERROR'],
  ] as const;
  for (const [message, code] of messages) {
    const error = new GraphQLError(message);
    // Apollo Server gives a code to each error that has none.
    const formatted = { message, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    for (const shown of [formatted, error.toJSON()]) {
      assert.equal(mask(shown, error).extensions?.['code'], code, message);
    }
    assert.equal(mask(formatted, error).message === message, code === 'BAD_USER_INPUT');
  }
});

test('what a caller can act on is passed on with its code and without a stack', () => {
  const mask = createErrorMask(pino({ level: 'silent' }));
  const error = graphError('INVALID_CURSOR', 'after: is not a cursor');
  const formatted = { ...error.toJSON(), extensions: { ...error.extensions, stacktrace: ['x'] } };
  assert.deepEqual(mask(formatted, error), {
    message: 'after: is not a cursor',
    extensions: { code: 'INVALID_CURSOR' },
  });
});

test('a store that cannot be reached has a code of its own, however deep it failed, and no reference', () => {
  const lines: string[] = [];
  const told: unknown[] = [];
  const mask = createErrorMask(pino({}, { write: (line) => lines.push(line) }), {
    onOutage: (error) => told.push(error),
  });
  const outage = new StoreUnavailableError('no store at 10.0.0.1');
  const inner = new GraphQLError('inner', { originalError: outage });
  const error = new GraphQLError('outer', { path: ['imports'], originalError: inner });
  const masked = mask(error.toJSON(), error);
  assert.deepEqual(masked, {
    message: OUTAGE.message,
    path: ['imports'],
    extensions: { code: 'STORE_UNAVAILABLE' },
  });
  assert.deepEqual([told, lines], [[outage], []]);
  const other = { message: 'other', extensions: { code: 'IMPORT_NOT_FOUND' } };
  assert.ok(isOutage({ data: null, errors: [masked] }));
  assert.ok(!isOutage({ data: { imports: null }, errors: [masked] }));
  assert.ok(!isOutage({ data: null, errors: [masked, other] }));
  assert.ok(!isOutage({ data: null }));
});
