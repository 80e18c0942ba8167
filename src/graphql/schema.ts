import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { Tracer } from '../domain/tracer.ts';
import { checkRepresentations } from './representations.ts';
import { enforceRights } from './rights.ts';
import { resolvers } from './resolvers/all.ts';
import { traceFields } from './traced-fields.ts';

const SCHEMA_FILE = new URL('../../schema.graphql', import.meta.url);

/**
 * The executable subgraph: `schema.graphql` with its resolvers and the rights that it asks for; with a
 * tracer, traces show what it loads.
 */
export function createSchema(tracer?: Tracer): GraphQLSchema {
  const typeDefs = parse(readFileSync(SCHEMA_FILE, 'utf8'));
  // The package's own type for resolvers knows no context and refuses any; codegen has checked
  // ours against the SDL already, and a copy made by `Object.create` has no type.
  const untyped = Object.assign(Object.create(null), resolvers);
  const schema = checkRepresentations(buildSubgraphSchema({ typeDefs, resolvers: untyped }));
  return enforceRights(tracer === undefined ? schema : traceFields(schema, tracer));
}
