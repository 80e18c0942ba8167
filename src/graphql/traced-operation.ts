import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { execute, getOperationAST } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Span, SpanOptions, Tracer } from '../domain/tracer.ts';

/** Executes by the book; with a tracer, traces show it. */
export function createExecute(
  tracer: Tracer | undefined,
): (args: ExecutionArgs) => Promise<ExecutionResult> {
  if (tracer === undefined) return async (args) => execute(args);
  return (args) =>
    tracer.begin(spanOf(args.document, args.operationName), async (span) =>
      told(await execute(args), span),
    );
}

/** An executor of Apollo Server; with a tracer, traces show what it executes. */
export function traceExecutor(
  gateway: GatewayInterface,
  tracer: Tracer | undefined,
): GatewayInterface {
  if (tracer === undefined) return gateway;
  return {
    ...gateway,
    load: async (options) => {
      const { executor } = await gateway.load(options);
      if (executor === null) return { executor };
      return {
        executor: (request) =>
          tracer.begin(spanOf(request.document, request.operationName), async (span) =>
            told(await executor(request), span),
          ),
      };
    },
  };
}

/** Its kind, and the name that its caller gave it; its text may hold what nobody is to read. */
function spanOf(document: DocumentNode, operationName: string | null | undefined): SpanOptions {
  const operation = getOperationAST(document, operationName);
  const type = operation?.operation ?? 'operation';
  const name = operation?.name?.value;
  return {
    name: type,
    attributes: {
      'graphql.operation.type': type,
      ...(name !== undefined && { 'graphql.operation.name': name }),
    },
  };
}

function told<R extends { readonly errors?: readonly unknown[] | undefined }>(
  result: R,
  span: Span,
): R {
  const count = result.errors?.length ?? 0;
  if (count === 0) return result;
  span.set({ 'graphql.errors': count });
  span.fail('errors');
  return result;
}
