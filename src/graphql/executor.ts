import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { execute, OperationTypeNode } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.ts';
import { countFields, isCompilable } from './compilable.ts';

/** So many operations are remembered; callers of a subgraph send a few, again and again. */
const MOST_OPERATIONS = 500;

/** So much memory is given to those that are compiled, and at most so much to one, as measured. */
const MOST_BYTES = 33_554_432;
const LARGEST_BYTES = 1_048_576;
const BYTES_PER_CHARACTER = 100;
const BYTES_PER_FIELD = 600;

/** Compiling costs more than one execution saves, so an operation is compiled when it comes again. */
interface Seen {
  /** Null when it is not to be compiled, or not yet. */
  readonly compiled: CompiledQuery | null;
  readonly bytes: number;
}

const SEEN_ONCE: Seen = { compiled: null, bytes: 200 };
const NOT_COMPILED: Seen = { compiled: null, bytes: 200 };

/**
 * Executes operations for Apollo Server, which takes an executor through its `gateway` option. Nothing
 * is compiled for callers who have not shown who they are.
 */
export function createExecutor(schema: GraphQLSchema): GatewayInterface {
  const queries = new CompiledQueries();
  return {
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: async () => ({
      executor: async ({ document, operation, operationName, queryHash, request, context }) => {
        const plain: ExecutionArgs = {
          schema,
          document,
          contextValue: context,
          variableValues: request.variables ?? null,
          operationName,
        };
        const { caller }: { readonly caller?: Caller } = context;
        const isQuery = operation.operation === OperationTypeNode.QUERY;
        if (!isQuery || caller?.isAuthenticated !== true) return execute(plain);
        return queries.execute(`${queryHash} ${operationName ?? ''}`, plain);
      },
    }),
    stop: async () => undefined,
  };
}

/**
 * Compiles a query that was answered without errors and comes again to a function of its own, which
 * answers the same, faster.
 */
export class CompiledQueries {
  readonly #seen = new LRUCache<string, Seen>({
    max: MOST_OPERATIONS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  /** The key is the same for one operation of one text, and for no other. */
  async execute(key: string, plain: ExecutionArgs): Promise<ExecutionResult> {
    let seen = this.#seen.get(key);
    if (seen === SEEN_ONCE) {
      seen = compile(plain);
      this.#seen.set(key, seen);
    }
    if (seen?.compiled) return executeCompiled(seen.compiled, plain);
    const result = await execute(plain);
    if (seen === undefined && result.errors === undefined) this.#seen.set(key, SEEN_ONCE);
    return result;
  }
}

function compile({ schema, document, operationName }: ExecutionArgs): Seen {
  const { length = 0 } = document.loc?.source.body ?? {};
  const bytes = length * BYTES_PER_CHARACTER + countFields(document) * BYTES_PER_FIELD;
  if (bytes > LARGEST_BYTES || !isCompilable(document)) return NOT_COMPILED;
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? { compiled, bytes } : NOT_COMPILED;
}

/**
 * The compiler's errors lack what Apollo Server and callers expect of one (extensions, positions in
 * the text), so a query that meets an error is executed again, by the book.
 */
async function executeCompiled(
  compiled: CompiledQuery,
  plain: ExecutionArgs,
): Promise<ExecutionResult> {
  const result = await compiled.query(undefined, plain.contextValue, plain.variableValues);
  return result.errors === undefined ? result : execute(plain);
}
