// A value may have quotes of its own, in front of a word; not one that is long, for each of its quotes
// would be the beginning of one that is looked for to the end. An apostrophe opens at the beginning of
// a word, where Python may write a letter before it, for the same reason.
const QUOTED =
  /"(?:[^"]|(?<=\s)"(?=\w)){0,500}"(?!\w)|"[^"]*"(?!\w)|“[^“”]*”|‘(?:[^‘’]|(?<=\w)’(?=\w))*’|(?<=(?<!\w)[bru]?)'(?:[^']|(?<!(?<!\w)[bru])(?<=\w)'(?=\w))*'(?!\w)/gi;
/** What a keyed hash of a value looks like that stands in its place. */
const HASH = /#[\w-]{16}/g;
// Only from the beginning of a word: from each letter of it, a long one would take its square.
const ADDRESS =
  /(?<![^\s@<>"'(),;=[\]])[^\s@<>"'(),;=[\]]+@[^\s@<>"'(),;=[\].:!?]+(?:\.[^\s@<>"'(),;=[\].:!?]+)+/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:?\d\d)?/g;
const NUMBER = /(?<![\p{L}_])[-+]?\d(?:[\d.,:/-]*\d)?/gu;

const HAS_QUOTE = /["'“‘]/;
const HAS_DIGIT = /\d/;
const IS_UNEVEN = /\s\s|[\t\n\v\f\r]|^\s|\s$/;

const LONGEST_CAUSE = 300;

/** What stands where a value was taken out of a text. */
const MARK = '…';

/**
 * The cause behind a message: its values (those that are `known`, quoted text, addresses, ids,
 * numbers) replaced by `…`, so that rows that failed for one reason share one text.
 */
export function causeOf(message: string, known: readonly string[] = []): string {
  const cause = stripValues(message.slice(0, LONGEST_CAUSE * 4), known);
  const even = IS_UNEVEN.test(cause) ? cause.replace(/\s+/g, ' ').trim() : cause;
  return even.slice(0, LONGEST_CAUSE);
}

/**
 * A text with `…` in the place of each value: those that are `known`, and those that are found by
 * how they look. A name that stands in a sentence without quotes is found only if it is known.
 */
export function stripValues(text: string, known: readonly string[] = []): string {
  return withoutStray(
    markValues(text, () => MARK, known),
    /…/,
  );
}

/** A text with each value that `stripValues` would find, without its quotes, replaced by another. */
export function replaceValues(
  text: string,
  replace: (value: string) => string,
  known: readonly string[] = [],
): string {
  const values: string[] = [];
  // Letters that nobody uses stand in for what was found, so that nothing is found twice.
  const restore = (marked: string): string =>
    marked.replace(STAND_IN, (letter) => values[indexOf(letter)] ?? '');
  const mark = (value: string): string => {
    // What is quoted may hold what is known.
    values.push(restore(value));
    return values.length > MOST_STAND_INS ? MARK : standIn(values.length - 1);
  };
  const without = (given: string): string => given.replace(STAND_IN, MARK);
  const marked = markValues(without(text), mark, known.map(without));
  return withoutStray(marked, /[\ue000-\uf8ff…]/).replace(STAND_IN, (letter) =>
    replace(values[indexOf(letter)] ?? ''),
  );
}

const STRAY = /["“”]/g;
const HAS_STRAY = /["“”]/;
const IS_OPENING = /(?:^|[\s([{:=,])["“]$/;

/**
 * A quote that is left over is the end of a value that has quotes of its own: what stands between
 * it and the value before belongs to it. Or it is the beginning of one that was cut off.
 */
function withoutStray(text: string, value: RegExp): string {
  if (!HAS_STRAY.test(text)) return text;
  let kept = '';
  let rest = 0;
  for (const { index } of text.matchAll(STRAY)) {
    if (IS_OPENING.test(text.slice(Math.max(0, index - 1), index + 1))) {
      return kept + text.slice(rest, index) + MARK;
    }
    const before = kept + text.slice(rest, index);
    const start = lastIndexOf(before, value);
    kept = (start < 0 ? '' : before.slice(0, start)) + MARK;
    rest = index + 1;
  }
  return kept + text.slice(rest);
}

function lastIndexOf(text: string, value: RegExp): number {
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (value.test(text.charAt(index))) return index;
  }
  return -1;
}

/** Unicode's private use area. */
const STAND_IN = /[\ue000-\uf8ff]/g;
const FIRST_STAND_IN = 0xe000;
const MOST_STAND_INS = 6_400;

function standIn(index: number): string {
  return String.fromCharCode(FIRST_STAND_IN + index);
}

function indexOf(letter: string): number {
  return letter.charCodeAt(0) - FIRST_STAND_IN;
}

/** Most texts have some kinds of values only, and looking for one is cheaper than replacing it. */
function markValues(
  text: string,
  mark: (value: string) => string,
  known: readonly string[],
): string {
  let result = text;
  // First, for they may have quotes of their own.
  for (const value of known) {
    if (result.includes(value)) result = result.replaceAll(value, () => mark(value));
  }
  if (HAS_QUOTE.test(result)) {
    result = result.replace(QUOTED, (quoted) => mark(quoted.slice(1, -1)));
  }
  if (result.includes('#')) result = result.replace(HASH, mark);
  if (result.includes('@')) result = result.replace(ADDRESS, mark);
  if (!HAS_DIGIT.test(result)) return result;
  if (result.includes('-')) result = result.replace(UUID, mark).replace(INSTANT, mark);
  return result.replace(NUMBER, mark);
}
