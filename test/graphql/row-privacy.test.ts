import assert from 'node:assert/strict';
import test from 'node:test';
import type { JobError } from '../../src/domain/job.ts';
import { finishedJob, resource, rowError } from '../support/builders.ts';
import { keepRows, startWorldWith } from '../support/kept-rows.ts';
import { at } from '../support/world.ts';
import type { World } from '../support/world.ts';

const ERROR: JobError = {
  code: 'E1',
  message: 'row 12 of "Ann Smith" has ann@example.com',
  detail: "see 'Smith' and 12.5",
};

const STRIPPED = { message: 'row … of … has …', detail: 'see … and …' };

const FAILED = {
  number: 12,
  code: 'E1',
  message: ERROR.message,
  detail: ERROR.detail,
  values: { name: 'Ann Smith' },
};

/** A world that knows one import with one failed row, and a caller with these scopes. */
function startWorldFor(
  t: Parameters<typeof startWorldWith>[0],
  scopes: readonly string[],
): Promise<World> {
  return startWorldWith(
    t,
    (ledger) =>
      keepRows(ledger, {
        rows: [rowError(FAILED)],
        state: {
          job: finishedJob({ outcome: 'FAILED', error: ERROR }),
          resources: [resource({ error: ERROR })],
          rowErrors: { availability: 'COMPLETE', totalCount: 1, limit: null },
        },
      }),
    { service: { auth: { mode: 'none', scopes } } },
  );
}

const TEXTS = `{
  import(id: "micro:load") {
    job { error { code message detail } }
    resources { error { message detail } }
    rows { nodes { error { code message detail valuesForm } } }
    rowErrors { nodes { message detail } }
    rowErrorGroups { message sample { message detail } }
  }
}`;

test('without the scope for rows, no text of the vendor quotes one', async (t) => {
  const world = await startWorldFor(t, ['imports:read', 'imports:write']);
  const { data, errors } = await world.ask(TEXTS);
  assert.deepEqual(errors, []);
  assert.deepEqual(at(data, 'import'), {
    job: { error: { code: 'E1', ...STRIPPED } },
    resources: [{ error: STRIPPED }],
    rows: { nodes: [{ error: { code: 'E1', ...STRIPPED, valuesForm: 'VERBATIM' } }] },
    rowErrors: { nodes: [STRIPPED] },
    rowErrorGroups: [{ message: STRIPPED.message, sample: STRIPPED }],
  });
  assert.doesNotMatch(JSON.stringify(data), /Ann|Smith|example|12/);
});

test('with it, they are what the vendor said, and only groups have their values taken out', async (t) => {
  const world = await startWorldFor(t, ['imports:read', 'imports:rows']);
  const { data, errors } = await world.ask(TEXTS);
  assert.deepEqual(errors, []);
  const { message, detail } = ERROR;
  assert.deepEqual(at(data, 'import'), {
    job: { error: { code: 'E1', message, detail } },
    resources: [{ error: { message, detail } }],
    rows: { nodes: [{ error: { code: 'E1', message, detail, valuesForm: 'VERBATIM' } }] },
    rowErrors: { nodes: [{ message, detail }] },
    rowErrorGroups: [{ message: STRIPPED.message, sample: { message, detail } }],
  });
});

const VALUES = `{
  import(id: "micro:load") {
    rows { nodes { error { values } } }
    rowErrors { nodes { values } }
    rowErrorGroups { sample { values } }
  }
}`;

test('values are refused wherever they stand, one error each, and the rest answers', async (t) => {
  const world = await startWorldFor(t, ['imports:read']);
  const { data, errors } = await world.ask(VALUES);
  assert.deepEqual(at(data, 'import'), {
    rows: { nodes: [{ error: { values: null } }] },
    rowErrors: { nodes: [{ values: null }] },
    rowErrorGroups: [{ sample: { values: null } }],
  });
  assert.deepEqual(
    errors.map(({ extensions }) => extensions?.code),
    ['MISSING_SCOPE', 'MISSING_SCOPE', 'MISSING_SCOPE'],
  );
  assert.doesNotMatch(JSON.stringify(errors), /Ann/);
});

test('whether a row has values is told by their form, without the scope for them', async (t) => {
  const world = await startWorldWith(
    t,
    (ledger) => keepRows(ledger, { rows: [rowError({ valuesForm: 'DROPPED' })] }),
    { service: { auth: { mode: 'none', scopes: ['imports:read'] } } },
  );
  const { data, errors } = await world.ask(
    '{ import(id: "micro:load") { rowErrors { nodes { values valuesForm } } } }',
  );
  assert.equal(at(errors, '0.extensions.code'), 'MISSING_SCOPE');
  assert.deepEqual(at(data, 'import.rowErrors.nodes'), [{ values: null, valuesForm: 'DROPPED' }]);
});
