import { types } from 'node:util';
import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Tracer } from '../domain/tracer.ts';
import type { GraphContext } from './context.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;

/**
 * Shows in traces how each root field was answered, and each field that loads: one whose resolver is
 * an `async` function. Others only say what is known already.
 */
export function traceFields(schema: GraphQLSchema, tracer: Tracer): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const traced = (name: string, resolve: Resolver): Resolver => {
    return (source, args, context, info) =>
      tracer.step({ name, attributes: attributesOf(args) }, () =>
        resolve(source, args, context, info),
      );
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values<GraphQLField<unknown, GraphContext>>(type.getFields())) {
      const { resolve, subscribe } = field;
      const name = `${type.name}.${field.name}`;
      const loads = roots.includes(type) || types.isAsyncFunction(resolve);
      if (loads && resolve !== undefined) field.resolve = traced(name, resolve);
      if (subscribe !== undefined) field.subscribe = traced(name, subscribe);
    }
  }
  return schema;
}

/** How many entities are looked up at once; nothing else that a caller says. */
function attributesOf({ representations }: { readonly representations?: unknown }): {
  readonly 'graphql.entities'?: number;
} {
  return Array.isArray(representations) ? { 'graphql.entities': representations.length } : {};
}
