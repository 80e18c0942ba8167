import { z } from 'zod';

/** An object of these keys and no others. Names them when one is misspelt or all are missing. */
export function exactKeys<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  const error: z.core.$ZodErrorMap<
    z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys
  > = (issue) => {
    if (issue.code === 'invalid_type') return `expected the keys ${keys}`;
    return `unknown key ${issue.keys.join(', ')}; expected ${keys}`;
  };
  return z.strictObject(shape, { error });
}

/** An object that has one of these keys and no more, read as what stands under that key. */
export function exactlyOne<Choice>(
  choices: Readonly<Record<string, z.ZodType<Choice>>>,
): z.ZodType<Choice> {
  const shape: Record<string, z.ZodOptional<z.ZodType<Choice>>> = {};
  for (const [key, choice] of Object.entries(choices)) shape[key] = choice.optional();
  return exactKeys(shape).transform((given, context) => {
    const found = Object.entries(given).filter(([, choice]) => choice !== undefined);
    const [only, ...others] = found;
    if (only?.[1] !== undefined && others.length === 0) return only[1];
    const keys = Object.keys(choices).join(', ');
    const names = found.map(([key]) => key).join(' and ') || 'none';
    context.addIssue(`expected exactly one of ${keys}; found ${names}`);
    return z.NEVER;
  });
}

/**
 * An http(s) address. `expected` says which, as the beginning of a message. One with a user and a
 * password in it is refused: fetch cannot send it, and would quote it in its error.
 */
export function httpUrl(expected: string) {
  return z
    .url({ protocol: /^https?$/, error: expected, abort: true })
    .transform((text) => new URL(text))
    .refine(({ username, password }) => username === '' && password === '', {
      error: `${expected}, without a user name or password (credentials have keys of their own)`,
    })
    .refine(({ search, hash }) => search === '' && hash === '', {
      error: `${expected}, without a query (?) or a fragment (#)`,
    });
}

/** An http(s) address without a slash at its end, so that a path can be appended. */
export function baseUrl(expected: string) {
  return httpUrl(expected).transform(
    ({ origin, pathname }) => origin + pathname.replace(/\/+$/, ''),
  );
}
