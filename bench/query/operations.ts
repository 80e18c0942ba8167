const IMPORT_FIELDS = `
      id
      providerId
      externalId
      revision
      position
      job {
        phase
        outcome
        effect
        progressPercent
        startedAt
        finishedAt
        providerStatus
        explanation
      }
      counters {
        total
        processed
        succeeded
        failed
        added
        updated
        balanced
      }
      freshness {
        state
        observedAt
      }
      labels {
        key
        value
      }`;

/** One GraphQL request: what `POST /graphql` is sent, as JSON. */
export interface Operation {
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const PAGE_SIZE = 20;

/** What a dashboard asks: the imports that changed last. */
export const LIST: Operation = {
  operationName: 'LatestImports',
  query: `query LatestImports($first: Int!) {
  imports(first: $first) {
    nodes {${IMPORT_FIELDS}
    }
  }
}`,
  variables: { first: PAGE_SIZE },
};

/** What a page about one import asks. */
export function oneImport(id: string): Operation {
  return {
    operationName: 'OneImport',
    query: `query OneImport($id: ID!) {
  import(id: $id) {${IMPORT_FIELDS}
  }
}`,
    variables: { id },
  };
}
