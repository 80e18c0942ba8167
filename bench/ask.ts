import { z } from 'zod';
import type { RunningServer } from './child.ts';
import type { Operation } from './operation.ts';

const Response = z.object({ data: z.unknown(), errors: z.undefined().optional() });

/** So much of an answer stands in a message, in characters. */
const MOST_TEXT = 1_000;

/** Sends one operation; answers its `data`. Throws for anything but a whole answer. */
export async function ask({ name, url }: RunningServer, operation: Operation): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  const parsed = Response.safeParse(JSON.parse(text));
  if (!response.ok || !parsed.success) {
    throw new Error(
      `${name} answered ${operation.operationName} with ${response.status}: ${text.slice(0, MOST_TEXT)}`,
    );
  }
  return parsed.data.data;
}

/** Throws unless the server's `data` is that of the first server, to the byte. */
export async function checkAnswer(
  server: RunningServer,
  operation: Operation,
  expected: unknown,
): Promise<void> {
  const wanted = JSON.stringify(expected);
  // Twice: a server may answer an operation that comes again by another way.
  for (let round = 0; round < 2; round += 1) {
    const got = JSON.stringify(await ask(server, operation));
    if (got === wanted) continue;
    throw new Error(
      `${server.name} answers ${operation.operationName} otherwise than this service:\n${got.slice(0, MOST_TEXT)}\ninstead of\n${wanted.slice(0, MOST_TEXT)}`,
    );
  }
}
