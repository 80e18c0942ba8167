import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { StoreUnavailableError } from '../ledger/ledger.ts';

/** Every code of our own that an error can carry; callers may rely on them. */
export type GraphErrorCode =
  | 'INVALID_IMPORT_ID'
  | 'UNKNOWN_PROVIDER'
  | 'IMPORT_NOT_FOUND'
  | 'INVALID_PAGE_SIZE'
  | 'INVALID_CURSOR'
  | 'INVALID_FILTER'
  | 'INVALID_REPRESENTATION'
  | 'TOO_MANY_REPRESENTATIONS'
  | 'UNAUTHENTICATED'
  | 'MISSING_SCOPE'
  | 'OPERATION_TOO_LONG'
  | 'OPERATION_TOO_DEEP'
  | 'OPERATION_TOO_COSTLY'
  | 'TOO_MANY_ALIASES'
  | 'TOO_MANY_DIRECTIVES'
  | 'TOO_MANY_FIELDS'
  | 'TOO_MANY_VALUES'
  | 'VARIABLES_TOO_LARGE'
  | 'BAD_REQUEST'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_IN_LIST'
  | 'STORE_UNAVAILABLE';

/** An error that the caller can act on: its message says what was wrong and what to do. */
export function graphError(code: GraphErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

export function invalidImportId(id: string): GraphQLError {
  return graphError(
    'INVALID_IMPORT_ID',
    `${JSON.stringify(id.slice(0, 100))} is not an import id; it must be <providerId>:<externalId>, such as catalog:495756bd-419c-4fea-beb4-8a70253d8079`,
  );
}

export function unknownProvider(providerId: string): GraphQLError {
  return graphError(
    'UNKNOWN_PROVIDER',
    `no provider ${JSON.stringify(providerId.slice(0, 100))} is configured; importProviders lists those that are`,
  );
}

const GRAPHQL_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
];

export type MaskError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

export function maskErrors(
  errors: readonly GraphQLError[],
  maskError: MaskError,
): readonly GraphQLFormattedError[] {
  return errors.map((error) => maskError(error.toJSON(), error));
}

/** A result as JSON; one that was not executed has no data. */
export function resultText({ data, errors }: ExecutionResult, maskError: MaskError): string {
  return JSON.stringify({ ...(errors && { errors: maskErrors(errors, maskError) }), data });
}

/** What a caller is told of anything that was thrown. */
export function maskFailure(error: unknown, maskError: MaskError): GraphQLFormattedError {
  const wrapped =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('failed', {
          originalError: error instanceof Error ? error : new Error(String(error)),
        });
  return maskError(wrapped.toJSON(), wrapped);
}

/** The store's own word that it cannot be reached, behind whatever GraphQL made of it; or null. */
export function findOutage(error: unknown): StoreUnavailableError | null {
  if (error instanceof StoreUnavailableError) return error;
  return error instanceof GraphQLError ? findOutage(error.originalError) : null;
}

/** Whether nothing but a store that cannot be reached kept a result from having data. */
export function isOutage(result: {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
}): boolean {
  const { data = null, errors = [] } = result;
  return (
    data === null &&
    errors.length > 0 &&
    errors.every(({ extensions }) => extensions?.['code'] === STORE_UNAVAILABLE)
  );
}

const STORE_UNAVAILABLE = 'STORE_UNAVAILABLE' satisfies GraphErrorCode;

/** What callers are told: the store's own words name its address, and are for operators. */
export const OUTAGE = {
  code: STORE_UNAVAILABLE,
  message: 'the store cannot be reached just now; nothing was kept; ask again in a moment',
} as const;

export interface MaskOptions {
  /** Whether what a name might have been is told; it shows the schema piece by piece. */
  readonly hidesSuggestions?: boolean;
  /** Told of each error that is the store's. Absent: nobody is, and callers are told all the same. */
  readonly onOutage?: (error: StoreUnavailableError) => void;
}

/** Messages quote what callers wrote, however long that is. */
const LONGEST_MESSAGE = 1_000;

const SUGGESTION = ' Did you mean ';

/**
 * Lets through what a caller can act on, and says of a store that cannot be reached that it is the
 * store. Everything else is a fault of ours: it is logged under a reference, and the caller is told the
 * reference and nothing more.
 */
export function createErrorMask(
  logger: Logger,
  { hidesSuggestions = false, onOutage }: MaskOptions = {},
): MaskError {
  const messageFor = (message: string): string => {
    const end = hidesSuggestions ? message.lastIndexOf(SUGGESTION) : -1;
    const shown = end === -1 ? message : message.slice(0, end);
    return shown.length > LONGEST_MESSAGE ? `${shown.slice(0, LONGEST_MESSAGE)}…` : shown;
  };
  return (formatted, error) => {
    const code = findCode(formatted, error);
    if (code !== null) {
      const { stacktrace: _, ...extensions } = formatted.extensions ?? {};
      const message = messageFor(formatted.message);
      return { ...formatted, message, extensions: { ...extensions, code } };
    }
    const outage = findOutage(error);
    if (outage !== null) {
      onOutage?.(outage);
      return {
        message: OUTAGE.message,
        ...(formatted.path === undefined ? {} : { path: formatted.path }),
        extensions: { code: OUTAGE.code },
      };
    }
    const reference = randomUUID();
    logger.error({ err: error, reference, path: formatted.path }, 'a request failed inside');
    return {
      message: `something failed inside; the log has it under ${reference}`,
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    };
  };
}

/**
 * What GraphQL says of what it was given when it executes an operation, such as null for a variable
 * that has a default. It gives no code, and none either to what a resolver did wrong.
 */
const WRONG_INPUT = /^(?:Argument "|Variable "\$|Too many errors processing variables)/;

/** The code of an error that a caller can act on; null for a fault of ours. */
function findCode({ extensions }: GraphQLFormattedError, error: unknown): string | null {
  const told = extensions?.['code'];
  if (typeof told === 'string' && GRAPHQL_CODES.includes(told)) return told;
  if (!(error instanceof GraphQLError) || !isOnPurpose(error)) return null;
  const code = error.extensions['code'];
  if (typeof code === 'string') return code;
  return WRONG_INPUT.test(error.message) ? 'BAD_USER_INPUT' : null;
}

/** Errors that GraphQL itself or we made on purpose have no other error behind them. */
function isOnPurpose({ originalError }: GraphQLError): boolean {
  return (
    originalError === undefined || originalError === null || originalError instanceof GraphQLError
  );
}
