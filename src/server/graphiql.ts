import { createGraphiqlFetcher, fetcherScript } from './graphiql-fetcher.ts';

/** The import that the examples are about. */
export interface ExampleImport {
  readonly id: string;
  readonly providerId: string;
  readonly externalId: string;
}

/** Stands where an import would, while there is none. */
const NO_IMPORT: ExampleImport = {
  id: 'provider-id:what-the-vendor-calls-it',
  providerId: 'provider-id',
  externalId: 'what-the-vendor-calls-it',
};

/** Operations that work as they stand, as soon as there is an import. */
function examplesFor(example: ExampleImport): readonly string[] {
  const id = JSON.stringify(example.id);
  return [
    `# Every import, the one that changed last first.
query LatestImports {
  imports(first: 20) {
    nodes {
      id
      job {
        phase outcome effect progressPercent
        providerStatus explanation
      }
      counters { total succeeded failed balanced }
      freshness {
        state observedAt nextLookAt
        error { kind message }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    `# First where every import stands,
# then each change as it happens.
subscription Changes {
  importsChanged {
    position
    skippedRevisions
    import {
      id
      revision
      job { phase outcome progressPercent }
      counters { total succeeded failed added }
      freshness { state }
    }
    end { reason resumeAfter }
  }
}
`,
    `# One import until it has ended.
subscription OneImport {
  importChanged(id: ${id}) {
    position
    import {
      revision
      job { phase outcome effect explanation }
      counters { total succeeded failed }
    }
    end { reason resumeAfter }
  }
}
`,
    `# Which loads had failed rows, why, which rows,
# and where to take them away as a file.
query FailedRows {
  imports(
    filter: {
      outcomes: [COMPLETED_WITH_ERRORS, ABORTED, FAILED]
    }
    first: 5
  ) {
    nodes {
      id
      job { outcome effect explanation error { message } }
      rowErrorGroups {
        code message count firstNumber lastNumber
        sample { number values }
      }
      rowErrors(first: 3) {
        totalCount availability limit
        nodes {
          number numbers numberBasis
          code message values valuesForm
        }
        pageInfo { hasNextPage endCursor }
      }
      rows(first: 3) {
        totalCount availability
        nodes { number outcome recordId error { code } }
      }
      failedRowsUrl: rowsExportUrl(outcome: [FAILED])
      everyRowUrl: rowsExportUrl(format: NDJSON)
    }
  }
}
`,
    `# Whether each vendor answers, and what it may be asked.
query Providers {
  importProviders {
    id kind name
    health { state lastSuccessAt retryAt error { message } }
    budget { perSecond perMonth usedThisMonth resetsAt }
    capabilities {
      acceptsResponses reportsRowErrors reportsEveryRow
    }
  }
}
`,
    `# Watch an import that you started.
mutation Track {
  trackImport(
    input: {
      providerId: ${JSON.stringify(example.providerId)}
      externalId: ${JSON.stringify(example.externalId)}
      labels: [{ key: "team", value: "sales" }]
    }
  ) {
    import { id freshness { state } labels { key value } }
    userErrors { field code message }
  }
}
`,
  ];
}

/** Where the package's page draws GraphiQL, with its own fetcher. */
const DRAWING = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * GraphiQL as one page that asks nobody but this server. It is nine megabytes, so it is loaded
 * when somebody opens it. `example` is the import that its operations are about.
 */
export async function renderGraphiqlPage(example: ExampleImport | null): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({ title: 'Imports' });
  const start = page.lastIndexOf(DRAWING);
  if (start === -1) throw new Error(`render-graphiql draws in another way: no ${DRAWING}`);
  const options = {
    title: 'Imports',
    defaultTabs: examplesFor(example ?? NO_IMPORT).map((query) => ({ query })),
  };
  return `${page.slice(0, start)}
        ${fetcherScript()}
        ${DRAWING}document.querySelector('#root'), {
          ...${scriptText(JSON.stringify(options))},
          fetcher: ${createGraphiqlFetcher.name}({ endpoint: '/graphql', pauseMs: 1000 }),
        });
      </script>
    </body>
  </html>`;
}

/** What stands in a script must not end it. */
function scriptText(json: string): string {
  return json.replaceAll('<', '\\u003c');
}
