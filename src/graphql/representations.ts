import { isUnionType } from 'graphql';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { graphError } from './errors.ts';

/** Routers ask for as many as a page of theirs refers to. */
const MOST_REPRESENTATIONS = 5_000;

/**
 * Has `_entities` say of each representation that names no entity what is wrong with it, and answer
 * the others. By itself the package fails at the first, for all of them, as if the fault were ours.
 */
export function checkRepresentations(schema: GraphQLSchema): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const entity = schema.getType('_Entity');
  if (field?.resolve === undefined || !isUnionType(entity)) return schema;
  const { resolve } = field;
  const names = entity.getTypes().map(({ name }) => name);
  field.resolve = async (source, args, context, info) => {
    const representations: readonly unknown[] = args['representations'];
    if (representations.length > MOST_REPRESENTATIONS) {
      const message = `representations: at most ${MOST_REPRESENTATIONS} at once; ask for the rest in another operation`;
      throw graphError('TOO_MANY_REPRESENTATIONS', message);
    }
    const refusals = representations.map((one) => findRefusal(one, names));
    if (refusals.every((refusal) => refusal === null)) return resolve(source, args, context, info);
    const good = representations.filter((_, index) => refusals[index] === null);
    const entities: unknown = await resolve(source, { representations: good }, context, info);
    const answers = Array.isArray(entities) ? entities.values() : [].values();
    return refusals.map((refusal): unknown => refusal ?? answers.next().value);
  };
  return schema;
}

function findRefusal(representation: unknown, names: readonly string[]): GraphQLError | null {
  const isObject = typeof representation === 'object' && representation !== null;
  const name: unknown = isObject ? Reflect.get(representation, '__typename') : undefined;
  if (typeof name === 'string' && names.includes(name)) return null;
  const message = `a representation must be an object with a key and a __typename, which is one of ${names.join(', ')}`;
  return graphError('INVALID_REPRESENTATION', message);
}
