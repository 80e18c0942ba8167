import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Claim } from '../ledger/look-ledger.ts';
import type { Budget } from './budget.ts';
import type { LookTask } from './look.ts';
import { putOffUntil } from './ration.ts';
import type { Ration } from './ration.ts';
import { KEEP } from './verdict.ts';
import type { WatchedProvider } from './watched-provider.ts';

export interface RationingOptions {
  readonly provider: Pick<WatchedProvider, 'id'>;
  readonly ledger: Pick<Ledger, 'record' | 'release'>;
  readonly budget: Pick<Budget, 'ration'>;
  /** How many imports one look is about at most. */
  readonly largestBatch: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No look comes of it now. */
  readonly onPutOff: (task: LookTask) => void;
}

/** Looks at nothing with a request that another import will need. */
export class Rationing {
  readonly #options: RationingOptions;
  #isShort = false;

  constructor(options: RationingOptions) {
    this.#options = options;
  }

  /** What may be looked at now of what was claimed; the rest is put off. */
  async sift(tasks: readonly LookTask[]): Promise<readonly LookTask[]> {
    const { budget, largestBatch, clock, onPutOff } = this.#options;
    let ration = await budget.ration(largestBatch);
    if (ration === null) return tasks;
    this.#tell(ration);
    const now = clock.now();
    const allowed: LookTask[] = [];
    for (const task of tasks) {
      const until = putOffUntil(task.claim, ration, now);
      if (until === null) {
        allowed.push(task);
        ration = { ...ration, spare: ration.spare - 1 };
      } else {
        await this.#putOff(task.claim, until, now);
        onPutOff(task);
      }
    }
    return allowed;
  }

  async #putOff({ import: known, schedule, lease }: Claim, until: number, now: number) {
    const { ledger } = this.#options;
    const recorded = await ledger.record({
      ref: known.ref,
      lease,
      basedOnRevision: known.revision,
      state: null,
      rows: KEEP,
      held: schedule.held,
      attempts: schedule.attempts,
      freshness: { ...known.freshness, nextLookAt: until },
      watchedLookAt: null,
      now,
    });
    if (recorded === null) await ledger.release([lease]);
  }

  #tell({ lost, resetsAt }: Ration): void {
    const { logger, provider } = this.#options;
    const isShort = lost > 0;
    if (isShort === this.#isShort) return;
    this.#isShort = isShort;
    const about = {
      providerId: provider.id,
      imports: lost,
      resetsAt: new Date(resetsAt).toISOString(),
    };
    if (isShort) logger.warn(about, 'the budget of the month does not last for all imports');
    else logger.info(about, 'the budget of the month lasts again for all imports');
  }
}
