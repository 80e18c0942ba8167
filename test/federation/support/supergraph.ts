import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { startCatalog } from '../../../docs/supergraph/catalog.ts';
import type { Dataset } from '../../../docs/supergraph/catalog.ts';
import type { Part } from '../../../docs/supergraph/compose.ts';
import { startReleases } from '../../../docs/supergraph/releases.ts';
import type { Release } from '../../../docs/supergraph/releases.ts';
import { atEnd } from '../../support/at-end.ts';
import type { LiveServer } from '../../support/live-server.ts';

export const SDL = readText('schema.graphql');
export const QUERY = readText('docs/supergraph/query.graphql');
export const SUBSCRIPTION = readText('docs/supergraph/subscription.graphql');

/** This subgraph and its neighbours, each a server of its own. */
export type Subgraphs = Readonly<Record<'imports' | 'catalog' | 'releases', Part>>;

/** So many loads there are. */
const LOADS = 100;

const RELEASES: readonly Release[] = ['even', 'odd'].map((name, rest) => ({
  id: name,
  name,
  importIds: loads()
    .filter((number) => number % 2 === rest)
    .map(idOf),
}));

/** Has the service know the loads: one, two or three revisions of each. */
export async function fill(service: LiveServer): Promise<void> {
  for (const number of loads()) {
    for (let revision = 1; revision <= revisionOf(number); revision += 1) {
      await service.change(`load-${number}`);
    }
  }
}

export interface Neighbours {
  /** Absent: one for each load, the last load first. */
  readonly datasets?: readonly Dataset[];
  /** Absent: two, which started every other load. */
  readonly releases?: readonly Release[];
}

/** Starts two neighbours of a service at this address. They are gone when the test ends. */
export async function startSubgraphs(
  t: TestContext,
  url: string,
  { datasets = loads().map(datasetOf).toReversed(), releases = RELEASES }: Neighbours = {},
): Promise<Subgraphs> {
  const catalog = await startCatalog(datasets);
  atEnd(t, () => catalog.stop());
  const owner = await startReleases(releases);
  atEnd(t, () => owner.stop());
  return { imports: { url: `${url}/graphql`, sdl: SDL }, catalog, releases: owner };
}

/** What the query answers for each load, in the order of the data sets. */
export function expectedDatasets(): readonly unknown[] {
  return loads()
    .toReversed()
    .map((number) => ({
      name: `data set ${number}`,
      lastImport: {
        id: idOf(number),
        revision: revisionOf(number),
        job: { phase: 'RUNNING', outcome: null },
        freshness: { state: 'LIVE' },
        release: { name: number % 2 === 0 ? 'even' : 'odd' },
      },
    }));
}

function loads(): readonly number[] {
  return Array.from({ length: LOADS }, (_, number) => number);
}

function revisionOf(number: number): number {
  return 1 + (number % 3);
}

function idOf(number: number): string {
  return `catalog:load-${number}`;
}

function datasetOf(number: number): Dataset {
  return {
    id: String(number),
    name: `data set ${number}`,
    lastImport: { providerId: 'catalog', externalId: `load-${number}` },
  };
}

function readText(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}
