/** A page in the form of a Relay connection. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export interface ConnectionInput<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasMore: boolean;
  /** Whether the page was asked for with `after`. */
  readonly isContinued: boolean;
}

export function connectionOf<T>({
  edges,
  hasMore,
  isContinued,
}: ConnectionInput<T>): Connection<T> {
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: isContinued,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
