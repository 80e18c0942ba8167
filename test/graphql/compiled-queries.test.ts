import assert from 'node:assert/strict';
import test from 'node:test';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { ANONYMOUS, everybody } from '../../src/graphql/caller.ts';
import type { Caller } from '../../src/graphql/caller.ts';
import { CompiledQueries, createExecutor } from '../../src/graphql/executor.ts';
import { at } from '../support/world.ts';

/** A schema whose fields say how they were executed: only the book tells paths their types. */
const SCHEMA = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      how: {
        type: GraphQLString,
        resolve: (_source, _args, _context, { path }) =>
          path.typename === undefined ? 'compiled' : 'by the book',
      },
      failing: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('no');
        },
      },
    },
  }),
});

async function howOf(queries: CompiledQueries, query: string): Promise<unknown> {
  const result = await queries.execute(query, { schema: SCHEMA, document: parse(query) });
  return at(result.data, 'how');
}

async function howEach(queries: CompiledQueries, query: string): Promise<readonly unknown[]> {
  const hows: unknown[] = [];
  for (let round = 0; round < 4; round += 1) hows.push(await howOf(queries, query));
  return hows;
}

const BY_THE_BOOK = Array.from({ length: 4 }, () => 'by the book');

test('a query is compiled when it comes again', async () => {
  const [first, ...others] = await howEach(new CompiledQueries(), '{ how }');
  assert.equal(first, 'by the book');
  assert.deepEqual(others, ['compiled', 'compiled', 'compiled']);
});

test('a query that brings errors is never compiled', async () => {
  assert.deepEqual(await howEach(new CompiledQueries(), '{ how failing }'), BY_THE_BOOK);
});

test('what would take too much memory is never compiled, however short its text is', async () => {
  const fields = Array.from({ length: 50 }, (_, index) => `a${index}: how`).join(' ');
  const query = (count: number): string =>
    `query { how ${'...F '.repeat(count)} } fragment F on Query { ${fields} }`;
  assert.deepEqual((await howEach(new CompiledQueries(), query(2)))[3], 'compiled');
  assert.deepEqual(await howEach(new CompiledQueries(), query(60)), BY_THE_BOOK);
  const long = `{ how } #${'x'.repeat(20_000)}`;
  assert.deepEqual(await howEach(new CompiledQueries(), long), BY_THE_BOOK);
});

function longText(index: number): string {
  return `query Q${index} { how } #${'x'.repeat(9_000)}`;
}

test('however many queries come, what is compiled takes so much and no more', async () => {
  const queries = new CompiledQueries();
  for (let index = 0; index < 100; index += 1) await howEach(queries, longText(index));
  assert.equal(await howOf(queries, longText(99)), 'compiled');
  assert.equal(await howOf(queries, longText(0)), 'by the book');
});

test('nothing is compiled for callers who have not shown who they are', async (t) => {
  const server = new ApolloServer<{ readonly caller: Caller }>({
    gateway: createExecutor(SCHEMA),
    plugins: [ApolloServerPluginUsageReportingDisabled()],
    stopOnTerminationSignals: false,
  });
  await server.start();
  t.after(() => server.stop());
  const ask = async (caller: Caller): Promise<unknown> => {
    const { body } = await server.executeOperation(
      { query: '{ how }' },
      { contextValue: { caller } },
    );
    return body.kind === 'single' ? body.singleResult.data?.['how'] : null;
  };
  for (let round = 0; round < 4; round += 1) assert.equal(await ask(ANONYMOUS), 'by the book');
  const known = everybody([]);
  assert.equal(await ask(known), 'by the book');
  assert.equal(await ask(known), 'compiled');
  assert.equal(await ask(ANONYMOUS), 'by the book');
});
