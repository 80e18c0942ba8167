import { execute, parse } from 'graphql';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { everybody } from '../../src/graphql/caller.ts';
import { createContext } from '../../src/graphql/context.ts';
import type { GraphServices } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import { Watcher } from '../../src/watcher/watcher.ts';
import { createHub } from './live.ts';
import type { Answer } from './world.ts';

export type Ask = (query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer>;

/** What answers are read from: a ledger, without vendors unless some are given. */
export async function openServices(
  ledger: Ledger,
  providers: readonly WatchedProvider[] = [],
): Promise<GraphServices> {
  const watcher = await Watcher.create({
    providers,
    ledger,
    clock: SYSTEM_CLOCK,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    holdFinishForMs: 0,
  });
  return {
    ledger,
    watcher,
    clock: SYSTEM_CLOCK,
    hub: createHub({ ledger }),
    draining: new AbortController().signal,
    publicUrl: '',
  };
}

/** The real schema over a ledger, without vendors: for what a test records itself. */
export async function openGraph(ledger: Ledger): Promise<Ask> {
  const schema = createSchema();
  const services = await openServices(ledger);
  return async (query, variableValues = {}) => {
    const { data = null, errors = [] } = await execute({
      schema,
      document: parse(query),
      variableValues,
      contextValue: createContext({
        services,
        caller: everybody(['imports:read']),
      }),
    });
    return JSON.parse(JSON.stringify({ data, errors }));
  };
}
