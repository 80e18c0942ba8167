import { Gauge } from 'prom-client';
import type { Logger } from 'pino';
import type { Watcher } from '../watcher/watcher.ts';
import type { Metrics } from './metrics.ts';

export interface RiskWatched {
  readonly watcher: Pick<Watcher, 'listProviders' | 'findRisk'>;
  readonly logger: Logger;
}

/** Tells what the budgets do not last for whenever somebody reads the metrics. */
export function tellRisk({ registry }: Pick<Metrics, 'registry'>, watched: RiskWatched): void {
  const { watcher, logger } = watched;
  const atRisk = new Gauge({
    name: 'imports_provider_imports_at_risk',
    help: 'Imports that their vendor forgets before the budget of a provider lets us look at them.',
    labelNames: ['provider'],
    registers: [registry],
    collect: async () => {
      const found: (readonly [string, number])[] = [];
      try {
        for (const { id: provider } of watcher.listProviders()) {
          const risk = await watcher.findRisk(provider, 0);
          if (risk !== null) found.push([provider, risk.count]);
        }
      } catch (error) {
        logger.error({ err: error }, 'it cannot be told what budgets do not last for');
        found.length = 0;
      }
      atRisk.reset();
      for (const [provider, count] of found) atRisk.set({ provider }, count);
    },
  });
}
