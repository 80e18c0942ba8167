import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  print,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { costsOfArguments, DEFAULT_LIST_SIZE, sizeOf } from './argument-cost.ts';
import type { Cost, Variables } from './argument-cost.ts';
import { listSizeOf, weightOfField } from './schema-cost.ts';

const MUTATION_COST = 10;

export interface CostOptions {
  readonly schema: GraphQLSchema;
  /** It must be valid. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Routers count each value of an answer for nothing. */
  readonly costOfValue: number;
}

/**
 * What an operation may cost, as a function of its variables. Counted as Apollo Router counts: each
 * object by its weight, times the length of the lists that it is in; of a subscription, one event.
 * Where a router cannot know more, this does: how many entities are asked for, and what a variable
 * is by default. Not a number, or no end of it, is possible.
 * https://www.apollographql.com/docs/graphos/routing/security/demand-control
 */
export function compileCost(options: CostOptions): (variables: Variables) => number {
  const { schema, definition } = options;
  const root = schema.getRootType(definition.operation);
  const base = definition.operation === OperationTypeNode.MUTATION ? MUTATION_COST : 0;
  const estimator = new Estimator(options);
  const cost = sum([base, root ? estimator.ofSet(definition.selectionSet, root, null) : 0]);
  if (typeof cost === 'number') return () => cost;
  const defaults = defaultsOf(definition);
  return (variables) => cost({ ...defaults, ...variables });
}

/** The length of the lists right below a field that pages. */
interface Page {
  readonly fields: readonly string[];
  readonly size: Cost;
}

class Estimator {
  readonly #schema: GraphQLSchema;
  readonly #costOfValue: number;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor({ schema, document, costOfValue }: CostOptions) {
    this.#schema = schema;
    this.#costOfValue = costOfValue;
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.#fragments.set(definition.name.value, definition);
    }
  }

  ofSet({ selections }: SelectionSetNode, parent: GraphQLNamedType, page: Page | null): Cost {
    return sum(selections.map((selection) => this.#ofSelection(selection, parent, page)));
  }

  #ofSelection(selection: SelectionNode, parent: GraphQLNamedType, page: Page | null): Cost {
    if (selection.kind === Kind.FIELD) return this.#ofField(selection, parent, page);
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : this.#fragments.get(selection.name.value);
    if (fragment === undefined) return 0;
    const condition = fragment.typeCondition?.name.value;
    const type = condition === undefined ? parent : this.#schema.getType(condition);
    return this.ofSet(fragment.selectionSet, type ?? parent, page);
  }

  #ofField(node: FieldNode, parent: GraphQLNamedType, page: Page | null): Cost {
    const field = findField(parent, node.name.value);
    if (field === undefined || isLeftOut(node)) return 0;
    const { sizedFields } = listSizeOf(field);
    const size = sizeOf(field, node);
    const below = size === null ? null : { fields: sizedFields, size };
    const type = getNamedType(field.type);
    const inner = node.selectionSet === undefined ? 0 : this.ofSet(node.selectionSet, type, below);
    const each = sum([weightOfField(field, this.#costOfValue), inner]);
    const isSized = page !== null && page.fields.includes(field.name);
    const isList = isListType(getNullableType(field.type));
    const count = isSized ? page.size : (size ?? DEFAULT_LIST_SIZE);
    return sum([isList ? times(count, each) : each, ...costsOfArguments(field, node)]);
  }
}

type Field = GraphQLField<unknown, unknown>;

const META_FIELDS: readonly Field[] = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef];

function findField(parent: GraphQLNamedType, name: string): Field | undefined {
  const meta = META_FIELDS.find((field) => field.name === name);
  if (meta !== undefined) return meta;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** What a variable decides counts, as it may. */
function isLeftOut({ directives = [] }: FieldNode): boolean {
  return directives.some((one) => isSaid(one, 'skip', 'true') || isSaid(one, 'include', 'false'));
}

function isSaid(
  { name, arguments: args = [] }: DirectiveNode,
  wanted: string,
  value: string,
): boolean {
  return name.value === wanted && args.some((argument) => print(argument.value) === value);
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of variableDefinitions) {
    if (defaultValue !== undefined)
      defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return defaults;
}

function sum(costs: readonly Cost[]): Cost {
  let fixed = 0;
  const open: ((variables: Variables) => number)[] = [];
  for (const cost of costs) {
    if (typeof cost === 'number') fixed += cost;
    else open.push(cost);
  }
  if (open.length === 0) return fixed;
  return (variables) => {
    let total = fixed;
    for (const cost of open) total += cost(variables);
    return total;
  };
}

function times(count: Cost, each: Cost): Cost {
  if (typeof count === 'number' && typeof each === 'number') return count * each;
  return (variables) => valueFor(count, variables) * valueFor(each, variables);
}

function valueFor(cost: Cost, variables: Variables): number {
  return typeof cost === 'number' ? cost : cost(variables);
}
