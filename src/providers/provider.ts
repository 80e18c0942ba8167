import type { z } from 'zod';
import type { ProviderError } from '../domain/provider-error.ts';
import type { Observation } from '../domain/observation.ts';
import type { ImportRow } from '../domain/row.ts';
import type { Http } from './http.ts';
import type { Secrets } from './quoted-secrets.ts';
import type { Simulator, SimulatorOptions } from './simulation.ts';

/** One import to look at. */
export interface LookTarget {
  readonly externalId: string;
  /** What the caller who tracked the import said, else the provider's default, else null. */
  readonly continueOnError: boolean | null;
  /**
   * True while the import was never seen and is young enough that the vendor may not show it yet.
   * Whatever the vendor answers then for "no such job" must become a `not-found`.
   */
  readonly mayNotExistYet: boolean;
  /** Takes the rows that come along with the answer. */
  readonly rows: RowSink;
}

/** Takes rows as they are read, in the vendor's order. */
export interface RowSink {
  /** Resolves when there is room for more: whoever reads rows waits for it. */
  write(rows: readonly ImportRow[]): Promise<void>;
}

/** Where to read on in a vendor's list of rows. */
export interface RowsTarget {
  readonly externalId: string;
  /** As the page before said; null for the first. */
  readonly next: string | null;
  /** How many failed rows the import's own counters tell of; null when they do not. */
  readonly knownTotal: number | null;
}

/** A page of a vendor's list of rows. */
export interface RowsPage {
  readonly rows: readonly ImportRow[];
  /** Where to read on; null when these were the last. With no rows: there should be more by and by. */
  readonly next: string | null;
  /** How many failed rows there are in all, as far as the vendor says; null when it does not. */
  readonly totalFailed: number | null;
}

/** What came of reading rows: a page, or the vendor's word that its environment grants none. */
export type RowsAnswer =
  { readonly kind: 'page'; readonly page: RowsPage } | { readonly kind: 'not-granted' };

/** What came of looking at one import. */
export type Look =
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'failed'; readonly error: ProviderError };

/**
 * How we talk to one provider: one configured environment of one vendor. It asks, validates and
 * translates; it never retries and never decides when to ask.
 */
export interface ProviderDataSource {
  /** How many imports one `look` may take. */
  readonly largestBatch: number;

  /**
   * Looks at a batch of imports and answers for each, in the order asked: one bad item never
   * fails its neighbours. Rejects with a `ProviderError` only when no item could be looked at.
   */
  look(targets: readonly LookTarget[], signal: AbortSignal): Promise<readonly Look[]>;

  /**
   * Reads some rows of an import that has ended, where they do not come along with the look.
   * Rejects with a `ProviderError`: a `not-found` says that the vendor has forgotten them.
   */
  readRows?(target: RowsTarget, signal: AbortSignal): Promise<RowsAnswer>;

  /**
   * Reads a vendor response that somebody hands in as it came. Rejects with a `ProviderError` of
   * kind `unexpected-response` when it is not one. Absent where the vendor has no such responses.
   */
  readResponse?(response: unknown, target: LookTarget): Promise<Observation>;
}

/** What a provider can and cannot tell. Times are in milliseconds. */
export interface ProviderCapabilities {
  /** How long after its start an import may still be unknown to the vendor's status call. */
  readonly appearsWithinMs: number;
  /** How long the vendor keeps a finished import; null when it does not say. */
  readonly retentionMs: number | null;
  /** Whether failed rows can be read one by one; otherwise only their number is known. */
  readonly reportsRowErrors: boolean;
  /** Whether the rows that did not fail can be read, too. */
  readonly reportsEveryRow: boolean;
  /** Whether `recordImport` accepts a response of this vendor. */
  readonly acceptsResponses: boolean;
}

/** How many requests a provider allows us; null where it sets no limit. */
export interface RequestBudget {
  readonly perSecond: number | null;
  readonly perMonth: number | null;
}

/** What a provider is given of the world. */
export interface Outside {
  readonly http: Http;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The same for a data source, which says which tokens it was issued. */
export interface Connection extends Outside {
  readonly secrets: Pick<Secrets, 'add'>;
}

/** What the settings of a provider turn into: a data source, once there is a connection. */
export type Connect = (outside: Outside) => ProviderDataSource;

/** A kind of provider: everything the rest of the code knows about one vendor. */
export interface Provider {
  readonly kind: string;
  /** The vendor's name, for people. */
  readonly title: string;
  readonly capabilities: ProviderCapabilities;
  readonly defaultBudget: RequestBudget;
  /** Parses the keys of the config that are this vendor's own. */
  readonly settings: z.ZodType<Connect>;
  /** A config entry that works, for error messages. */
  readonly example: string;
  /** Imitates the vendor's API. */
  simulate(options: SimulatorOptions): Simulator;
  /** The config keys that point a data source at a simulator served at `url`. */
  simulatedSettings(url: string): Readonly<Record<string, unknown>>;
}

/** The parts of a provider, with its settings still typed. */
export interface ProviderDefinition<Settings> extends Omit<Provider, 'settings'> {
  readonly settings: z.ZodType<Settings>;
  connect(settings: Settings, connection: Connection): ProviderDataSource;
}
