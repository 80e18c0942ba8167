import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that says nothing about what is the same. */
export function isSameSecret(shown: string, expected: string): boolean {
  return timingSafeEqual(digestOf(shown), digestOf(expected));
}

/** Of one length, however long the text is. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
