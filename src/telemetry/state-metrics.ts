import { Gauge } from 'prom-client';
import type { Logger } from 'pino';
import type { Hub } from '../graphql/live/hub.ts';
import { logFailure } from '../ledger/log-failure.ts';
import type { Watcher } from '../watcher/watcher.ts';
import type { Metrics } from './metrics.ts';

export interface Watched {
  readonly watcher: Pick<Watcher, 'listProviders' | 'isDown' | 'findBudget'>;
  readonly hub: Pick<Hub, 'countSubscribers'>;
  readonly logger: Logger;
}

/** Tells how things stand whenever somebody reads the metrics. */
export function tellState({ registry, looks }: Metrics, { watcher, hub, logger }: Watched): void {
  const registers = [registry];
  const limit = new Gauge({
    name: 'imports_provider_budget_limit',
    help: 'Requests that the budget of a provider allows.',
    labelNames: ['provider', 'window'],
    registers,
  });
  for (const { id: provider, budget } of watcher.listProviders()) {
    // A rate can be told from the first look on.
    looks.inc({ provider, result: 'ok' }, 0);
    if (budget.perSecond !== null) limit.set({ provider, window: 'second' }, budget.perSecond);
    if (budget.perMonth !== null) limit.set({ provider, window: 'month' }, budget.perMonth);
  }
  const remaining = new Gauge({
    name: 'imports_provider_budget_remaining',
    help: 'Requests to a provider that are left of its budget.',
    labelNames: ['provider', 'window'],
    registers,
    collect: async () => {
      const found: (readonly [string, number])[] = [];
      try {
        for (const { id: provider } of watcher.listProviders()) {
          const budget = await watcher.findBudget(provider);
          if (budget === null || budget.perMonth === null) continue;
          found.push([provider, Math.max(0, budget.perMonth - budget.usedThisMonth)]);
        }
      } catch (error) {
        // When the store fails, the other metrics are needed most.
        logFailure({ logger }, error, 'it cannot be told what is left of budgets');
        found.length = 0;
      }
      // All at once: somebody else may be reading, too.
      remaining.reset();
      for (const [provider, left] of found) remaining.set({ provider, window: 'month' }, left);
    },
  });
  const up = new Gauge({
    name: 'imports_provider_up',
    help: '1 while a provider is looked at; 0 while it fails and is left alone.',
    labelNames: ['provider'],
    registers,
    collect: () => {
      for (const { id } of watcher.listProviders()) {
        up.set({ provider: id }, watcher.isDown(id) ? 0 : 1);
      }
    },
  });
  const subscribers = new Gauge({
    name: 'imports_subscribers',
    help: 'Subscriptions that are open.',
    registers,
    collect: () => {
      subscribers.set(hub.countSubscribers());
    },
  });
}
