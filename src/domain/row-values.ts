/** The input of a row, as a vendor quotes it. */
export type RowValues = Readonly<Record<string, unknown>>;

/** Characters of names and texts, and eight for anything else. */
const LARGEST = 65_536;
const OTHER_SIZE = 8;

/** Levels of objects and lists in each other. */
const DEEPEST = 64;

/** How large values are; null when they are too large or too deep to be kept. */
export function findSize(values: RowValues): number | null {
  let size = 0;
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: values, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (depth > DEEPEST) return null;
    size += typeof value === 'string' ? value.length : OTHER_SIZE;
    if (size > LARGEST) return null;
    if (!hasParts(value)) continue;
    // Before its items are listed: there may be millions.
    if (Array.isArray(value) && value.length * OTHER_SIZE > LARGEST) return null;
    for (const name in value) {
      size += name.length;
      if (size > LARGEST) return null;
      open.push({ value: value[name], depth: depth + 1 });
    }
  }
  return size;
}

function hasParts(value: unknown): value is RowValues {
  return typeof value === 'object' && value !== null;
}

/** Shorter texts are in many sentences without being quoted there. */
const SHORTEST_TEXT = 3;

/** So many values are looked for in a message. */
const MOST_VALUES = 2_000;

/**
 * The texts and numbers in values, as they are and without the space around them, the longest
 * first; null when there are too many to look for.
 */
export function findTexts(values: RowValues): readonly string[] | null {
  const texts = new Set<string>();
  const open: unknown[] = [values];
  for (let looked = 0; open.length > 0; looked += 1) {
    const value = open.pop();
    if (hasParts(value)) {
      if (Array.isArray(value) && value.length > MOST_VALUES) return null;
      for (const name in value) {
        open.push(value[name]);
        if (looked + open.length > MOST_VALUES) return null;
      }
    } else if (value !== null && value !== undefined) {
      const text = textOf(value);
      for (const one of [text, text.trim()]) if (one.length >= SHORTEST_TEXT) texts.add(one);
    }
  }
  return [...texts].toSorted((a, b) => b.length - a.length);
}

/** A text as it is; a number or a truth value as a message would show it. */
function textOf(leaf: unknown): string {
  return typeof leaf === 'string' ? leaf : JSON.stringify(leaf);
}

/**
 * The same values with each text, number and truth value, as text, replaced by another; null stays
 * null. Only for values that are not too large.
 */
export function mapLeaves(values: RowValues, replace: (value: string) => string): RowValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, mapLeaf(value, replace)]),
  );
}

function mapLeaf(value: unknown, replace: (value: string) => string): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => mapLeaf(item, replace));
  if (typeof value !== 'object') return replace(textOf(value));
  return mapLeaves({ ...value }, replace);
}
