import { z } from 'zod';

/**
 * A secret that becomes part of a header. `expected` says which, as the beginning of a message.
 * Checked before it is sent, because fetch quotes a header value that it refuses.
 */
export function headerSecret(expected: string) {
  const error = `${expected}: printable characters, no spaces or line breaks`;
  return z.string(error).regex(/^[!-~]+$/, error);
}
