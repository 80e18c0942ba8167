import { execute } from 'graphql';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../context.ts';
import type { EventModel } from '../models.ts';
import { encodePosition } from '../position.ts';

/** One result of a subscription, ready to be sent to any number of subscribers. */
export interface Message {
  /** The result, `{ data, errors }`, as JSON. */
  readonly payload: string;
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
  readonly maskError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** Executes a subscription's selection for an event. */
export async function renderMessage(
  event: EventModel,
  { schema, document, operationName, variables, createContext, maskError }: Rendering,
): Promise<Message> {
  const context = createContext();
  const { data, errors } = await execute({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: context,
    rootValue: event,
  });
  const masked = errors?.map((error) => maskError(error.toJSON(), error));
  return {
    payload: JSON.stringify({ ...(masked && { errors: masked }), data: data ?? null }),
    position: encodePosition(event.position, context.ledger),
  };
}
