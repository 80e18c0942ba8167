import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { createErrorMask, graphError } from '../../src/graphql/errors.ts';

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

test('what a caller can act on is passed on with its code and without a stack', () => {
  const mask = createErrorMask(pino({ level: 'silent' }));
  const error = graphError('INVALID_CURSOR', 'after: is not a cursor');
  const formatted = { ...error.toJSON(), extensions: { ...error.extensions, stacktrace: ['x'] } };
  assert.deepEqual(mask(formatted, error), {
    message: 'after: is not a cursor',
    extensions: { code: 'INVALID_CURSOR' },
  });
});
