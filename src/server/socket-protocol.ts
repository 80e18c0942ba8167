import { OperationTypeNode } from 'graphql';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import type { Context, Server as ProtocolServer, SubscribePayload } from 'graphql-ws';
import { hasExpired } from '../graphql/caller.ts';
import { createContext } from '../graphql/context.ts';
import { maskErrors } from '../graphql/errors.ts';
import { subscribe } from '../graphql/live/subscribe.ts';
import type { LiveServices } from '../graphql/live/subscribe.ts';
import { failure, isOperation } from '../graphql/operations.ts';
import type { OperationRequest } from '../graphql/operations.ts';
import { createExecute } from '../graphql/traced-operation.ts';
import type { Connection } from './connection.ts';
import type { Denial } from './authenticator.ts';
import type { Gate } from './gate.ts';
import type { LiveLimits } from './live-limits.ts';

export interface ProtocolOptions extends LiveServices {
  readonly gate: Gate;
  readonly limits: LiveLimits;
}

/** RFC 6455 registry: the server cannot say now. */
const TRY_AGAIN_LATER = 1013;

/** One socket as the protocol knows it. */
export type Client = Context<undefined, Connection>;

/** What the library is told of a subscription that runs without it: it would keep all of its request. */
const HANDED_OVER: ExecutionResult = {};

/** What it is told of one that cannot begin. */
class Refusal {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    this.errors = errors;
  }
}

/**
 * The protocol as `graphql-ws` speaks it, but for subscriptions that have begun: they are shared, and
 * run on their `Connection`.
 */
export function createProtocol(
  options: ProtocolOptions,
  clients: Set<Client>,
): ProtocolServer<Connection> {
  const { services, operations, maskError, gate, limits } = options;
  const findExcess = async (connection: Connection): Promise<readonly GraphQLError[] | null> => {
    const denial = await gate.count(connection.caller, connection.address);
    return denial === null ? null : [failure(denial.code, denial.message)];
  };
  return makeServer<undefined, Connection>({
    connectionInitWaitTimeout: limits.initWithinMs,
    execute: createExecute(services.tracer),
    onConnect: async (client) => {
      const { extra, connectionParams } = client;
      const authorization = findAuthorization(connectionParams) ?? extra.authorization;
      const admission = await gate.admit({ authorization }, extra.address);
      if (admission.kind === 'denied') {
        extra.close(CLOSE_CODES[admission.code], admission.message);
        return false;
      }
      // It may be gone by now.
      if (!extra.isOpen) return false;
      extra.admit(admission.caller, services.clock);
      clients.add(client);
      return true;
    },
    onClose: (client) => void clients.delete(client),
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      const running = Object.keys(subscriptions).length + extra.subscriptions;
      if (running > limits.maxOperations) return refuseExcess(extra, limits);
      const { caller } = extra;
      if (hasExpired(caller, services.clock.now())) return [EXPIRED];
      const request = requestOf(payload);
      const operation = operations.prepare(request);
      // What is refused anyway is counted, too.
      if (!isOperation(operation)) return (await findExcess(extra)) ?? operation;
      const { schema } = operations;
      const { document } = operation;
      const { operationName, variables } = request;
      if (operation.type !== OperationTypeNode.SUBSCRIPTION) {
        const excess = await findExcess(extra);
        if (excess !== null) return excess;
        const contextValue = createContext({ services, caller });
        return { schema, document, operationName, variableValues: variables, contextValue };
      }
      const args = { schema, document, operationName };
      const delivery = extra.reserve(id, maskError);
      if (delivery === null) return args;
      // The id is reserved before anything is waited for: it may be completed, and taken again.
      const starting = { ...request, operation, caller, resumeAfter: null };
      const join = (await findExcess(extra)) ?? (await subscribe(starting, options));
      if (typeof join === 'function') {
        extra.begin(id, delivery, join);
        return args;
      }
      extra.complete(id);
      return { ...args, rootValue: new Refusal(join) };
    },
    subscribe: ({ rootValue }) => (rootValue instanceof Refusal ? rootValue : HANDED_OVER),
    onOperation: ({ subscriptions }, id, _payload, _args, result) => {
      // What it does not know, it neither answers nor keeps.
      if (result === HANDED_OVER) delete subscriptions[id];
    },
    onError: (_client, _id, _payload, errors) => maskErrors(errors, maskError),
    onNext: (_client, _id, _payload, _args, result) => {
      if (result.errors === undefined) return undefined;
      return { data: result.data ?? null, errors: maskErrors(result.errors, maskError) };
    },
  });
}

/** How a socket is closed. Clients come back after each of these but the first. */
const CLOSE_CODES: Readonly<Record<Denial['code'], number>> = {
  INVALID_TOKEN: CloseCode.Unauthorized,
  EXPIRED_TOKEN: CloseCode.Forbidden,
  NOT_THROUGH_ROUTER: CloseCode.Forbidden,
  RATE_LIMITED: TRY_AGAIN_LATER,
  AUTH_UNAVAILABLE: TRY_AGAIN_LATER,
};

const EXPIRED = failure('UNAUTHENTICATED', 'the token has expired; open a socket with a new one');

/** The second is what routers send. */
const TOKEN_KEYS = ['authorization', 'token'];

/** Browsers cannot say headers with a socket, so clients say them when it is open. */
function findAuthorization(params: unknown): string | undefined {
  const entries = entriesOf(params);
  const headers = entries.find(([name]) => name.toLowerCase() === 'headers')?.[1];
  const [, value] =
    [...entries, ...entriesOf(headers)].find(
      ([name, shown]) => TOKEN_KEYS.includes(name.toLowerCase()) && typeof shown === 'string',
    ) ?? [];
  return typeof value === 'string' ? value : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function requestOf(payload: SubscribePayload): OperationRequest {
  const { query, operationName, variables, extensions } = payload;
  return { query, operationName: operationName ?? null, variables: variables ?? {}, extensions };
}

/** RFC 6455: clients take it that trying again is of no use. */
const POLICY_VIOLATION = 1008;

/** An operation too many is refused; a client that goes on and on is cut off. */
function refuseExcess(
  connection: Connection,
  { maxOperations }: LiveLimits,
): readonly GraphQLError[] {
  const message = `at most ${maxOperations} operations may run on one socket at once; complete some, or open another socket`;
  if (connection.countExcess() > maxOperations) connection.close(POLICY_VIOLATION, message);
  return [failure('TOO_MANY_OPERATIONS', message)];
}
