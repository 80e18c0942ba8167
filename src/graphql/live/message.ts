import { execute } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../context.ts';
import { findOutage, resultText } from '../errors.ts';
import type { MaskError } from '../errors.ts';
import type { EventModel } from '../models.ts';
import { encodePosition } from '../position.ts';

/** One result of a subscription, ready to be sent to any number of subscribers. */
export interface Message {
  /** The result, `{ data, errors }`, as JSON. */
  readonly payload: string;
  /** The same in UTF-8, made when it is first asked for. */
  readonly bytes: Buffer;
  /** What the subscriber has seen once it has this: a cursor. */
  readonly position: string;
}

export interface Rendering {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** A context for each event: its loaders remember nothing of the event before. */
  readonly createContext: () => GraphContext;
  readonly maskError: MaskError;
}

/**
 * Executes a subscription's selection for an event. Throws a `StoreUnavailableError` when any of it
 * could not be read: what is made in the end is whole.
 */
export async function renderMessage(
  event: EventModel,
  { schema, document, operationName, variables, createContext, maskError }: Rendering,
): Promise<Message> {
  const context = createContext();
  const result = await execute({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: context,
    rootValue: event,
  });
  for (const error of result.errors ?? []) {
    const outage = findOutage(error);
    if (outage !== null) throw outage;
  }
  const payload = resultText(result, maskError);
  let bytes: Buffer | null = null;
  return {
    payload,
    get bytes() {
      bytes ??= Buffer.from(payload);
      return bytes;
    },
    position: encodePosition(event.position, context.ledger, event.toldGap),
  };
}
