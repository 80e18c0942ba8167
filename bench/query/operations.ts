import type { Operation } from '../operation.ts';

/** What a dashboard shows of an import. */
export const IMPORT_FIELDS = `
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
