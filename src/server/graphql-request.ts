import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OperationRequest } from '../graphql/operations.ts';

const MISSING = 'query: must be the text of an operation';

const Parameters = z
  .object(
    {
      query: z.string({ error: MISSING }).nullish(),
      operationName: z.string({ error: 'operationName: must be a text' }).nullish(),
      variables: z
        .record(z.string(), z.unknown(), { error: 'variables: must be an object' })
        .nullish(),
      extensions: z
        .record(z.string(), z.unknown(), { error: 'extensions: must be an object' })
        .nullish(),
    },
    { error: 'body: must be a JSON object that has a query; operations are sent one by one' },
  )
  .refine(({ query, extensions }) => typeof query === 'string' || extensions?.['persistedQuery'], {
    error: MISSING,
  });

/** What a request over HTTP asks for; a text says what is wrong with it. */
export function readRequest({ method, url, body }: FastifyRequest): OperationRequest | string {
  const parsed = Parameters.safeParse(method === 'GET' ? parametersIn(url) : body);
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message).join('; ');
  const { query, operationName, variables, extensions } = parsed.data;
  return {
    query: query ?? '',
    operationName: operationName ?? null,
    variables: variables ?? {},
    extensions,
  };
}

function parametersIn(url: string): Readonly<Record<string, unknown>> {
  const search = new URLSearchParams(/\?.*/s.exec(url)?.[0]);
  const parameters: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    const [value, ...others] = search.getAll(name);
    if (value === undefined) continue;
    // One that is said twice is no text, and no object.
    if (others.length > 0) parameters[name] = [value, ...others];
    else parameters[name] = ['variables', 'extensions'].includes(name) ? jsonOf(value) : value;
  }
  return parameters;
}

/** Text that is no JSON is no object either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
