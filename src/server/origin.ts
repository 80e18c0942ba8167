import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of another origin asks. Browsers let any page open a socket to any server, and send
 * simple requests there; what is not a browser says no origin. Behind a proxy that says another host,
 * `publicUrl` tells what is ours.
 */
export function isForeign(
  { origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders,
  publicUrl: string,
): boolean {
  if (site === 'cross-site') return true;
  if (origin === undefined) return false;
  if (!URL.canParse(origin)) return true;
  const ours = [host, URL.canParse(publicUrl) ? new URL(publicUrl).host : host];
  return !ours.includes(new URL(origin).host);
}
