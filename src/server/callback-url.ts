/**
 * Letters, digits and what names need, and nothing that one program reads otherwise than another:
 * no user, no escape, no query. Paths of routers have no more.
 */
const PLAIN = /^https?:\/\/[a-z0-9.:[\]-]+(?:\/[\w.~-]+)*\/?$/i;

/** Segments that lead elsewhere than they say. */
const DOTS = /\/\.{1,2}(?:\/|$)/;

/**
 * The address that results may be posted to; null when it is below none of those that are allowed.
 * An address is below another of the same origin whose path it continues by whole segments.
 */
export function findCallbackUrl(text: string, allowed: readonly string[]): URL | null {
  if (!PLAIN.test(text) || DOTS.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return allowed.some((prefix) => isBelow(url, new URL(prefix))) ? url : null;
}

function isBelow({ origin, pathname }: URL, prefix: URL): boolean {
  const path = prefix.pathname.replace(/\/+$/, '');
  return origin === prefix.origin && (pathname === path || pathname.startsWith(`${path}/`));
}
