/** How the result of an operation can be written. */
export type ResultType = 'application/graphql-response+json' | 'application/json';

/** Where a client does not care, it may be one from before the other type was there. */
const TYPES = ['application/json', 'application/graphql-response+json'] as const;

interface Range {
  readonly type: string;
  readonly quality: number;
}

/**
 * The type of result that a client wants most, by its `accept` header; null when it wants neither.
 * Of those that it wants alike, the one that it names first.
 */
export function chooseResultType(accept: string | undefined): ResultType | null {
  if (accept === undefined || accept.trim() === '') return TYPES[0];
  const ranges = accept.split(',').map(rangeOf);
  let best: { readonly type: ResultType; readonly range: Range; readonly place: number } | null =
    null;
  for (const type of TYPES) {
    const range = findMostSpecific(ranges, type);
    if (range === null || range.quality <= 0) continue;
    const place = ranges.indexOf(range);
    const isBetter =
      best === null ||
      range.quality > best.range.quality ||
      (range.quality === best.range.quality && place < best.place);
    if (isBetter) best = { type, range, place };
  }
  return best?.type ?? null;
}

/** Whether a client names such a type, rather than take whatever comes. */
export function namesResultType(accept: string | undefined): boolean {
  const named = accept?.split(',').map((text) => rangeOf(text).type) ?? [];
  return TYPES.some((type) => named.includes(type));
}

function findMostSpecific(ranges: readonly Range[], type: ResultType): Range | null {
  for (const wanted of [type, 'application/*', '*/*']) {
    const found = ranges.find((range) => range.type === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

/** Parameters other than `q` are read by nobody here. */
function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const number = quality === undefined ? 1 : Number(quality);
  return { type, quality: Number.isNaN(number) ? 0 : number };
}
