import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@theguild/federation-composition';
import { createClient } from 'graphql-sse';
import { buildSchema, parse, validate } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { parseConfig } from '../../src/config.ts';
import { atEnd } from '../support/at-end.ts';
import { at, next, startWorld } from '../support/world.ts';
import { blocksOf } from './blocks.ts';

const FOLDER = new URL('../../docs/', import.meta.url);
const EXAMPLE = new URL('supergraph/', FOLDER);
const PAGE = readFileSync(new URL('supergraph.md', FOLDER), 'utf8');
const PROGRAM = fileURLToPath(new URL('main.ts', EXAMPLE));

test('the code on the page is that of the files, which are run', () => {
  const blocks = ['ts', 'graphql', 'yaml'].flatMap((language) => blocksOf(PAGE, language));
  const named = blocks.filter(({ name }) => name.startsWith('supergraph/'));
  assert.ok(named.length > 0);
  for (const { name, text } of named) {
    assert.equal(text, readFileSync(new URL(name, FOLDER), 'utf8'), name);
  }
  for (const file of readdirSync(EXAMPLE)) assert.ok(PAGE.includes(file), file);
});

test('the operations on the page are valid in the supergraph that its files make', () => {
  const schema = composeExample();
  const operations = [
    ...['query', 'subscription'].map((name) => readExample(`${name}.graphql`)),
    ...operationsOnPage(),
  ];
  assert.equal(operations.length, 4);
  for (const text of operations) assert.deepEqual(validate(schema, parse(text)), [], text);
});

test('the configurations on the page can be read', () => {
  for (const { text } of blocksOf(PAGE, 'yaml')) assert.ok(parseYaml(text));
  const [own] = blocksOf(PAGE, 'yaml').filter(({ name }) => name === 'imports.config.yml');
  const { live } = parseConfig({
    name: 'imports.config.yml',
    text: own?.text ?? '',
    environment: { ROUTER_SECRET: 'as long as a secret needs to be, at least' },
  });
  assert.deepEqual(live.callbackUrls, ['http://router.internal:4040/callback']);
});

test('the page tells of every tag', () => {
  const sdl = readExample('../../schema.graphql');
  for (const [, tag = ''] of sdl.matchAll(/@tag\(name: "([^"]+)"\)/g)) {
    assert.ok(PAGE.includes(`\`${tag}\``), tag);
  }
});

test('the example runs as the page says', async (t) => {
  const world = await startWorld(t);
  const input = { providerId: 'qobra', externalId: '647a13fe875af4b4eb7133c2' };
  await world.ask(
    'mutation ($input: TrackImportInput!) { trackImport(input: $input) { import { id } } }',
    {
      input,
    },
  );
  const url = await startExample(t, world.app.url);
  const [query = '', subscription = ''] = operationsOnPage();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  assert.equal(at(await answer.json(), 'data.datasets.0.lastImport.release.name'), 'January');
  const client = createClient({ url, retryAttempts: 0 });
  atEnd(t, () => client.dispose());
  const event = await next(client.iterate({ query: subscription }));
  assert.equal(at(event, 'data.importsChanged.import.release.name'), 'January');
});

/** Starts the example before a service; answers where the supergraph is. */
async function startExample(t: TestContext, service: string): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, service], {
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  atEnd(t, async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  });
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /(http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the example did not start');
}

/** What clients can ask the supergraph for that `supergraph.yaml` describes. */
function composeExample(): GraphQLSchema {
  const { subgraphs } = parseYaml(readExample('supergraph.yaml'));
  const names = Object.keys(subgraphs);
  const { errors, publicSdl = '' } = composeServices(
    names.map((name) => ({
      name,
      url: String(at(subgraphs, `${name}.routing_url`)),
      typeDefs: parse(readExample(String(at(subgraphs, `${name}.schema.file`)))),
    })),
  );
  assert.equal(errors, undefined);
  return buildSchema(publicSdl);
}

/** What is asked with curl. */
function operationsOnPage(): readonly string[] {
  const bodies = blocksOf(PAGE, 'sh').flatMap(({ text }) => [...text.matchAll(/-d '(.+)'$/gm)]);
  return bodies.map(([, body = '']) => String(at(JSON.parse(body), 'query')));
}

function readExample(path: string): string {
  return readFileSync(new URL(path, EXAMPLE), 'utf8');
}
