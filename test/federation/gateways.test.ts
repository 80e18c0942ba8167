import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startLiveServer } from '../support/live-server.ts';
import { ask, at, startWorld } from '../support/world.ts';
import { GATEWAYS, startApolloGateway } from './support/gateways.ts';
import { expectedDatasets, fill, QUERY, startSubgraphs } from './support/supergraph.ts';
import { setTap } from './support/tap.ts';

const REFERENCES = '{ datasets { name lastImport { externalId freshness { state } } } }';

/** What a neighbour may have stored, and what comes of it. */
const DATASETS = [
  { name: 'known', providerId: 'qobra', externalId: '647a13fe875af4b4eb7133c2', state: 'SETTLED' },
  { name: 'no such load', providerId: 'micro', externalId: 'unheard-of', state: 'NOT_FOUND' },
  { name: 'no such provider', providerId: 'gone', externalId: '1', state: 'NOT_FOUND' },
  { name: 'no key at all', providerId: '', externalId: ' ', state: 'NOT_FOUND' },
];

for (const { name, start } of GATEWAYS) {
  describe(name, () => {
    test('a query that begins in a neighbour lands on 100 imports with one request', async (t) => {
      const service = await startLiveServer(t);
      await fill(service);
      const tap = await setTap(t, service.url);
      const url = await start(t, await startSubgraphs(t, tap.url));
      const { data, errors } = await ask(url, QUERY);
      assert.deepEqual(errors, []);
      assert.deepEqual(at(data, 'datasets'), expectedDatasets());
      assert.equal(tap.passed.length, 1);
      assert.match(tap.passed[0]?.body ?? '', /_entities/);
    });

    test('a reference by id leads to the same import as one by what the vendor calls it', async (t) => {
      const service = await startLiveServer(t);
      await service.change('load-1');
      await service.change('load-1');
      const subgraphs = await startSubgraphs(t, service.url, {
        datasets: [
          { id: '1', name: '', lastImport: { providerId: 'catalog', externalId: 'load-1' } },
        ],
        releases: [{ id: '1', name: '', importIds: ['catalog:load-1'] }],
      });
      const url = await start(t, subgraphs);
      const fields = '{ id providerId externalId revision job { id phase } }';
      const { data, errors } = await ask(
        url,
        `{ datasets { lastImport ${fields} } releases { imports ${fields} } }`,
      );
      assert.deepEqual(errors, []);
      assert.deepEqual(at(data, 'releases.0.imports.0'), at(data, 'datasets.0.lastImport'));
      assert.deepEqual(at(data, 'datasets.0.lastImport'), {
        id: 'catalog:load-1',
        providerId: 'catalog',
        externalId: 'load-1',
        revision: 2,
        job: { id: 'catalog:load-1', phase: 'RUNNING' },
      });
    });

    test('a reference to an import that nobody knows leaves the rest as it is', async (t) => {
      const world = await startWorld(t);
      const subgraphs = await startSubgraphs(t, world.app.url, {
        datasets: DATASETS.map(({ name: id, providerId, externalId }) => ({
          id,
          name: id,
          lastImport: { providerId, externalId },
        })),
      });
      const url = await start(t, subgraphs);
      const { data, errors } = await ask(url, REFERENCES);
      assert.deepEqual(errors, []);
      assert.deepEqual(
        at(data, 'datasets'),
        DATASETS.map(({ name: dataset, externalId, state }) => ({
          name: dataset,
          lastImport: { externalId, freshness: { state } },
        })),
      );
    });
  });
}

test('@apollo/gateway refuses a supergraph that says who may see what', async (t) => {
  const subgraphs = await startSubgraphs(t, 'http://127.0.0.1:9');
  await assert.rejects(startApolloGateway(t, subgraphs), /authenticated/);
});
