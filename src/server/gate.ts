import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../graphql/caller.ts';
import type { Caller } from '../graphql/caller.ts';
import type { Admission, Authenticator, Credentials, Denial } from './authenticator.ts';
import type { RateLimit } from './rate-limit.ts';

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly rateLimit: RateLimit;
  /** Told of everybody who is not let in. */
  readonly onDenied?: (code: Denial['code']) => void;
}

/** Every way in leads through it. */
export class Gate {
  readonly #authenticator: Authenticator;
  readonly #rateLimit: RateLimit;
  readonly #onDenied: (code: Denial['code']) => void;
  readonly #callers = new WeakMap<FastifyRequest, Caller>();

  constructor({ authenticator, rateLimit, onDenied }: GateOptions) {
    this.#onDenied = onDenied ?? (() => undefined);
    this.#authenticator = authenticator;
    this.#rateLimit = rateLimit;
  }

  /** Lets nobody to the routes of this scope who may not ask. */
  guard(scope: FastifyInstance, bodyOf: (denial: Denial) => unknown): void {
    scope.addHook('onRequest', async (request, reply) => {
      const { headers, ip } = request;
      const stranger = this.checkRouter(headers['router-authorization']);
      const admission = stranger ?? (await this.admit(headers, ip));
      if (admission.kind === 'denied') return deny(reply, admission, bodyOf);
      this.#callers.set(request, admission.caller);
      return undefined;
    });
  }

  /** Who made a request that was let in. */
  callerOf(request: FastifyRequest): Caller {
    return this.#callers.get(request) ?? ANONYMOUS;
  }

  checkRouter(secret: unknown): Denial | null {
    const shown = typeof secret === 'string' ? secret : undefined;
    return this.#told(this.#authenticator.checkRouter(shown));
  }

  /** Who asks. Whoever tries tokens is counted, too. */
  async admit(credentials: Credentials, address: string): Promise<Admission> {
    const admission = await this.#authenticator.authenticate(credentials);
    const isDenied = admission.kind === 'denied';
    if (isDenied) this.#told(admission);
    const excess = await this.count(isDenied ? ANONYMOUS : admission.caller, address);
    return excess ?? admission;
  }

  /** Counts one request of a caller; clients without a name are told apart by their address. */
  async count({ subject }: Caller, address: string): Promise<Denial | null> {
    const client = subject === null ? `address ${address}` : `subject ${subject}`;
    return this.#told(await this.#rateLimit.take(client));
  }

  #told(denial: Denial | null): Denial | null {
    if (denial !== null) this.#onDenied(denial.code);
    return denial;
  }
}

function deny(
  reply: FastifyReply,
  denial: Denial,
  bodyOf: (denial: Denial) => unknown,
): FastifyReply {
  return reply.code(denial.statusCode).headers(denial.headers).send(bodyOf(denial));
}
