import { createHash } from 'node:crypto';
import { createSourceEventStream, GraphQLError } from 'graphql';
import { rightsKey } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { createContext } from '../context.ts';
import type { GraphServices } from '../context.ts';
import { graphError } from '../errors.ts';
import type { MaskError } from '../errors.ts';
import { declaredOf } from '../operation-values.ts';
import type { Operation, OperationRequest, Operations } from '../operations.ts';
import { readResumption } from '../position.ts';
import type { Resumption } from '../position.ts';
import { LiveStream } from './live-stream.ts';
import { renderMessage } from './message.ts';
import type { Message } from './message.ts';
import type { Sink, Subscription } from './sink.ts';

/** What the transports need to serve subscriptions. */
export interface LiveServices {
  readonly services: GraphServices;
  readonly operations: Operations;
  readonly maskError: MaskError;
}

export interface SubscriptionRequest extends OperationRequest {
  readonly operation: Operation;
  readonly caller: Caller;
  /** A position to resume from that the transport knows; null for what the operation says. */
  readonly resumeAfter: string | null;
}

/** As much as a socket takes: they are kept as long as the subscription runs. */
const MOST_CHARACTERS = 262_144;

/** A subscription that waits for somebody to send to. */
export type Join = (sink: Sink<Message>) => Subscription;

/** Starts a subscription, or tells why it cannot be. Nothing is held before somebody joins. */
export async function subscribe(
  request: SubscriptionRequest,
  { services, operations, maskError }: LiveServices,
): Promise<Join | readonly GraphQLError[]> {
  const { operation, operationName, caller, resumeAfter } = request;
  const variables = declaredOf(request.variables, operation.variableTypes);
  const { length } = JSON.stringify(variables);
  if (length > MOST_CHARACTERS) {
    const message = `variables: of a subscription have at most ${MOST_CHARACTERS} characters, and these have ${length}; name fewer things, or subscribe several times`;
    return [graphError('VARIABLES_TOO_LARGE', message)];
  }
  const { schema } = operations;
  const stream = await createSourceEventStream({
    schema,
    document: operation.document,
    operationName,
    variableValues: variables,
    contextValue: createContext({ services, caller }),
  });
  if (!(stream instanceof LiveStream)) return 'errors' in stream ? (stream.errors ?? []) : [];
  const from = resumeAfter === null ? stream.from : await resume(resumeAfter, services);
  if (from instanceof GraphQLError) return [from];
  const rendering = {
    schema,
    document: operation.document,
    operationName,
    variables,
    createContext: () => createContext({ services, caller }),
    maskError,
  };
  const key = keyOf({ ...request, variables });
  return (sink) =>
    services.hub.share({
      key,
      topic: stream.topic,
      render: (event) => renderMessage(event, rendering),
      sink,
      ...from,
      expiresAt: caller.expiresAt,
    });
}

async function resume(text: string, services: GraphServices): Promise<Resumption | GraphQLError> {
  try {
    return await readResumption(text, services);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** The same for all that are to be sent the same. */
function keyOf({ operationName, variables, operation, caller }: SubscriptionRequest): string {
  const decisive = operation.variableNames
    .filter((name) => name in variables)
    .map((name) => [name, variables[name]]);
  const key = JSON.stringify([operation.text, operationName, decisive, rightsKey(caller)]);
  // Callers may make it as long as they like.
  return createHash('sha256').update(key).digest('base64');
}
