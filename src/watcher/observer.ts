import type { ClaimQuery } from '../ledger/look-ledger.ts';
import type { LookResult } from './look.ts';

/** Imports of one provider that are looked at together, or whose rows are read. */
export interface LookBatch {
  readonly providerId: string;
  readonly work: ClaimQuery['work'];
  readonly importIds: readonly string[];
}

/** Sees what the watcher does, to count and to trace it. Each function does the work that it is given. */
export interface WatcherObserver {
  /** Work that is done for nobody in particular, whoever happened to start it. */
  apart<T>(work: () => T): T;
  /** Somebody waits for a look at an import. */
  wait<T>(importId: string, work: () => Promise<T>): Promise<T>;
  look(
    batch: LookBatch,
    work: () => Promise<readonly LookResult[]>,
  ): Promise<readonly LookResult[]>;
}

export const UNOBSERVED: WatcherObserver = {
  apart: (work) => work(),
  wait: (_, work) => work(),
  look: (_, work) => work(),
};
