import type { FreshnessState } from '../../src/domain/import.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { VendorName } from './fault-vendors.ts';

/** What an import shows after a look that a fault struck, and what happens then. */
export interface Consequence {
  /** Of the import itself; nothing of it is lost in either case. */
  readonly shows: Shows;
  readonly freshness: FreshnessState;
  /** Of the import's freshness. */
  readonly error: ProviderErrorKind | null;
  readonly next: NextLook;
  readonly health: {
    readonly error: ProviderErrorKind | null;
    /** Of the whole provider, in a row. */
    readonly failures: 0 | 1;
    readonly pause: Extract<NextLook, 'far' | 'as asked'> | null;
  };
}

export type Shows =
  'what it showed' | 'what it showed, row errors `EXPIRED`' | 'phase `UNKNOWN`, effect `UNKNOWN`';

export type NextLook = 'soon' | 'far' | 'as asked' | 'never';

export interface Fault {
  readonly usually: Consequence;
  /** Where it means something else. */
  readonly except?: Partial<Record<VendorName, Consequence>>;
}

export const NETWORK_FAULTS = [
  'refuses the connection',
  'resets the connection in the middle of a body',
  'lets its bytes trickle',
  'never answers',
  'has no address',
  'shows a certificate that nobody trusts',
  'speaks no TLS where it should',
] as const;

export const STATUS_FAULTS = [
  'answers 401',
  'answers 403',
  'answers 404',
  'answers 408',
  'answers 429',
  'answers 429 with `Retry-After` in seconds',
  'answers 429 with `Retry-After` as a date',
  'answers 429 with `Retry-After` as a date, by a clock an hour ahead',
  'answers 429 with `Retry-After` as a date, by a clock an hour behind',
  'answers 429 with `Retry-After: 0`',
  'answers 500',
  'answers 502 with a page of HTML',
  'answers 503 with a text',
  'answers 503 with `Retry-After`',
] as const;

/** Of any endpoint. */
export const BODY_FAULTS = [
  'cuts its answer off',
  'ends the connection before its answer ends',
  'answers in another shape',
  'answers with a page to log in',
] as const;

/** Of an endpoint that tells of imports. */
export const MEANING_FAULTS = [
  'says a state that we do not know',
  'does not know the import any more',
  'answers about another import',
] as const;

export type FaultName =
  | (typeof NETWORK_FAULTS)[number]
  | (typeof STATUS_FAULTS)[number]
  | (typeof BODY_FAULTS)[number]
  | (typeof MEANING_FAULTS)[number];

const UNAVAILABLE = failing('unavailable');
const TIMEOUT = failing('timeout');
const RATE_LIMITED = failing('rate-limited');
const UNAUTHORIZED = failing('unauthorized', 'far');

/** One answer that cannot be read speaks against no other import. */
const UNREADABLE: Consequence = {
  shows: 'what it showed',
  freshness: 'BACKING_OFF',
  error: 'unexpected-response',
  next: 'far',
  health: { error: 'unexpected-response', failures: 0, pause: null },
};

const GONE: Consequence = {
  shows: 'what it showed, row errors `EXPIRED`',
  freshness: 'GONE',
  error: 'not-found',
  next: 'never',
  health: { error: null, failures: 0, pause: null },
};

const UNKNOWN: Consequence = {
  shows: 'phase `UNKNOWN`, effect `UNKNOWN`',
  freshness: 'LIVE',
  error: null,
  next: 'soon',
  health: { error: null, failures: 0, pause: null },
};

/** What each fault comes to, at every vendor alike but for the exceptions: see docs/faults.md. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  'refuses the connection': { usually: UNAVAILABLE },
  'resets the connection in the middle of a body': { usually: UNAVAILABLE },
  'lets its bytes trickle': { usually: TIMEOUT },
  'never answers': { usually: TIMEOUT },
  'has no address': { usually: UNAVAILABLE },
  'shows a certificate that nobody trusts': { usually: UNAVAILABLE },
  'speaks no TLS where it should': { usually: UNAVAILABLE },
  'answers 401': { usually: UNAUTHORIZED },
  'answers 403': { usually: UNAUTHORIZED },
  'answers 404': {
    usually: GONE,
    // These addresses name no import: it is the address that is wrong.
    except: {
      'Marketing Cloud': UNREADABLE,
      'Collibra (tokens)': UNREADABLE,
      'Marketing Cloud (tokens)': UNREADABLE,
    },
  },
  'answers 408': { usually: TIMEOUT },
  'answers 429': { usually: RATE_LIMITED },
  'answers 429 with `Retry-After` in seconds': { usually: failing('rate-limited', 'as asked') },
  'answers 429 with `Retry-After` as a date': { usually: failing('rate-limited', 'as asked') },
  'answers 429 with `Retry-After` as a date, by a clock an hour ahead': {
    usually: failing('rate-limited', 'as asked'),
  },
  'answers 429 with `Retry-After` as a date, by a clock an hour behind': {
    usually: failing('rate-limited', 'as asked'),
  },
  'answers 429 with `Retry-After: 0`': { usually: RATE_LIMITED },
  'answers 500': { usually: UNAVAILABLE },
  'answers 502 with a page of HTML': { usually: UNAVAILABLE },
  'answers 503 with a text': { usually: UNAVAILABLE },
  'answers 503 with `Retry-After`': { usually: failing('unavailable', 'as asked') },
  'cuts its answer off': { usually: UNREADABLE },
  'ends the connection before its answer ends': { usually: UNREADABLE },
  'answers in another shape': { usually: UNREADABLE },
  'answers with a page to log in': { usually: UNREADABLE },
  'says a state that we do not know': { usually: UNKNOWN },
  'does not know the import any more': { usually: GONE },
  'answers about another import': { usually: UNREADABLE },
};

/** What a fault comes to at one vendor. */
export function consequenceOf(fault: FaultName, vendor: VendorName): Consequence {
  const { usually, except = {} } = FAULTS[fault];
  return except[vendor] ?? usually;
}

/** It speaks against the whole provider, which is left alone at once for as long as `pause` says. */
function failing(error: ProviderErrorKind, pause: 'far' | 'as asked' | null = null): Consequence {
  return {
    shows: 'what it showed',
    freshness: 'BACKING_OFF',
    error,
    next: pause ?? 'soon',
    health: { error, failures: 1, pause },
  };
}
