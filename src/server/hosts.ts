import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Whether a request names a host that this server is not. */
export type HostCheck = (headers: IncomingHttpHeaders) => boolean;

const LOOPBACK = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

export interface HostsOptions {
  readonly services: { readonly publicUrl: string };
  /** Whether it is there for this machine only, and asks nobody who they are. */
  readonly isLocalOnly: boolean;
}

/**
 * Any page can have its own name lead to this machine, and then asks as a page of ours would. Where
 * nobody shows who they are, only names of this machine are answered, and that of `publicUrl`.
 */
export function createHostCheck({ services, isLocalOnly }: HostsOptions): HostCheck {
  return ({ host }) => {
    if (!isLocalOnly || host === undefined || LOOPBACK.test(host)) return false;
    const { publicUrl } = services;
    return !URL.canParse(publicUrl) || new URL(publicUrl).host !== host.toLowerCase();
  };
}

/** Answers nobody who means another host. */
export function refuseOtherHosts(app: FastifyInstance, isOtherHost: HostCheck): void {
  app.addHook('onRequest', async ({ headers }, reply) => {
    if (!isOtherHost(headers)) return undefined;
    const message =
      'host: this server answers to names of its own machine only; set publicUrl to the address that callers use, or auth.jwt';
    const errors = [{ message, extensions: { code: 'MISDIRECTED' } }];
    return reply.code(421).send({ statusCode: 421, code: 'MISDIRECTED', message, errors });
  });
}
