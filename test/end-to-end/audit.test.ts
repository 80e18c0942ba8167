import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { auditServer } from 'graphql-http';
import { startWorld } from '../support/world.ts';

/** What is not met, and why not. */
const UNMET: readonly string[] = [
  // A GET that says nothing of its own is one that any page can have a browser send: CSRF prevention.
  'notice 5A70',
];

/** What else is not met where the schema cannot be asked for, by audits that ask for it. */
const ASKING_FOR_THE_SCHEMA: readonly string[] = [
  'warn 2EA1',
  'error 28B9',
  'notice D6D5',
  'notice 6A70',
];

async function audit(t: TestContext, isIntrospectionOn: boolean): Promise<readonly string[]> {
  const world = await startWorld(t, {
    service: { graphiql: false, introspection: isIntrospectionOn },
  });
  const results = await auditServer({ url: `${world.app.url}/graphql` });
  assert.equal(results.length, 61);
  return results.filter(({ status }) => status !== 'ok').map(({ status, id }) => `${status} ${id}`);
}

test('it speaks GraphQL over HTTP to the letter', async (t) => {
  assert.deepEqual(await audit(t, true), UNMET);
});

test('where the schema is hidden, only what asks for it differs', async (t) => {
  assert.deepEqual(await audit(t, false), [...UNMET, ...ASKING_FOR_THE_SCHEMA]);
});
