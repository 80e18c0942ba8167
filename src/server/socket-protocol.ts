import { OperationTypeNode } from 'graphql';
import type { GraphQLError } from 'graphql';
import { makeServer } from 'graphql-ws';
import type { Context, Server as ProtocolServer, SubscribePayload } from 'graphql-ws';
import { createContext } from '../graphql/context.ts';
import type { Caller } from '../graphql/context.ts';
import { subscribe } from '../graphql/live/subscribe.ts';
import type { LiveServices } from '../graphql/live/subscribe.ts';
import { failure, isOperation } from '../graphql/operations.ts';
import type { OperationRequest } from '../graphql/operations.ts';
import type { Connection } from './connection.ts';
import { Delivery } from './delivery.ts';
import type { LiveLimits } from './live-limits.ts';

export interface ProtocolOptions extends LiveServices {
  readonly caller: Caller;
  readonly limits: LiveLimits;
}

/** One socket as the protocol knows it. */
export type Client = Context<undefined, Connection>;

/** The protocol as `graphql-ws` speaks it, with subscriptions that are shared. */
export function createProtocol(
  options: ProtocolOptions,
  clients: Set<Client>,
): ProtocolServer<Connection> {
  const { services, operations, maskError, caller, limits } = options;
  return makeServer<undefined, Connection>({
    connectionInitWaitTimeout: limits.initWithinMs,
    onConnect: (client) => void clients.add(client),
    onClose: (client) => void clients.delete(client),
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      // Its own count leaves out what the socket holds under an id that was used again.
      const running = Math.max(Object.keys(subscriptions).length, extra.held + 1);
      if (running > limits.maxOperations) {
        return refuseExcess(extra, limits);
      }
      const request = requestOf(payload);
      const operation = operations.prepare(request);
      if (!isOperation(operation)) return operation;
      const { schema } = operations;
      const { document } = operation;
      const { operationName, variables } = request;
      if (operation.type !== OperationTypeNode.SUBSCRIPTION) {
        const contextValue = createContext({ services, caller });
        return { schema, document, operationName, variableValues: variables, contextValue };
      }
      const join = await subscribe({ ...request, operation, caller, resumeAfter: null }, options);
      const source = typeof join === 'function' ? new Delivery(extra, id, join) : new Refusal(join);
      // The library keeps all of this for as long as the subscription lasts.
      return { schema, document, operationName, rootValue: source };
    },
    subscribe: ({ rootValue }) => {
      if (rootValue instanceof Delivery || rootValue instanceof Refusal) return rootValue;
      throw new Error('a subscription is not what onSubscribe made of it');
    },
    onError: (_client, _id, _payload, errors) =>
      errors.map((error) => maskError(error.toJSON(), error)),
    onNext: (_client, _id, _payload, _args, result) => {
      if (result.errors === undefined) return undefined;
      const errors = result.errors.map((error) => maskError(error.toJSON(), error));
      return { data: result.data ?? null, errors };
    },
  });
}

/** The only result of a subscription that cannot be started. */
class Refusal {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    this.errors = errors;
  }
}

function requestOf({ query, operationName, variables }: SubscribePayload): OperationRequest {
  return { query, operationName: operationName ?? null, variables: variables ?? {} };
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
