import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Operation, OperationRequest } from '../graphql/operations.ts';

/** A subscription that somebody asks for over HTTP. */
export interface SubscriptionExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly asked: OperationRequest;
  readonly operation: Operation;
}

/** Other methods ask for nothing here. */
export const METHODS = ['GET', 'POST'] as const;
export const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE'] as const;

export const ALLOWED = { allow: METHODS.join(', ') } as const;
export const NOT_ALLOWED = `an operation must be sent by ${METHODS.join(' or ')}`;

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

/** What is wrong with a body that could not be read. */
export interface BodyFault {
  readonly statusCode: number;
  readonly message: string;
}

const BODY_FAULTS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body: must be JSON that has a query, and is empty',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body: is not valid JSON',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body: is too large, more than maxRequestBytes; send less at once',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type: must be application/json',
};

/** Null for what is no fault of the request. */
export function findBodyFault(error: unknown): BodyFault | null {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return null;
  const { statusCode, code, message } = error;
  if (typeof statusCode !== 'number' || statusCode >= 500) return null;
  return { statusCode, message: BODY_FAULTS[String(code)] ?? message };
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
