import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { listProviderKinds } from '../../src/providers/registry.ts';
import { createFolder } from '../support/ledgers.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask, at } from '../support/world.ts';

test('what a platform sets for other services of Apollo changes nothing here', async (t) => {
  const folder = await createFolder(t);
  await writeFile(join(folder, 'imports.config.yml'), 'providers: []\n');
  const service = startService(t, folder, {
    APOLLO_KEY: 'service:graph:key',
    APOLLO_GRAPH_REF: 'graph@prod',
    APOLLO_SCHEMA_REPORTING: 'true',
  });
  const { data } = await ask(await urlOf(service), '{ __typename }');
  assert.equal(at(data, '__typename'), 'Query');
  assert.equal(service.log.length, 1);
  assert.equal(service.errors(), '');
});

test('the configuration for simulated vendors is one, and has a provider of each kind', () => {
  const name = 'docs/demo.config.yml';
  const text = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const { providers } = parseConfig({ name, text, environment: { HOST: '0.0.0.0' } });
  assert.deepEqual(
    providers.map(({ provider }) => provider.kind).toSorted(),
    [...listProviderKinds()].toSorted(),
  );
});
