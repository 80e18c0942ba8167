import assert from 'node:assert/strict';
import test from 'node:test';
import { at, startWorld } from '../support/world.ts';

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) {
    import { id revision job { phase outcome effect } counters { total succeeded failed }
      labels { key value } freshness { state } }
    userErrors { field code message }
  }
}`;

/** A synchronous import of three rows, two of which failed for one reason. */
const RESPONSE = {
  job_id: null,
  status: 'complete',
  total: 3,
  processed: 3,
  succeeded: 1,
  failed: 2,
  results: [
    { id: '182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e', created: true, existing: false, input_index: 0 },
    {
      id: null,
      created: false,
      input_index: 1,
      error: { code: 'invalid_value', message: 'email "a@example.com" is not valid' },
    },
    {
      id: null,
      created: false,
      input_index: 2,
      error: { code: 'invalid_value', message: 'email "b@example.com" is not valid' },
    },
  ],
};

const INPUT = { providerId: 'micro', externalId: 'night-load-1', response: RESPONSE };

test('a synchronous import is recorded from its response, once however often it is handed in', async (t) => {
  const world = await startWorld(t);
  const labels = [{ key: 'night', value: '2026-01-15' }];
  for (let round = 0; round < 3; round += 1) {
    const { data, errors } = await world.ask(RECORD, { input: { ...INPUT, labels } });
    assert.deepEqual(errors, []);
    assert.deepEqual(at(data, 'recordImport'), {
      import: {
        id: 'micro:night-load-1',
        revision: 1,
        job: { phase: 'FINISHED', outcome: 'COMPLETED_WITH_ERRORS', effect: 'SOME' },
        counters: { total: 3, succeeded: 1, failed: 2 },
        labels,
        freshness: { state: 'SETTLED' },
      },
      userErrors: [],
    });
  }
  assert.deepEqual(world.vendor('micro').requests, []);
});

test('a response that contradicts an end that is known is refused', async (t) => {
  const world = await startWorld(t);
  await world.ask(RECORD, { input: INPUT });
  const response = { ...RESPONSE, succeeded: 3, failed: 0, results: [] };
  const { data } = await world.ask(RECORD, { input: { ...INPUT, response } });
  assert.equal(at(data, 'recordImport.import'), null);
  assert.equal(at(data, 'recordImport.userErrors.0.code'), 'ALREADY_FINISHED');
});

test('a response that no vendor would send is refused, and nothing is kept', async (t) => {
  const world = await startWorld(t);
  for (const response of [
    null,
    'text',
    [],
    {},
    { status: 'complete' },
    { ...RESPONSE, job_id: 'another' },
  ]) {
    const { data, errors } = await world.ask(RECORD, { input: { ...INPUT, response } });
    if (response === null) {
      assert.equal(errors[0]?.extensions?.code, 'BAD_USER_INPUT');
      continue;
    }
    assert.deepEqual(errors, []);
    assert.equal(at(data, 'recordImport.userErrors.0.code'), 'INVALID_RESPONSE');
  }
  const { data } = await world.ask('{ imports { nodes { id } } }');
  assert.deepEqual(at(data, 'imports.nodes'), []);
});

test('only providers that say so accept responses', async (t) => {
  const world = await startWorld(t);
  const { data } = await world.ask('{ importProviders { id capabilities { acceptsResponses } } }');
  const providers = at(data, 'importProviders');
  assert.ok(Array.isArray(providers));
  for (const provider of providers) {
    const providerId = at(provider, 'id');
    const answer = await world.ask(RECORD, {
      input: { providerId, externalId: 'job-1', response: { ...RESPONSE, job_id: 'job-1' } },
    });
    const code = at(answer.data, 'recordImport.userErrors.0.code');
    const accepts = at(provider, 'capabilities.acceptsResponses');
    assert.equal(code === 'RESPONSES_NOT_ACCEPTED', accepts === false, String(providerId));
  }
});

const ROWS = `query ($id: ID!, $first: Int, $after: String) {
  import(id: $id) {
    rowErrors(first: $first, after: $after) {
      totalCount availability pageInfo { hasNextPage hasPreviousPage endCursor }
      nodes { id number numberBasis code message }
    }
    rowErrorGroups { code message count firstNumber lastNumber sample { number } }
  }
}`;

test('failed rows are paged in order and grouped by cause', async (t) => {
  const world = await startWorld(t);
  await world.ask(RECORD, { input: INPUT });
  const id = 'micro:night-load-1';
  const first = await world.ask(ROWS, { id, first: 1 });
  assert.deepEqual(at(first.data, 'import.rowErrors'), {
    totalCount: 2,
    availability: 'COMPLETE',
    pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: 'r1' },
    nodes: [
      {
        id: 'micro:night-load-1#1',
        number: 1,
        numberBasis: 'INPUT',
        code: 'invalid_value',
        message: 'email "a@example.com" is not valid',
      },
    ],
  });
  const second = await world.ask(ROWS, { id, first: 1, after: 'r1' });
  assert.equal(at(second.data, 'import.rowErrors.nodes.0.number'), 2);
  assert.equal(at(second.data, 'import.rowErrors.pageInfo.hasNextPage'), false);
  assert.deepEqual(at(second.data, 'import.rowErrorGroups'), [
    {
      code: 'invalid_value',
      message: 'email … is not valid',
      count: 2,
      firstNumber: 1,
      lastNumber: 2,
      sample: { number: 1 },
    },
  ]);
});

const VALUES = `query ($id: ID!) {
  import(id: $id) { rowErrors { nodes { message values } } }
}`;

test('values of a row need the scope for rows; everything else still answers', async (t) => {
  for (const scopes of [['imports:read'], ['imports:read', 'imports:rows']]) {
    const world = await startWorld(t, { service: { auth: { mode: 'none', scopes } } });
    // The published example of Qobra has one failed row, with its values.
    const { data, errors } = await world.ask(VALUES, { id: 'qobra:647a13fe875af4b4eb7133c2' });
    assert.match(String(at(data, 'import.rowErrors.nodes.0.message')), /could not convert/);
    if (scopes.includes('imports:rows')) {
      assert.deepEqual(errors, []);
      assert.equal(at(data, 'import.rowErrors.nodes.0.values.amount'), 'AAAAA');
    } else {
      assert.equal(errors[0]?.extensions?.code, 'MISSING_SCOPE');
      assert.match(errors[0]?.message ?? '', /imports:rows/);
      assert.equal(at(data, 'import.rowErrors.nodes.0.values'), null);
    }
  }
});
