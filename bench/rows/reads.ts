import { z } from 'zod';
import { ask } from '../ask.ts';
import type { RunningServer } from '../child.ts';
import { median } from '../median.ts';
import type { Operation } from '../operation.ts';
import { PROVIDER_ID } from './service.ts';

const PAGE_SIZE = 100;

/** How long reading takes, in milliseconds: the median of many times in turns. */
export interface Reads {
  readonly firstPageMs: number;
  readonly deepPageMs: number;
  readonly singleImportMs: number;
  readonly groupsMs: number;
}

/** Reads an import with a failed row at each place, at the beginning and at `depth`. */
export async function measureReads(
  service: RunningServer,
  { externalId, depth, times }: { externalId: string; depth: number; times: number },
): Promise<Reads> {
  const id = `${PROVIDER_ID}:${externalId}`;
  const after = await findCursor(service, id, depth);
  const operations = [page(id, null), page(id, after), single(id), groups(id)];
  const tookMs = operations.map((): number[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [index, operation] of operations.entries()) {
      const startedAt = performance.now();
      await ask(service, operation);
      // What is compiled and cached is so from the third time on.
      if (time > 2) tookMs[index]?.push(performance.now() - startedAt);
    }
  }
  const [firstPageMs = 0, deepPageMs = 0, singleImportMs = 0, groupsMs = 0] = tookMs.map(median);
  return { firstPageMs, deepPageMs, singleImportMs, groupsMs };
}

const Page = z.object({
  import: z.object({
    rowErrors: z.object({
      pageInfo: z.object({ endCursor: z.string(), hasNextPage: z.boolean() }),
    }),
  }),
});

/** The cursor of the row error at a depth, found as any caller would: by paging. */
async function findCursor(service: RunningServer, id: string, depth: number): Promise<string> {
  const first = 500;
  let after: string | null = null;
  for (let read = 0; read < depth; read += first) {
    const answer: unknown = await ask(service, {
      operationName: 'Walk',
      query: `query Walk($id: ID!, $first: Int!, $after: String) {
        import(id: $id) {
          rowErrors(first: $first, after: $after) { pageInfo { endCursor hasNextPage } }
        }
      }`,
      variables: { id, first, after },
    });
    after = Page.parse(answer).import.rowErrors.pageInfo.endCursor;
  }
  if (after === null) throw new Error('a depth of 0 has no cursor');
  return after;
}

function page(id: string, after: string | null): Operation {
  return {
    operationName: 'Page',
    query: `query Page($id: ID!, $first: Int!, $after: String) {
      import(id: $id) {
        rowErrors(first: $first, after: $after) {
          nodes { id number code message }
          pageInfo { endCursor hasNextPage }
          totalCount
        }
      }
    }`,
    variables: { id, first: PAGE_SIZE, after },
  };
}

function single(id: string): Operation {
  return {
    operationName: 'Single',
    query: `query Single($id: ID!) {
      import(id: $id) {
        id
        job { phase outcome effect providerStatus explanation }
        counters { total processed succeeded failed balanced }
        freshness { state observedAt }
      }
    }`,
    variables: { id },
  };
}

function groups(id: string): Operation {
  return {
    operationName: 'Groups',
    query: `query Groups($id: ID!) {
      import(id: $id) {
        rowErrorGroups { code message count firstNumber lastNumber sample { number message } }
      }
    }`,
    variables: { id },
  };
}
