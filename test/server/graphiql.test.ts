import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import test from 'node:test';
import { parse } from 'graphql';
import { renderGraphiqlPage } from '../../src/server/graphiql.ts';
import { createGraphiqlFetcher, fetcherScript } from '../../src/server/graphiql-fetcher.ts';
import type { GraphiqlFetcher } from '../../src/server/graphiql-fetcher.ts';
import { Line } from '../support/line.ts';
import { at, next, startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { userErrors { message } }
}`;
const FOLLOW = `subscription {
  importChanged(id: "micro:load") { import { revision } end { reason } }
}`;

/** Hands in a state of a load of four rows. */
async function report(world: World, processed: number): Promise<void> {
  const status = processed === 4 ? 'complete' : 'processing';
  const counts = { total: 4, processed, succeeded: processed, failed: 0 };
  const response = { job_id: null, status, ...counts };
  const input = { providerId: 'micro', externalId: 'load', response };
  const { data } = await world.ask(RECORD, { input });
  assert.deepEqual(at(data, 'recordImport.userErrors'), []);
}

function ask(fetcher: GraphiqlFetcher, query: string): ReturnType<GraphiqlFetcher> {
  return fetcher({ query }, { documentAST: parse(query) });
}

async function follow(t: test.TestContext): Promise<{
  readonly world: World;
  readonly cut: () => void;
  readonly revision: () => Promise<unknown>;
  readonly events: AsyncIterator<unknown>;
}> {
  const poll = { minInterval: '1h', maxInterval: '1h' };
  const world = await startWorld(t, { provider: { poll } });
  await report(world, 1);
  const line = await Line.lay(t);
  line.leadTo(world.app.url);
  const endpoint = `http://${line.host}/graphql`;
  const events = ask(createGraphiqlFetcher({ endpoint, pauseMs: 10 }), FOLLOW);
  assert.ok(Symbol.asyncIterator in events);
  return {
    world,
    events,
    cut: () => line.cut(),
    revision: async () => at(await next(events), 'data.importChanged.import.revision'),
  };
}

test("GraphiQL's subscription outlives its connection, and misses and repeats nothing", async (t) => {
  const { world, cut, revision, events } = await follow(t);
  assert.equal(await revision(), 1);
  await report(world, 2);
  assert.equal(await revision(), 2);
  cut();
  await report(world, 3);
  assert.equal(await revision(), 3);
  cut();
  await report(world, 4);
  assert.equal(await revision(), 4);
  const last = await next(events);
  assert.equal(at(last, 'data.importChanged.end.reason'), 'SETTLED');
  assert.equal((await events.next()).done, true);
});

test("GraphiQL's subscription is left while nothing happens", async (t) => {
  const { revision, events } = await follow(t);
  assert.equal(await revision(), 1);
  const pending = events.next();
  await events.return?.();
  assert.equal((await pending).done, true);
});

test('GraphiQL asks what is no subscription once, and shows what is wrong with one', async (t) => {
  const world = await startWorld(t);
  const fetcher = createGraphiqlFetcher({ endpoint: `${world.app.url}/graphql`, pauseMs: 10 });
  const answer = await ask(fetcher, '{ importProviders { id } }');
  assert.equal(at(answer, 'data.importProviders.length'), 4);
  const wrong = ask(fetcher, 'subscription { importChanged(id: "x") { position } }');
  assert.ok(Symbol.asyncIterator in wrong);
  const results = await Array.fromAsync(wrong);
  assert.equal(at(results, '0.errors.0.extensions.code'), 'INVALID_IMPORT_ID');
});

test('the page carries the whole fetcher, and no example can break out of its script', async () => {
  const create: unknown = runInNewContext(`${fetcherScript()}; createGraphiqlFetcher`);
  assert.equal(typeof create, 'function');
  const hostile = { providerId: 'p', externalId: '</script>', id: 'p:</script><script>alert(1)' };
  const page = await renderGraphiqlPage(hostile);
  assert.ok(page.includes('function createGraphiqlFetcher('));
  assert.ok(!page.includes('<script>alert(1)'));
});
