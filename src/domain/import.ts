import { NO_COUNTERS } from './counters.ts';
import type { ResourceCounters } from './counters.ts';
import { UNOBSERVED_JOB } from './job.ts';
import type { Job } from './job.ts';
import type { ProviderErrorKind } from './provider-error.ts';
import type { ImportedResource } from './resource.ts';
import type { RowErrorSummary } from './row.ts';

/** Names one import: which provider runs it, and what that provider calls it. */
export interface ImportRef {
  readonly providerId: string;
  readonly externalId: string;
}

/**
 * How fresh our picture of an import is.
 *
 * - `PENDING`: not looked at yet, or the vendor does not show it yet.
 * - `LIVE`: looked at on schedule.
 * - `BACKING_OFF`: the vendor fails; the last known state stands.
 * - `SETTLED`: final and captured; never looked at again.
 * - `GONE`: the vendor has forgotten it; the last known state stands.
 * - `NOT_FOUND`: the vendor never knew it.
 * - `UNTRACKED`: nobody wants it looked at any more; the last known state stands.
 */
export type FreshnessState =
  'PENDING' | 'LIVE' | 'BACKING_OFF' | 'SETTLED' | 'GONE' | 'NOT_FOUND' | 'UNTRACKED';

/** The last failure of a look, in the words that a `ProviderError` carried. */
export interface LookFailure {
  readonly kind: ProviderErrorKind;
  readonly message: string;
}

/** Instants are milliseconds since the epoch, here and everywhere in the domain. */
export interface Freshness {
  readonly state: FreshnessState;
  readonly observedAt: number | null;
  readonly nextLookAt: number | null;
  readonly error: LookFailure | null;
}

/** What a revision records: everything about an import that a caller can observe change. */
export interface ImportState {
  readonly job: Job;
  readonly counters: ResourceCounters;
  readonly resources: readonly ImportedResource[];
  readonly rowErrors: RowErrorSummary;
}

/** Free text that callers attach to an import when they track it, to find it again. */
export type ImportLabels = Readonly<Record<string, string>>;

/** One import as the ledger knows it. */
export interface Import {
  readonly ref: ImportRef;
  readonly state: ImportState;
  /** Dense per import, starting at 1; 0 while nothing was observed. */
  readonly revision: number;
  /** The place of the latest revision in the one order of all changes; null while there is none. */
  readonly position: number | null;
  readonly freshness: Freshness;
  readonly labels: ImportLabels;
}

/** The state of an import of which nothing was observed. */
export const UNOBSERVED: ImportState = {
  job: UNOBSERVED_JOB,
  counters: NO_COUNTERS,
  resources: [],
  rowErrors: { availability: 'PENDING', totalCount: null, limit: null },
};

/** An import that is in no ledger: its keys, and why nothing else is known of it. */
export function unknownImport(ref: ImportRef, freshness: Freshness): Import {
  return { ref, state: UNOBSERVED, revision: 0, position: null, freshness, labels: {} };
}

/** The longest external id we accept, in characters; the vendors' own are at most 36. */
const MAX_EXTERNAL_ID_LENGTH = 200;

const PROVIDER_ID = /^[a-z][a-z0-9-]*$/;
// Printable, no white space at either end: an id that cannot be typed cannot be asked for again.
const EXTERNAL_ID = /^[!-~](?:[ -~]*[!-~])?$/;

/** The global id of an import: `<providerId>:<externalId>`. */
export function importId({ providerId, externalId }: ImportRef): string {
  return providerId === '' ? externalId : `${providerId}:${externalId}`;
}

/** A stand-in for a text that is no import's id: no provider has it, and its id is that text. */
export function refOfNoImport(text: string): ImportRef {
  return { providerId: '', externalId: text };
}

/** Reads a global id back; `null` when the text is not one. */
export function findImportRef(id: string): ImportRef | null {
  const colon = id.indexOf(':');
  if (colon < 0) return null;
  const ref = { providerId: id.slice(0, colon), externalId: id.slice(colon + 1) };
  return isImportRef(ref) ? ref : null;
}

/** Whether both halves are well formed; says nothing about whether such an import exists. */
export function isImportRef(ref: ImportRef): boolean {
  return (
    isProviderId(ref.providerId) &&
    ref.externalId.length <= MAX_EXTERNAL_ID_LENGTH &&
    EXTERNAL_ID.test(ref.externalId)
  );
}

/** Provider ids are lower-case words: `[a-z][a-z0-9-]*`. */
export function isProviderId(text: string): boolean {
  return PROVIDER_ID.test(text);
}
