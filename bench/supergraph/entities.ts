import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ask, checkAnswer } from '../ask.ts';
import { withServer, withServers } from '../child.ts';
import type { Operation } from '../operation.ts';
import { measureThroughput } from '../query/load.ts';
import { IMPORT_FIELDS } from '../query/operations.ts';
import { named, throughputTable } from '../query/report.ts';
import { peerSpecs, serviceSpec } from '../query/servers.ts';
import type { Goal } from '../table.ts';
import type { PartInput } from './supergraph.ts';

const REFERENCES = 100;

const PAGE: Operation = {
  operationName: 'LatestImports',
  query: `query LatestImports($first: Int!) {
  imports(first: $first) {
    nodes {${IMPORT_FIELDS}
    }
  }
}`,
  variables: { first: REFERENCES },
};

const Page = z.object({
  imports: z.object({
    nodes: z.array(
      z.looseObject({ id: z.string(), providerId: z.string(), externalId: z.string() }),
    ),
  }),
});

/** What a router asks when a list of a neighbour's leads to a hundred imports, by either key. */
function entities(nodes: z.infer<typeof Page>['imports']['nodes']): Operation {
  const representations = nodes.map(({ id, providerId, externalId }, index) =>
    index % 2 === 0
      ? { __typename: 'Import', id }
      : { __typename: 'Import', providerId, externalId },
  );
  return {
    operationName: 'Imports__imports__1',
    query: `query Imports__imports__1($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Import {${IMPORT_FIELDS}
    }
  }
}`,
    variables: { representations },
  };
}

/** A hundred references at once: this service on its store, and an Apollo subgraph from memory. */
export async function compareEntities(input: PartInput): Promise<readonly Goal[]> {
  const { store, folder, rounds, seconds, say } = input;
  const service = serviceSpec({ store, folder });
  const { nodes } = await withServer(
    service,
    async (server) => Page.parse(await ask(server, PAGE)).imports,
  );
  const constants = join(folder, 'constants.json');
  writeFileSync(constants, JSON.stringify(nodes));
  const { apollo, apolloWithoutHints, yoga } = peerSpecs(constants);
  const specs = [service, apollo, apolloWithoutHints, yoga];
  const operation = entities(nodes);
  const results = await withServers(specs, async (servers) => {
    const [ours, ...others] = servers;
    if (ours === undefined) throw new Error('there is nobody to compare');
    const expected = await ask(ours, operation);
    for (const server of others) await checkAnswer(server, operation, expected);
    return named(specs, await measureThroughput(servers, operation, { rounds, seconds }));
  });
  say(`\n_entities with ${REFERENCES} representations, median of ${rounds} rounds of ${seconds} s`);
  say(throughputTable(results));
  const [ours, peer] = results.map(({ value }) => value.requestsPerSecond);
  return [
    {
      what: `_entities of ${REFERENCES}: requests a second / bare Apollo subgraph`,
      measured: (ours ?? Number.NaN) / (peer ?? Number.NaN),
      target: '>= 1.2',
    },
  ];
}
