import type { Clock } from '../domain/clock.ts';
import type { Tracer } from '../domain/tracer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Watcher } from '../watcher/watcher.ts';
import type { Caller } from './caller.ts';
import { createLoaders } from './loaders.ts';
import type { Loaders } from './loaders.ts';
import type { Hub } from './live/hub.ts';
import { viewFor } from './view.ts';

/** What answers are read from. */
export type GraphLedger = Pick<
  Ledger,
  | 'storeId'
  | 'findImports'
  | 'listImports'
  | 'listChanges'
  | 'listRevisions'
  | 'getLatestPosition'
  | 'getPrunedPosition'
  | 'findHeldRows'
  | 'listRows'
  | 'listRowErrorGroups'
>;

/** Whom answers ask about vendors. */
export type GraphWatcher = Pick<
  Watcher,
  | 'listProviders'
  | 'findProvider'
  | 'getHealth'
  | 'isDown'
  | 'findBudget'
  | 'findRisk'
  | 'ask'
  | 'track'
  | 'untrack'
  | 'refresh'
  | 'recordResponse'
>;

/** What all operations share. */
export interface GraphServices {
  readonly ledger: GraphLedger;
  readonly watcher: GraphWatcher;
  readonly clock: Clock;
  /** Absent where nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Aborted when the server is stopping. */
  readonly draining: AbortSignal;
  /** Everybody who is subscribed. */
  readonly hub: Hub;
  /** Where callers reach this server: `https://host/path`; empty when nobody can say. */
  readonly publicUrl: string;
}

/** What one operation is given: of what all share, only what is there for its caller. */
export interface GraphContext extends GraphServices {
  readonly caller: Caller;
  readonly loaders: Loaders;
}

export interface ContextOptions {
  readonly services: GraphServices;
  readonly caller: Caller;
}

export function createContext({ services, caller }: ContextOptions): GraphContext {
  const { ledger, watcher, clock, draining, hub, publicUrl } = viewFor(services, caller);
  let loaders: Loaders | null = null;
  return {
    ledger,
    watcher,
    clock,
    draining,
    hub,
    publicUrl,
    caller,
    // Most operations load nothing, and making a loader costs more than it saves them.
    get loaders() {
      loaders ??= createLoaders(ledger);
      return loaders;
    },
  };
}
