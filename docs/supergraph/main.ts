import { readFileSync } from 'node:fs';
import { startCatalog } from './catalog.ts';
import { compose } from './compose.ts';
import { startGateway } from './gateway.ts';
import { startReleases } from './releases.ts';

/** Where the demo is, or this service otherwise. */
const url = process.argv[2] ?? 'http://127.0.0.1:4000';

interface Load {
  readonly id: string;
  readonly providerId: string;
  readonly externalId: string;
}

/** What the neighbours know of is what is there now. */
async function listLoads(): Promise<readonly Load[]> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ imports { nodes { id providerId externalId } } }' }),
  });
  const { data } = await answer.json();
  return data.imports.nodes;
}

const loads = await listLoads();
const catalog = await startCatalog(
  loads.map(({ id, providerId, externalId }) => ({
    id,
    name: `Data set of ${externalId}`,
    lastImport: { providerId, externalId },
  })),
);
const releases = await startReleases([
  { id: '1', name: 'January', importIds: loads.map(({ id }) => id) },
]);
const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const gateway = await startGateway({
  supergraph: compose({ imports: { url: `${url}/graphql`, sdl }, catalog, releases }),
  subscriptions: 'eventStream',
  port: Number(process.env['PORT'] ?? 4010),
});
process.stdout.write(`The supergraph is at ${gateway.url}\nStop with Ctrl-C.\n`);

async function stop(): Promise<void> {
  for (const part of [gateway, catalog, releases]) await part.stop();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
