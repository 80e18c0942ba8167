import { serve } from './subgraph.ts';
import type { Subgraph } from './subgraph.ts';

export interface Release {
  readonly id: string;
  readonly name: string;
  readonly importIds: readonly string[];
}

/** The neighbour that owns releases, refers to loads by id and tells of each who started it. */
export function startReleases(releases: readonly Release[], port?: number): Promise<Subgraph> {
  const starters = new Map(
    releases.flatMap((release) => release.importIds.map((id) => [id, release] as const)),
  );
  const resolvers = {
    Query: { releases: () => releases },
    Release: { imports: ({ importIds }: Release) => importIds.map((id) => ({ id })) },
    Import: { release: ({ id }: { readonly id: string }) => starters.get(id) ?? null },
  };
  return serve('releases', resolvers, port);
}
