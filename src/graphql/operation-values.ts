import {
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isScalarType,
  typeFromAST,
} from 'graphql';
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** The variables that an operation declares, and what they must be. */
export type VariableTypes = ReadonlyMap<string, GraphQLInputType>;

export function variableTypesOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): VariableTypes {
  const types = new Map<string, GraphQLInputType>();
  for (const { variable, type: node } of variableDefinitions) {
    const type = typeFromAST(schema, node);
    if (isInputType(type)) types.set(variable.name.value, type);
  }
  return types;
}

type Variables = Readonly<Record<string, unknown>>;

/** Those of some variables that an operation declares; nobody reads the others. */
export function declaredOf(variables: Variables, types: VariableTypes): Variables {
  const declared: Record<string, unknown> = {};
  for (const name of types.keys()) {
    if (Object.hasOwn(variables, name)) declared[name] = variables[name];
  }
  return declared;
}

/**
 * Whether declared variables hold more values than this, each of which is read and checked one by
 * one. What is in a scalar, such as any JSON, is one: it is passed through as it is.
 */
export function hasMoreValues(most: number, variables: Variables, types: VariableTypes): boolean {
  let left = most;
  for (const [name, type] of types) left -= countValues(variables[name], type, left);
  return left < 0;
}

/** Counts no further than one more than is left. */
function countValues(value: unknown, type: GraphQLInputType, left: number): number {
  const given = getNullableType(type);
  if (typeof value !== 'object' || value === null || isScalarType(given)) return 1;
  let count = 1;
  const item = isListType(given) ? given.ofType : given;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && count <= left; index += 1) {
      count += countValues(value[index], item, left - count);
    }
    return count;
  }
  const fields = isInputObjectType(item) ? item.getFields() : {};
  for (const name in value) {
    if (count > left) break;
    const field = fields[name];
    count +=
      field === undefined ? 1 : countValues(Reflect.get(value, name), field.type, left - count);
  }
  return count;
}

/** Whether a value nests deeper than this. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(levels - 1, item));
  for (const name in value) {
    if (isDeeperThan(levels - 1, Reflect.get(value, name))) return true;
  }
  return false;
}
