/** Operations that work as they stand on the demo; on any other server they show what to ask. */
const EXAMPLES = [
  `# Every import, the one that changed last first.
query LatestImports {
  imports(first: 20) {
    nodes {
      id
      job { phase outcome effect progressPercent providerStatus explanation }
      counters { total succeeded failed balanced }
      freshness { state observedAt nextLookAt error { kind message } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# First where every import stands, then each change as it happens.
subscription Changes {
  importsChanged {
    position
    skippedRevisions
    import {
      id
      revision
      job { phase outcome progressPercent }
      counters { total succeeded failed added updated removed }
      freshness { state }
    }
    end { reason resumeAfter }
  }
}
`,
  `# Which loads had failed rows, why, and which rows.
query FailedRows {
  imports(filter: { outcomes: [COMPLETED_WITH_ERRORS, FAILED] }, first: 5) {
    nodes {
      id
      job { outcome effect explanation error { code message } }
      rowErrorGroups { code message count firstNumber lastNumber }
      rowErrors(first: 3) {
        totalCount
        availability
        nodes { number numberBasis resource code message values }
      }
    }
  }
}
`,
  `# Whether each vendor answers, and what it may still be asked.
query Providers {
  importProviders {
    id
    kind
    name
    health { state lastSuccessAt retryAt error { kind message } }
    budget { perSecond perMonth usedThisMonth remainingThisMonth resetsAt }
    capabilities { acceptsResponses reportsRowErrors retentionDays }
  }
}
`,
  `# Watch an import that you started yourself; this one is the example of Micro's own documentation.
mutation Track {
  trackImport(input: {
    providerId: "micro"
    externalId: "job_id"
    labels: [{ key: "team", value: "sales" }]
  }) {
    import { id freshness { state } labels { key value } }
    userErrors { field code message }
  }
}
`,
] as const;

/**
 * GraphiQL as one page that asks nobody but this server. It is nine megabytes, so it is loaded
 * when somebody opens it.
 */
export async function renderGraphiqlPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Imports',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: EXAMPLES.map((query) => ({ query })),
  });
}
