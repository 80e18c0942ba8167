import { getNamedType, isCompositeType, isInputObjectType, valueFromASTUntyped } from 'graphql';
import type {
  ConstDirectiveNode,
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLNamedType,
} from 'graphql';

/** What `@listSize` says about a field. */
export interface ListSize {
  /** How many there are when no argument says. */
  readonly assumedSize: number | null;
  /** The largest of these arguments says how many there are. */
  readonly slicingArguments: readonly string[];
  /** The fields below it that are the list, in a connection. */
  readonly sizedFields: readonly string[];
}

const UNSIZED: ListSize = { assumedSize: null, slicingArguments: [], sizedFields: [] };

/** What one object or value of a field costs: its `@cost`, that of its type, or 1 for an object. */
export function weightOfField(
  { astNode, type }: GraphQLField<unknown, unknown>,
  costOfValue: number,
): number {
  const named = getNamedType(type);
  return weightIn(astNode) ?? weightIn(named.astNode) ?? (isCompositeType(named) ? 1 : costOfValue);
}

/** What one value of an argument or input field costs; an object is 1 and a value nothing. */
export function weightOfInput({ astNode, type }: GraphQLArgument | GraphQLInputField): InputWeight {
  const named = getNamedType(type);
  const weight = weightIn(astNode) ?? weightIn(named.astNode);
  return {
    named,
    ofObject: weight ?? (isInputObjectType(named) ? 1 : 0),
    ofValue: weight ?? 0,
  };
}

export interface InputWeight {
  readonly named: GraphQLNamedType;
  readonly ofObject: number;
  readonly ofValue: number;
}

export function listSizeOf({ astNode }: GraphQLField<unknown, unknown>): ListSize {
  const directive = findDirective(astNode, 'listSize');
  if (directive === undefined) return UNSIZED;
  return {
    assumedSize: numberOf(valueIn(directive, 'assumedSize')),
    slicingArguments: textsOf(valueIn(directive, 'slicingArguments')),
    sizedFields: textsOf(valueIn(directive, 'sizedFields')),
  };
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function weightIn(node: Annotated | null | undefined): number | null {
  const directive = findDirective(node, 'cost');
  return directive === undefined ? null : numberOf(valueIn(directive, 'weight'));
}

function findDirective(
  node: Annotated | null | undefined,
  wanted: string,
): ConstDirectiveNode | undefined {
  return node?.directives?.find(({ name }) => name.value === wanted);
}

function valueIn({ arguments: args }: ConstDirectiveNode, wanted: string): unknown {
  const found = args?.find(({ name }) => name.value === wanted);
  return found === undefined ? undefined : valueFromASTUntyped(found.value);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textsOf(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  return texts.filter((text) => typeof text === 'string');
}
