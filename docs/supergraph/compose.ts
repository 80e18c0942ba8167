import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

export interface Part {
  /** Where its routing address is. */
  readonly url: string;
  readonly sdl: string;
}

/** Makes the schema of the supergraph, or throws what stands in the way. */
export function compose(parts: Readonly<Record<string, Part>>): string {
  const services = Object.entries(parts).map(([name, { url, sdl }]) => ({
    name,
    url,
    typeDefs: parse(sdl),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}
