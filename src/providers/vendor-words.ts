import { stripValues } from '../domain/cause.ts';

/** More of a vendor's words is not kept. It is far more than is shown, so that no secret is cut in two. */
const LONGEST_KEPT = 4_000;

/**
 * A vendor's words as a part of a failure's message: between “ and ”, and nothing else is, so that
 * it is known which part may quote a row. They are to be told `withoutValues`.
 */
export function quoteVendor(words: string): string {
  return `“${words.slice(0, LONGEST_KEPT).replace(/[“”]/g, '"')}”`;
}

const QUOTED = /“([^“”]*)”/g;
/** One that was cut off has no end. */
const OBJECT = /\{.*\}|\{.*$/s;
const LONGEST_SHOWN = 200;

/** A failure's message whose vendor's words, if there are any, are short and quote no row. */
export function withoutValues(message: string): string {
  return message.replace(QUOTED, (_, words: string) => {
    // An object is a row, or what we sent; its texts need not be quoted.
    const sentence = stripValues(words.replace(OBJECT, '{…}'));
    return `“${sentence.slice(0, LONGEST_SHOWN)}”`;
  });
}
