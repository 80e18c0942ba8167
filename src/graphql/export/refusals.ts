import { ROW_OUTCOMES } from '../../domain/row.ts';
import type { ImportRowAvailability } from '../generated/resolver-types.ts';

/** Why there is no file; callers may rely on these. */
export type RefusalCode =
  | 'UNAUTHENTICATED'
  | 'MISSING_SCOPE'
  | 'UNKNOWN_FILE'
  | 'INVALID_IMPORT_ID'
  | 'INVALID_OUTCOME'
  | 'IMPORT_NOT_FOUND'
  | 'ROWS_PENDING'
  | 'ROWS_NOT_CAPTURED'
  | 'ROWS_EXPIRED'
  | 'ROWS_PRUNED'
  | 'TOO_MANY_COLUMNS';

/** An answer in place of a file; the message says what to do. */
export interface Refusal {
  readonly kind: 'refused';
  readonly statusCode: number;
  readonly code: RefusalCode;
  readonly message: string;
}

export function refusal(statusCode: number, code: RefusalCode, message: string): Refusal {
  return { kind: 'refused', statusCode, code, message };
}

export const UNAUTHENTICATED = refusal(
  401,
  'UNAUTHENTICATED',
  'rows need a token: send authorization: Bearer <token>',
);

export const MISSING_SCOPE = refusal(403, 'MISSING_SCOPE', 'rows need the scope imports:read');

export function unknownFile(file: string, files: readonly string[]): Refusal {
  return refusal(
    404,
    'UNKNOWN_FILE',
    `there is no ${shortened(file)} of an import; there is ${files.join(' and ')}`,
  );
}

export function invalidId(id: string): Refusal {
  return refusal(
    404,
    'INVALID_IMPORT_ID',
    `${shortened(id)} is not an import id; it must be <providerId>:<externalId>, percent-encoded`,
  );
}

export function invalidOutcome(outcome: string): Refusal {
  return refusal(
    400,
    'INVALID_OUTCOME',
    `outcome: ${shortened(outcome)} is none of ${ROW_OUTCOMES.join(', ')}`,
  );
}

export function importNotFound(id: string): Refusal {
  return refusal(404, 'IMPORT_NOT_FOUND', `no import ${id} is known; track it, or query it once`);
}

export function tooManyColumns(id: string): Refusal {
  return refusal(
    422,
    'TOO_MANY_COLUMNS',
    `the rows of ${id} have too many different names of values for a table; take rows.ndjson`,
  );
}

/** Where rows are held there is a file, though it has none that was asked for. */
export const REFUSALS: Readonly<Record<ImportRowAvailability, ((id: string) => Refusal) | null>> = {
  COMPLETE: null,
  FAILED_ONLY: null,
  TRUNCATED: null,
  PENDING: (id) =>
    refusal(
      409,
      'ROWS_PENDING',
      `the rows of ${id} are not all here yet; ask again when rows.availability is no longer PENDING`,
    ),
  COUNT_ONLY: (id) =>
    refusal(
      404,
      'ROWS_NOT_CAPTURED',
      `no rows of ${id} are held: the vendor does not report them, or they could not be captured; its counters stand in the graph`,
    ),
  EXPIRED: (id) =>
    refusal(
      410,
      'ROWS_EXPIRED',
      `the vendor forgot the rows of ${id} before they could be captured; its counters stand in the graph`,
    ),
  PRUNED: (id) =>
    refusal(
      410,
      'ROWS_PRUNED',
      `the rows of ${id} were deleted here when they were older than the configured retention; its counters stand in the graph`,
    ),
};

function shortened(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
