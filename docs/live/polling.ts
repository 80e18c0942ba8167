import type { FormattedExecutionResult } from 'graphql';
import { keep } from './dashboard.ts';
import type { Change, Held, Watched } from './dashboard.ts';
import { pause, recover } from './following.ts';

export const POLL = `query ($filter: ImportFilter, $after: String) {
  importChanges(filter: $filter, after: $after, first: 500) {
    endPosition
    hasMore
    gap { prunedThrough }
    nodes {
      membership
      import { id revision job { id phase outcome } counters { processed failed } }
    }
  }
}`;

interface PollData {
  readonly importChanges: {
    readonly endPosition: string;
    readonly hasMore: boolean;
    readonly gap: object | null;
    readonly nodes: readonly Change[];
  };
}

/** Every import that matches: the same map after each round, to be drawn again. */
export async function* poll(
  url: string,
  { filter, held = new Map(), after = null, signal }: Watched,
  everyMs = 5_000,
): AsyncGenerator<Held> {
  for (let failures = 0; !signal.aborted;) {
    if (after === null) held.clear();
    const { data, errors = [] } = await ask(url, { filter, after });
    if (data) {
      const { nodes, endPosition, hasMore, gap } = data.importChanges;
      failures = 0;
      after = gap ? null : endPosition;
      if (gap) continue;
      for (const change of nodes) keep(held, change);
      if (hasMore) continue;
      yield held;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    } else {
      after = recover(after, errors);
      await pause(failures++);
    }
  }
}

/** Has neither data nor errors when nobody answered. */
async function ask(url: string, variables: object): Promise<FormattedExecutionResult<PollData>> {
  const body = JSON.stringify({ query: POLL, variables });
  const headers = { 'content-type': 'application/json' };
  try {
    return await (await fetch(url, { method: 'POST', headers, body })).json();
  } catch {
    return {};
  }
}
