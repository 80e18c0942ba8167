import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Watcher } from '../watcher/watcher.ts';
import { createLoaders } from './loaders.ts';
import type { Loaders } from './loaders.ts';
import type { Hub } from './live/hub.ts';

/** What a caller may do: `imports:read`, `imports:write`, `imports:rows`. */
export type Scope = 'imports:read' | 'imports:write' | 'imports:rows';

export interface Caller {
  readonly scopes: ReadonlySet<Scope>;
  /** When these rights end, in milliseconds since the epoch; null for never. */
  readonly expiresAt: number | null;
}

/** What all operations share. */
export interface GraphServices {
  readonly ledger: Ledger;
  readonly watcher: Watcher;
  readonly clock: Clock;
  /** Aborted when the server is stopping. */
  readonly draining: AbortSignal;
  /** Everybody who is subscribed. */
  readonly hub: Hub;
  /** Where callers reach this server: `https://host/path`; empty when nobody can say. */
  readonly publicUrl: string;
}

/** What one operation is given. */
export interface GraphContext extends GraphServices {
  readonly caller: Caller;
  readonly loaders: Loaders;
}

export interface ContextOptions {
  readonly services: GraphServices;
  readonly caller: Caller;
}

export function createContext({ services, caller }: ContextOptions): GraphContext {
  const { ledger, watcher, clock, draining, hub, publicUrl } = services;
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
