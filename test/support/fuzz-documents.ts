import {
  getNamedType,
  getNullableType,
  GraphQLBoolean,
  GraphQLNonNull,
  isCompositeType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  OperationTypeNode,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLInputType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { literalOf, randomValue } from './fuzz-values.ts';
import type { Dice } from './fuzz-values.ts';

/** An operation that is valid, or nearly. */
export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly isSubscription: boolean;
}

/** How deep fields are selected. */
const DEEPEST = 5;

export function randomOperation(dice: Dice, schema: GraphQLSchema): RandomOperation {
  return new Writer(dice, schema).write();
}

class Writer {
  readonly #dice: Dice;
  readonly #schema: GraphQLSchema;
  readonly #variables: Record<string, unknown> = {};
  readonly #definitions: string[] = [];
  readonly #fragments: string[] = [];
  #aliases = 0;

  constructor(dice: Dice, schema: GraphQLSchema) {
    this.#dice = dice;
    this.#schema = schema;
  }

  write(): RandomOperation {
    const kind = this.#dice.roll(10);
    const type =
      [OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION][kind] ?? OperationTypeNode.QUERY;
    const root = this.#schema.getRootType(type);
    if (root === undefined || root === null) throw new Error(`the schema has no ${type}`);
    const isSubscription = type === OperationTypeNode.SUBSCRIPTION;
    const fields = isSubscription && this.#dice.isLucky(0.95) ? 1 : 1 + this.#dice.roll(3);
    const selection = this.#selection(root, DEEPEST, fields);
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const name = this.#dice.isLucky(0.5) ? 'Random' : '';
    return {
      query: [`${type} ${name}${definitions} ${selection}`, ...this.#fragments].join('\n'),
      variables: this.#variables,
      isSubscription,
    };
  }

  #selection(type: GraphQLNamedType, depth: number, count = 1 + this.#dice.roll(5)): string {
    const parts = Array.from({ length: count }, () => this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLNamedType, depth: number): string {
    if (isUnionType(type)) {
      const member = this.#dice.pick(type.getTypes());
      return `... on ${member.name} ${this.#selection(member, depth - 1)}`;
    }
    if (!isObjectType(type) || this.#dice.isLucky(0.05)) return '__typename';
    if (this.#dice.isLucky(0.005)) return this.#dice.pick(['nothing', '...Nothing', 'id { id }']);
    if (depth > 0 && this.#dice.isLucky(0.08)) {
      return `...${this.#directive()} ${this.#selection(type, depth - 1, 2)}`;
    }
    if (depth > 0 && this.#dice.isLucky(0.05)) return this.#fragment(type, depth);
    return this.#field(type, depth);
  }

  #fragment(type: GraphQLObjectType, depth: number): string {
    const name = `F${this.#fragments.length}`;
    // Its place is taken before those that it uses.
    const place = this.#fragments.push('') - 1;
    this.#fragments[place] =
      `fragment ${name} on ${type.name} ${this.#selection(type, depth - 1, 2)}`;
    return `...${name}`;
  }

  #field(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
    );
    if (fields.length === 0) return '__typename';
    const field = this.#dice.pick(fields);
    const given = this.#arguments(field);
    const named = getNamedType(field.type);
    const inner = isCompositeType(named) ? this.#selection(named, depth - 1) : '';
    return `${this.#alias(given)}${field.name}${given}${this.#directive()} ${inner}`;
  }

  /** What is asked in two ways must mostly be told apart. */
  #alias(given: string): string {
    if (!this.#dice.isLucky(given === '' ? 0.1 : 0.97)) return '';
    this.#aliases += 1;
    return this.#dice.isLucky(0.01) ? 'same: ' : `a${this.#aliases}: `;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const given = args.filter((argument) =>
      isRequiredArgument(argument) ? !this.#dice.isLucky(0.005) : this.#dice.isLucky(0.4),
    );
    if (given.length === 0) return '';
    return `(${given.map((argument) => `${argument.name}: ${this.#value(argument)}`).join(', ')})`;
  }

  #value({ name: wanted, type }: GraphQLArgument): string {
    const value = randomValue(this.#dice, wanted, type);
    if (this.#dice.isLucky(0.5)) return this.#variable(value, type);
    return literalOf(value, type, (inner, innerType) =>
      this.#dice.isLucky(0.35) ? this.#variable(inner, innerType) : null,
    );
  }

  /** One in so many is not given, or null where it may be. */
  #variable(value: unknown, type: GraphQLInputType): string {
    const name = `v${this.#definitions.length}`;
    const isGiven = !this.#dice.isLucky(0.02);
    // What has a default may stand where null may not, and be null all the same.
    const standard = this.#dice.isLucky(0.15) ? ` = ${literalOf(value, type)}` : '';
    const declared = standard !== '' && value !== null ? getNullableType(type) : type;
    const isNull = !isNonNullType(declared) && this.#dice.isLucky(0.15);
    this.#definitions.push(`$${name}: ${String(declared)}${standard}`);
    if (isGiven) this.#variables[name] = isNull ? null : value;
    return `$${name}`;
  }

  #directive(): string {
    if (!this.#dice.isLucky(0.03)) return '';
    if (this.#dice.isLucky(0.03)) return this.#dice.pick([' @include', ' @nothing']);
    const isOn = this.#dice.isLucky(0.5);
    const condition = this.#dice.isLucky(0.5) ? this.#variable(isOn, CONDITION) : String(isOn);
    return ` @${this.#dice.pick(['skip', 'include'])}(if: ${condition})`;
  }
}

const CONDITION = new GraphQLNonNull(GraphQLBoolean);

const SNIPPETS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ':',
  '!',
  '$',
  '@',
  '...',
  '"',
  '"""',
  '#',
  '\n',
  ',',
  '&',
  '|',
  '=',
  ' on ',
  ' query ',
  ' mutation ',
  ' subscription ',
  ' fragment ',
  ' id ',
  ' __typename ',
  ' __schema { types { name } } ',
  ' _service { sdl } ',
  ' null ',
  ' 1e99 ',
  ' -0 ',
  '\\u0000',
  '\u0000',
  '\ufeff',
  '🚚',
  '\ud800',
] as const;

/** A text with a few accidents in it. */
export function mutateText(dice: Dice, text: string): string {
  let mutated = text;
  for (let count = 1 + dice.roll(3); count > 0; count -= 1) {
    const at = dice.roll(mutated.length + 1);
    const length = dice.roll(12);
    const [before, cut, after] = [
      mutated.slice(0, at),
      mutated.slice(at, at + length),
      mutated.slice(at + length),
    ];
    mutated = dice.pick([
      before + after,
      before + cut + cut + after,
      before + dice.pick(SNIPPETS) + cut + after,
      before + after + cut,
      before,
    ]);
  }
  return mutated;
}
