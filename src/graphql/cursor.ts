import { graphError } from './errors.ts';

/** What a cursor counts; the same number is another place in another list. */
type CursorKind = 'place' | 'row';

const PREFIX = { place: 'i', row: 'r' } as const satisfies Record<CursorKind, string>;

/** Opaque to callers: they get it from us and hand it back. */
export function encodeCursor(kind: CursorKind, value: number): string {
  return PREFIX[kind] + value.toString(36);
}

/** Throws an `INVALID_CURSOR` when the text is not a cursor of this kind. */
export function decodeCursor(kind: CursorKind, text: string): number {
  const digits = text.slice(1);
  const value = Number.parseInt(digits, 36);
  const isNumber = Number.isSafeInteger(value) && value >= 0 && value.toString(36) === digits;
  if (text[0] !== PREFIX[kind] || !isNumber) {
    throw graphError(
      'INVALID_CURSOR',
      `after: ${JSON.stringify(text.slice(0, 40))} is not a cursor of this list; pass one that it gave you, or leave it out`,
    );
  }
  return value;
}

const LARGEST_PAGE = 500;

/** Throws an `INVALID_PAGE_SIZE` when `first` is not 1 to 500. */
export function checkPageSize(first: number): number {
  if (first >= 1 && first <= LARGEST_PAGE) return first;
  throw graphError('INVALID_PAGE_SIZE', `first: must be 1 to ${LARGEST_PAGE}, not ${first}`);
}
