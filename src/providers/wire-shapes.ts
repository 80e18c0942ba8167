import { z } from 'zod';

/** A value that may be absent, which is null. One that cannot be read refuses what it is in. */
export function orNull<Output, Input>(shape: z.ZodType<Output, Input>) {
  return shape.nullish().transform((value) => value ?? null);
}

/** A value that is null when it is absent or cannot be read: it never refuses what it is in. */
export function readableOrNull<Output, Input>(shape: z.ZodType<Output, Input>) {
  return shape
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);
}

/** Milliseconds since the epoch, of RFC 3339; null as well when the time has no zone. */
export const Instant = readableOrNull(
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
);

/** A text that says something: the empty one is null. */
export const Text = readableOrNull(z.string()).transform((text) => (text === '' ? null : text));

/** One of the vendor's words: `known` when we know it, else `unrecognized`; `raw` as it was sent. */
export interface Word<Known extends string> {
  readonly known: Known | 'unrecognized';
  readonly raw: string;
}

/** A vendor's enumeration, closed: these words and `unrecognized`. */
export function word<const Known extends string>(words: readonly Known[]) {
  return z.string().transform((raw): Word<Known> => ({
    known: words.find((known) => known === raw) ?? 'unrecognized',
    raw,
  }));
}
