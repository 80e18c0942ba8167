import { isInputObjectType, Kind, valueFromASTUntyped } from 'graphql';
import type { FieldNode, GraphQLField, ValueNode } from 'graphql';
import { listSizeOf, weightOfInput } from './schema-cost.ts';
import type { InputWeight } from './schema-cost.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** A number that variables decide, or one that they do not. */
export type Cost = number | ((variables: Variables) => number);

/** How many things a list is taken to have when nobody says: what routers are set to. */
export const DEFAULT_LIST_SIZE = 10;

type Field = GraphQLField<unknown, unknown>;

/** How many things the list of a field has, or those right below it; null when nobody says. */
export function sizeOf(field: Field, node: FieldNode): Cost | null {
  if (field.name === '_entities') return lengthOf(valueOf(node, 'representations'));
  const { assumedSize, slicingArguments } = listSizeOf(field);
  const slices = slicingArguments.map((name) => ({
    value: valueOf(node, name),
    standard: numberOf(field.args.find((argument) => argument.name === name)?.defaultValue),
  }));
  const size = (variables: Variables): number | null => {
    const sizes = slices
      .map(({ value, standard }) => numberOf(read(value, variables)) ?? standard)
      .filter((one) => one !== null);
    return sizes.length === 0 ? assumedSize : Math.max(0, ...sizes);
  };
  if (slices.every(({ value }) => !isVariable(value))) return size({});
  return (variables) => size(variables) ?? DEFAULT_LIST_SIZE;
}

function lengthOf(value: ValueNode | undefined): Cost {
  const length = (variables: Variables): number => {
    const list = read(value, variables);
    return Array.isArray(list) ? list.length : 1;
  };
  return isVariable(value) ? length : length({});
}

/** What is given to a field. */
export function costsOfArguments(
  field: Field,
  { arguments: given = [] }: FieldNode,
): readonly Cost[] {
  return given.map(({ name, value }) => {
    const argument = field.args.find((one) => one.name === name.value);
    if (argument === undefined) return 0;
    const weight = weightOfInput(argument);
    // However large it is, nothing in it counts.
    if (weight.ofValue === 0 && !isInputObjectType(weight.named)) return 0;
    const cost = (variables: Variables): number => costOfInput(read(value, variables), weight);
    return isVariable(value) ? cost : cost({});
  });
}

function costOfInput(value: unknown, weight: InputWeight): number {
  const { named, ofObject, ofValue } = weight;
  if (value === null || value === undefined) return 0;
  let cost = ofValue;
  if (Array.isArray(value)) {
    for (const item of value) cost += costOfInput(item, weight);
    return cost;
  }
  if (typeof value !== 'object' || !isInputObjectType(named)) return cost;
  cost = ofObject;
  const fields = named.getFields();
  for (const [name, item] of Object.entries(value)) {
    const field = fields[name];
    if (field !== undefined) cost += costOfInput(item, weightOfInput(field));
  }
  return cost;
}

function valueOf({ arguments: args = [] }: FieldNode, wanted: string): ValueNode | undefined {
  return args.find(({ name }) => name.value === wanted)?.value;
}

function read(value: ValueNode | undefined, variables: Variables): unknown {
  return value === undefined ? undefined : valueFromASTUntyped(value, variables);
}

/** Whether variables decide it. */
function isVariable(value: ValueNode | undefined): boolean {
  if (value?.kind === Kind.LIST) return value.values.some(isVariable);
  if (value?.kind === Kind.OBJECT) return value.fields.some((field) => isVariable(field.value));
  return value?.kind === Kind.VARIABLE;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
