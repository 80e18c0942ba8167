/** Where to go on: positions are handed back as they came. */
export type Position = string | null;

export interface Followed {
  readonly id: string;
  /** The last position that was seen; null for where things stand. */
  readonly after?: Position;
  /** Aborted when nobody looks any more. */
  readonly signal: AbortSignal;
}

export const FOLLOW = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) {
    position
    skippedRevisions
    import { id revision job { id phase outcome } counters { processed failed } }
    end { reason }
  }
}`;

export interface ShownImport {
  readonly id: string;
  readonly revision: number;
  readonly job: { readonly id: string; readonly phase: string; readonly outcome: string | null };
  readonly counters: { readonly processed: number | null; readonly failed: number | null };
}

export interface ImportEvent {
  readonly position: string;
  readonly skippedRevisions: number;
  /** Null in a message that only says how to go on. */
  readonly import: ShownImport | null;
  readonly end: { readonly reason: 'SETTLED' | 'AUTH_EXPIRED' | 'DRAINING' | 'LAGGED' } | null;
}

export interface FollowData {
  readonly importChanged: ImportEvent;
}

export interface GraphQLErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** What the clients of `graphql-ws` and `graphql-sse` have in common. */
export interface Iterating<Data> {
  iterate(operation: {
    readonly query: string;
    readonly variables: Record<string, unknown>;
  }): AsyncIterableIterator<{
    readonly data?: Data | null | undefined;
    readonly errors?: readonly GraphQLErrorLike[] | undefined;
  }>;
}

/** Where to resume after a failure; throws when the operation itself was refused. */
export function recover(after: Position, errors: readonly GraphQLErrorLike[]): Position {
  const codes = errors.map(({ extensions }) => extensions?.['code']);
  if (codes.includes('INVALID_CURSOR')) return null;
  // A connection that was cut has no errors at all.
  if (codes.every((code) => code === 'INTERNAL_SERVER_ERROR')) return after;
  throw new Error(errors.map(({ message }) => message).join('\n'));
}

/** A quarter to half a second, then longer each time, up to half a minute; never all at once. */
export function pause(failures: number): Promise<void> {
  const longestMs = Math.min(30_000, 500 * 2 ** failures);
  const delayMs = longestMs * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
