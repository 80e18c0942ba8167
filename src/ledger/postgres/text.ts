import { createHash } from 'node:crypto';

/** So long a text goes into an index; it takes up to four bytes a character, or more when it is marked. */
const LONGEST_KEY = 400;

/** A text by which a row is found: itself or, where that is too long for an index, its digest. */
export function keyText(text: string): string {
  if (text.length <= LONGEST_KEY) return text;
  return `#${createHash('sha256').update(JSON.stringify(text)).digest('hex')}`;
}
