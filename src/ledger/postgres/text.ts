import { createHash } from 'node:crypto';
import { storedText } from '../stored-text.ts';

/** So long a text goes into an index; it takes up to four bytes a character. */
const LONGEST_KEY = 600;

/** No text is stored so: what marks it is stored as something else. */
const DIGEST = '\uFDD0#';

/** A text by which a row is found: as it is stored or, where that is too long for an index, its digest. */
export function keyText(text: string): string {
  const stored = storedText(text);
  if (stored.length <= LONGEST_KEY) return stored;
  return `${DIGEST}${createHash('sha256').update(stored).digest('hex')}`;
}
