import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { bearer } from './callers.ts';
import type { Collector } from './collector.ts';
import { startService, urlOf } from './service.ts';
import type { Service } from './service.ts';

/** To whom something was answered: to those who may see rows, or to others. */
type To = 'rows' | 'others';

type Headers = Readonly<Record<string, string>>;

/** A service whose every output is kept. */
export interface Watched {
  readonly service: Service;
  readonly url: string;
  /** What it answered: to those who may see rows, and to all others. */
  readonly answers: { readonly rows: string[]; readonly others: string[] };
  ask(asking: Asking): Promise<unknown>;
  get(path: string, headers: Headers, to?: To): Promise<void>;
}

export interface Asking {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly headers?: Headers;
  /** Absent: to others. */
  readonly to?: To;
}

/** Starts a service with everything in its log; it is gone when the test ends. */
export async function watch(t: TestContext, folder: string, config: unknown): Promise<Watched> {
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify(config));
  const service = startService(t, folder, { LOG_LEVEL: 'trace' });
  const url = await urlOf(service);
  const answers: Watched['answers'] = { rows: [], others: [] };
  const keep = (answer: Response, body: string, to: To): void => {
    answers[to].push(JSON.stringify([...answer.headers]), body);
  };
  return {
    service,
    url,
    answers,
    ask: async ({ query, variables = {}, token, headers = {}, to = 'others' }) => {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(token ?? null), ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = await answer.text();
      keep(answer, body, to);
      return JSON.parse(body);
    },
    get: async (path, headers, to = 'others') => {
      const answer = await fetch(new URL(path, url), { headers });
      // A file that cannot be finished ends in a reset.
      keep(answer, await answer.text().catch(String), to);
    },
  };
}

/** What it wrote, and what was traced of it. */
export function outputsOf(
  { service }: Watched,
  collector: Collector,
): Readonly<Record<string, string>> {
  return { log: service.log.join('\n'), errors: service.errors(), traces: collector.text() };
}

/** Fails when one of these secrets is in one of these texts, and says where. */
export function assertNone(
  secrets: readonly string[],
  texts: Readonly<Record<string, string>>,
): void {
  for (const [name, text] of Object.entries(texts)) {
    for (const secret of secrets) {
      const place = text.indexOf(secret);
      const near = text.slice(Math.max(0, place - 200), place + 100);
      assert.equal(place, -1, `${secret} is in ${name}: ${near}`);
    }
  }
}
