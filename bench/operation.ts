/** One GraphQL request: what `POST /graphql` is sent, as JSON. */
export interface Operation {
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
