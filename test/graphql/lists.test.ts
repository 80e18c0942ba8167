import assert from 'node:assert/strict';
import test from 'node:test';
import { at, startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { id position } userErrors { message } }
}`;

function response(succeeded: number, failed: number): Record<string, unknown> {
  const total = succeeded + failed;
  return { job_id: null, status: 'complete', total, processed: total, succeeded, failed };
}

/** Seven imports, the odd ones with failed rows; answers their ids, the oldest first. */
async function recordSeven(world: World): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 1; index <= 7; index += 1) {
    const input = {
      providerId: 'micro',
      externalId: `load-${index}`,
      response: response(10, index % 2),
      labels: [{ key: 'parity', value: index % 2 === 1 ? 'odd' : 'even' }],
    };
    const { data } = await world.ask(RECORD, { input });
    assert.deepEqual(at(data, 'recordImport.userErrors'), []);
    ids.push(`micro:load-${index}`);
  }
  return ids;
}

const LIST = `query ($filter: ImportFilter, $first: Int, $after: String) {
  imports(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

function idsOf(nodes: unknown): readonly unknown[] {
  assert.ok(Array.isArray(nodes));
  return nodes.map((node) => at(node, 'id'));
}

test('imports are paged from the newest change to the oldest, each once', async (t) => {
  const world = await startWorld(t);
  const ids = await recordSeven(world);
  const seen: unknown[] = [];
  let after: unknown = null;
  for (let page = 0; page < 3; page += 1) {
    const { data } = await world.ask(LIST, { first: 3, after });
    seen.push(...idsOf(at(data, 'imports.nodes')));
    assert.equal(at(data, 'imports.pageInfo.hasNextPage'), page < 2);
    assert.equal(at(data, 'imports.pageInfo.hasPreviousPage'), page > 0);
    after = at(data, 'imports.pageInfo.endCursor');
  }
  assert.deepEqual(seen, ids.toReversed());
});

test('every condition of a filter must hold', async (t) => {
  const world = await startWorld(t);
  const ids = await recordSeven(world);
  const odd = ids.filter((_, index) => index % 2 === 0);
  const cases: readonly (readonly [Record<string, unknown>, readonly unknown[]])[] = [
    [{}, ids],
    [{ outcomes: ['COMPLETED_WITH_ERRORS'] }, odd],
    [{ labels: [{ key: 'parity', value: 'odd' }] }, odd],
    [{ labels: [{ key: 'parity', value: 'none' }] }, []],
    [{ outcomes: ['SUCCEEDED'], labels: [{ key: 'parity', value: 'odd' }] }, []],
    [{ phases: ['FINISHED'] }, ids],
    [{ phases: ['RUNNING', 'QUEUED'] }, []],
    [{ phases: [] }, []],
    [{ providerIds: ['qobra'] }, []],
    [{ providerIds: ['micro', 'qobra'] }, ids],
    [{ ids: ids.slice(0, 2) }, ids.slice(0, 2)],
    [{ changedSince: '2000-01-01T00:00:00Z' }, ids],
    [{ changedSince: '2999-01-01T00:00:00+01:00' }, []],
  ];
  for (const [filter, expected] of cases) {
    const { data, errors } = await world.ask(LIST, { filter });
    assert.deepEqual(errors, []);
    const found = idsOf(at(data, 'imports.nodes'));
    assert.deepEqual(found, expected.toReversed(), JSON.stringify(filter));
  }
});

test('changes are paged from the oldest, and asking again with the end position finds nothing twice', async (t) => {
  const world = await startWorld(t);
  const ids = await recordSeven(world);
  const query = `query ($after: String) {
    importChanges(after: $after, first: 3) { nodes { position import { id position } } endPosition hasMore }
  }`;
  const seen: unknown[] = [];
  let after: unknown = null;
  for (let page = 0; page < 3; page += 1) {
    const { data } = await world.ask(query, { after });
    const nodes = at(data, 'importChanges.nodes');
    assert.ok(Array.isArray(nodes));
    for (const node of nodes) {
      assert.equal(at(node, 'position'), at(node, 'import.position'));
      seen.push(at(node, 'import.id'));
    }
    assert.equal(at(data, 'importChanges.hasMore'), page < 2);
    after = at(data, 'importChanges.endPosition');
  }
  assert.deepEqual(seen, ids);
  const { data } = await world.ask(query, { after });
  assert.deepEqual(at(data, 'importChanges.nodes'), []);
  assert.equal(at(data, 'importChanges.endPosition'), after);
});

test('the history of an import has every revision, dense and in order', async (t) => {
  const world = await startWorld(t);
  const input = { providerId: 'micro', externalId: 'load' };
  const running = {
    job_id: null,
    status: 'processing',
    total: 10,
    processed: 4,
    succeeded: 4,
    failed: 0,
  };
  await world.ask(RECORD, { input: { ...input, response: running } });
  await world.ask(RECORD, { input: { ...input, response: response(10, 0) } });
  const query = `query ($first: Int, $after: String) {
    import(id: "micro:load") {
      revision position
      history(first: $first, after: $after) {
        nodes { revision position phase outcome effect counters { processed } providerStatus }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  const { data } = await world.ask(query);
  assert.equal(at(data, 'import.revision'), 2);
  assert.equal(at(data, 'import.history.nodes.1.position'), at(data, 'import.position'));
  assert.notEqual(at(data, 'import.history.nodes.0.position'), at(data, 'import.position'));
  const shown = await world.ask(query.replace('revision position phase', 'revision phase'));
  assert.deepEqual(at(shown.data, 'import.history.nodes'), [
    {
      revision: 1,
      phase: 'RUNNING',
      outcome: null,
      effect: 'SOME',
      counters: { processed: 4 },
      providerStatus: 'processing',
    },
    {
      revision: 2,
      phase: 'FINISHED',
      outcome: 'SUCCEEDED',
      effect: 'ALL',
      counters: { processed: 10 },
      providerStatus: 'complete',
    },
  ]);
  const page = await world.ask(query, { first: 1 });
  assert.equal(at(page.data, 'import.history.pageInfo.hasNextPage'), true);
  const rest = await world.ask(query, {
    after: at(page.data, 'import.history.pageInfo.endCursor'),
  });
  assert.equal(at(rest.data, 'import.history.nodes.0.revision'), 2);
});
