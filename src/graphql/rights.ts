import { defaultFieldResolver, isObjectType, Kind, valueFromASTUntyped } from 'graphql';
import type { ConstDirectiveNode, GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { SCOPES } from './caller.ts';
import type { Caller, Scope } from './caller.ts';
import type { GraphContext } from './context.ts';
import { graphError } from './errors.ts';

/** What a caller must have: one of several sets of scopes, or only a token. */
interface Requirement {
  readonly name: string;
  /** All scopes of one of these; empty for none. */
  readonly anyOf: readonly (readonly Scope[])[];
}

/**
 * Has a schema enforce its own `@authenticated` and `@requiresScopes`: of a field before anything
 * is done for it, of an entity before its reference is looked up. What a router is told to check
 * and what is checked here cannot come apart.
 */
export function enforceRights(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    guardReference(type);
    for (const field of Object.values(type.getFields())) guardField(type, field);
  }
  return schema;
}

function guardField({ name }: GraphQLObjectType, field: GraphQLField<unknown, GraphContext>): void {
  const requirement = findRequirement(`${name}.${field.name}`, field.astNode?.directives);
  if (requirement === null) return;
  const { resolve = defaultFieldResolver, subscribe } = field;
  // Whoever begins a subscription is checked; what each event is made for is the same rights.
  if (subscribe === undefined) {
    field.resolve = (source, args, context, info) => {
      checkRights(requirement, context.caller);
      return resolve(source, args, context, info);
    };
    return;
  }
  field.subscribe = (source, args, context, info) => {
    checkRights(requirement, context.caller);
    return subscribe(source, args, context, info);
  };
}

type Reference = (reference: unknown, context: GraphContext, info: unknown) => unknown;

/** Where `@apollo/subgraph` keeps how a type is looked up by its keys. */
function guardReference(type: GraphQLObjectType): void {
  const requirement = findRequirement(type.name, type.astNode?.directives);
  if (requirement === null) return;
  const { apollo } = type.extensions;
  const resolveReference = findResolver(apollo);
  if (resolveReference === null) throw new Error(`${type.name} needs rights and is no entity`);
  const guarded: Reference = (reference, context, info) => {
    checkRights(requirement, context.caller);
    return resolveReference(reference, context, info);
  };
  type.extensions = {
    ...type.extensions,
    apollo: { ...Object(apollo), subgraph: { resolveReference: guarded } },
  };
}

function findResolver(apollo: unknown): Reference | null {
  const found: unknown = Object(Object(apollo).subgraph).resolveReference;
  if (typeof found !== 'function') return null;
  return (...args) => Reflect.apply(found, undefined, args);
}

/** Throws an `UNAUTHENTICATED` or a `MISSING_SCOPE`. */
function checkRights({ name, anyOf }: Requirement, caller: Caller): void {
  if (!caller.isAuthenticated) {
    throw graphError(
      'UNAUTHENTICATED',
      `${name} needs a token: send authorization: Bearer <token>`,
    );
  }
  const hasSome = anyOf.some((scopes) => scopes.every((scope) => caller.scopes.has(scope)));
  if (anyOf.length === 0 || hasSome) return;
  const wanted = anyOf.map((scopes) => scopes.join(' and ')).join(', or ');
  throw graphError('MISSING_SCOPE', `${name} needs the scope ${wanted}`);
}

function findRequirement(
  name: string,
  directives: readonly ConstDirectiveNode[] | undefined,
): Requirement | null {
  const relevant = directives?.filter((one) =>
    ['authenticated', 'requiresScopes'].includes(one.name.value),
  );
  if (relevant === undefined || relevant.length === 0) return null;
  return { name, anyOf: relevant.flatMap(scopesOf) };
}

function scopesOf({ arguments: args = [] }: ConstDirectiveNode): readonly (readonly Scope[])[] {
  return args
    .filter(({ value }) => value.kind === Kind.LIST)
    .map(({ value }): unknown => valueFromASTUntyped(value))
    .flatMap((sets) => (Array.isArray(sets) ? sets : []))
    .map((scopes: unknown) => (Array.isArray(scopes) ? scopes.map(scopeOf) : []));
}

function scopeOf(text: unknown): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) throw new Error(`the schema asks for an unknown scope ${String(text)}`);
  return scope;
}
