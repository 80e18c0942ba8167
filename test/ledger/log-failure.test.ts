import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { StoreUnavailableError } from '../../src/ledger/ledger.ts';
import { logFailure } from '../../src/ledger/log-failure.ts';

test('a bug is logged with its stack, and a store that is away by nobody who asks it', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const options = { logger, provider: { id: 'catalog' }, url: 'postgres://user:secret@host/db' };
  logFailure(options, new StoreUnavailableError('no store'), 'it broke off');
  assert.deepEqual(lines, []);
  logFailure(options, new TypeError('a bug'), 'it broke off');
  assert.equal(lines.length, 1);
  assert.match(lines.join(), /"providerId":"catalog".*log-failure\.test.*"msg":"it broke off"/);
  assert.doesNotMatch(lines.join(), /secret/);
});
