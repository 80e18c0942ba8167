import type { Import, LookFailure } from '../domain/import.ts';
import type { LookResult } from './look.ts';

/** What a caller learns who asked for a look. */
export type Answer =
  | { readonly kind: 'found'; readonly import: Import }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly error: LookFailure };

export function answerOf({ error, kept }: LookResult): Answer {
  if (kept !== null) return { kind: 'found', import: kept };
  if (error === null) return GIVEN_UP;
  const { kind, message } = error;
  return kind === 'not-found' ? { kind } : { kind: 'failed', error: { kind, message } };
}

export const GIVEN_UP: Answer = {
  kind: 'failed',
  error: { kind: 'unavailable', message: 'the look was given up; ask again' },
};

export const OVERLOADED: Answer = {
  kind: 'failed',
  error: {
    kind: 'rate-limited',
    message: 'too many unknown imports were asked for at once; ask again',
  },
};

export const NOT_IN_BUDGET: Answer = {
  kind: 'failed',
  error: {
    kind: 'rate-limited',
    message:
      'what is left of the requests of this month is kept for imports that are tracked; track this one',
  },
};
