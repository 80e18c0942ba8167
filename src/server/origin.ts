import type { IncomingHttpHeaders } from 'node:http';

export interface Origins {
  readonly services: { readonly publicUrl: string };
  /** Other origins that are let in. */
  readonly corsOrigins: readonly string[];
}

/** Whether a page of another origin asks, and one that is not let in. */
export type OriginCheck = (headers: IncomingHttpHeaders) => boolean;

/**
 * Browsers let any page open a socket to any server, and send simple requests there; what is not a
 * browser says no origin. Behind a proxy that says another host, `publicUrl` tells what is ours.
 */
export function createOriginCheck({ services, corsOrigins }: Origins): OriginCheck {
  return ({ origin, host, 'sec-fetch-site': site }) => {
    if (origin !== undefined && corsOrigins.includes(origin)) return false;
    if (site === 'cross-site') return true;
    if (origin === undefined) return false;
    if (!URL.canParse(origin)) return true;
    const { publicUrl } = services;
    const ours = [host, URL.canParse(publicUrl) ? new URL(publicUrl).host : host];
    return !ours.includes(new URL(origin).host);
  };
}
