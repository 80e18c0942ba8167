import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import type { GraphQLInputType } from 'graphql';

/** So many cursors are remembered. */
const MOST_LEARNED = 50;

/** Chance, the same in every run with the same numbers but for what it learns from answers. */
export class Dice {
  readonly random: () => number;
  readonly learned: string[] = [];

  constructor(random: () => number) {
    this.random = random;
  }

  /** 0 to one less than `sides`. */
  roll(sides: number): number {
    return Math.floor(this.random() * sides);
  }

  isLucky(chance: number): boolean {
    return this.random() < chance;
  }

  /** Remembers cursors of an answer, which nobody could make up. */
  learn(answer: string): void {
    for (const [, cursor = ''] of answer.matchAll(/"\w*(?:ursor|osition)":"([^"]+)"/g)) {
      this.learned.push(cursor);
      if (this.learned.length > MOST_LEARNED) this.learned.shift();
    }
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const picked = items[this.roll(items.length)];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  }
}

const PROVIDERS = ['qobra', 'micro', 'collibra', 'marketing-cloud'] as const;
const IMPORTS = ['647a13fe875af4b4eb7133c2', 'job_id', 'nobody', '41', '7', 'made-up'] as const;

/** What stands where a text may that nobody would write. */
const TEXTS = [
  'nowhere:1',
  'micro',
  'qobra',
  '647a13fe875af4b4eb7133c2',
  'job_id',
  '',
  ':',
  'a:b:c',
  '0',
  '-1',
  'null',
  '__proto__',
  'constructor',
  'eyJhIjoxfQ==',
  'MTIz',
  '2026-01-31T23:59:59.000Z',
  '2026-02-31T00:00:00Z',
  '9999-12-31T23:59:59+14:00',
  'ümläut 🚚 ‮',
  '\u0000',
  '\ud800',
  "'; drop table imports; --",
  '%00%ff',
  'x'.repeat(300),
] as const;

const NUMBERS = [
  501, -1, -500, 0.5, 2_147_483_648, -2_147_483_649, 9_007_199_254_740_991, 1e308, -0,
] as const;

const ANYTHING = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { __typename: 'Import' },
  { id: 1 },
  { __proto__: 1, constructor: {} },
  { a: { b: { c: [1, 'two', null] } } },
] as const;

/** What is handed in as a vendor's response: nearly right. */
const RESPONSES = [
  { id: 'job_id', status: 'complete', total: 1, succeeded: 1, failed: 0, results: [] },
  { status: 'complete', total: -1, succeeded: 'x', failed: null, results: [{ id: null }] },
  { status: '?' },
] as const;

/** A value of a type, as JSON; one in so many is of no such type. */
export function randomValue(dice: Dice, name: string, type: GraphQLInputType): unknown {
  if (dice.isLucky(0.02)) return randomThing(dice);
  if (!isNonNullType(type) && dice.isLucky(0.1)) return null;
  const given = getNullableType(type);
  if (isListType(given)) {
    return Array.from({ length: dice.roll(4) }, () => randomValue(dice, name, given.ofType));
  }
  if (isInputObjectType(given)) {
    const value: Record<string, unknown> = {};
    for (const field of Object.values(given.getFields())) {
      const isGiven = isRequiredInputField(field) ? !dice.isLucky(0.05) : dice.isLucky(0.4);
      if (isGiven) value[field.name] = randomValue(dice, field.name, field.type);
    }
    if (dice.isLucky(0.01)) value['nothing'] = 1;
    return value;
  }
  if (isEnumType(given)) return dice.pick(given.getValues()).name;
  const isText = given.name === 'ID' || given.name === 'String';
  if (isText) return randomText(dice, name);
  return SCALARS[given.name]?.(dice) ?? randomThing(dice);
}

const SCALARS: Readonly<Record<string, (dice: Dice) => unknown>> = {
  DateTime: (dice) =>
    dice.isLucky(0.05) ? dice.pick(TEXTS) : new Date(dice.roll(2_000_000_000_000)).toISOString(),
  Int: (dice) => (dice.isLucky(0.03) ? dice.pick(NUMBERS) : dice.roll(21)),
  Float: (dice) => dice.random(),
  Boolean: (dice) => dice.isLucky(0.5),
  JSON: (dice) => dice.pick<unknown>(dice.isLucky(0.8) ? RESPONSES : ANYTHING),
  _Any: (dice) => ({
    __typename: dice.pick(['Import', 'Import', 'Job', 'ImportProvider', 'Nothing']),
    ...(dice.isLucky(0.6) ? { id: randomText(dice, 'id') } : {}),
    ...(dice.isLucky(0.4) ? { providerId: 'micro', externalId: dice.pick(IMPORTS) } : {}),
  }),
};

/** A text as it may stand where something of this name is wanted. */
function randomText(dice: Dice, name: string): string {
  if (dice.isLucky(0.15)) return dice.pick(TEXTS);
  if (name.startsWith('providerId')) return dice.pick(PROVIDERS);
  if (name === 'externalId') return dice.pick(IMPORTS);
  if (name === 'after' && dice.learned.length > 0) return dice.pick(dice.learned);
  if (!name.startsWith('id')) return dice.pick(TEXTS);
  return dice.isLucky(0.2) ? dice.pick(PROVIDERS) : `${dice.pick(PROVIDERS)}:${dice.pick(IMPORTS)}`;
}

/** Anything that JSON can say. */
export function randomThing(dice: Dice): unknown {
  const kind = dice.roll(3);
  if (kind === 0) return dice.pick(TEXTS);
  return kind === 1 ? dice.pick(NUMBERS) : dice.pick<unknown>(ANYTHING);
}

/** What stands for a part of a value, such as a variable; null for the part itself. */
export type PutInstead = (value: unknown, type: GraphQLInputType) => string | null;

/** A value as it is written in an operation. */
export function literalOf(
  value: unknown,
  type: GraphQLInputType,
  putInstead: PutInstead = () => null,
): string {
  const given = getNullableType(type);
  const partOf = (part: unknown, partType: GraphQLInputType): string =>
    putInstead(part, partType) ?? literalOf(part, partType, putInstead);
  if (Array.isArray(value)) {
    const inner = isListType(given) ? given.ofType : type;
    return `[${value.map((item) => partOf(item, inner)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(given) ? given.getFields() : {};
    const parts = Object.entries(value).map(
      ([name, item]) => `${name}: ${partOf(item, fields[name]?.type ?? type)}`,
    );
    return `{ ${parts.join(', ')} }`;
  }
  if (typeof value === 'string' && isEnumType(given) && /^\w+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'null';
}
