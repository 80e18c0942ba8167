import type { Logger } from 'pino';
import { delay } from '../domain/clock.ts';
import type { Clock } from '../domain/clock.ts';
import { logFailure } from './log-failure.ts';
import type { RowLedger } from './row-ledger.ts';

/** How long what is known is kept, in milliseconds; null for ever. */
export interface Retention {
  readonly rows: number | null;
  readonly imports: number | null;
}

export interface PrunerOptions {
  readonly ledger: Pick<
    RowLedger,
    'listKeptProviders' | 'hideRows' | 'deleteHiddenRows' | 'deleteImports'
  >;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Also of providers that are no longer configured. */
  readonly retentionOf: (providerId: string) => Retention;
}

/** So often it is seen to what has grown old. */
const ROUND_MS = 60_000;

/** So much is deleted at once, and then others have their turn. */
const ROWS_A_STEP = 200;
const IMPORTS_A_STEP = 20;
const STEP_PAUSE_MS = 5;

/** Deletes what has been kept for long enough, in small steps, as long as the service runs. */
export class Pruner {
  readonly #options: PrunerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: PrunerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves once nothing is being deleted any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#unlessStopped(() => this.#prune());
      await this.#unlessStopped(() => delay(this.#options.clock, ROUND_MS, signal));
    }
  }

  /** What breaks off because it is to stop is no failure. */
  async #unlessStopped(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      logFailure(this.#options, error, 'could not delete what is old');
    }
  }

  async #prune(): Promise<void> {
    const { ledger, clock, retentionOf } = this.#options;
    for (const providerId of await ledger.listKeptProviders()) {
      const retention = retentionOf(providerId);
      const now = clock.now();
      const query = { providerId, now, limit: IMPORTS_A_STEP };
      await this.#untilNone(retention.imports, (keptMs) =>
        ledger.deleteImports({ ...query, until: now - keptMs }),
      );
      await this.#untilNone(retention.rows, (keptMs) =>
        ledger.hideRows({ ...query, until: now - keptMs }),
      );
    }
    await this.#untilNone(0, () => ledger.deleteHiddenRows(ROWS_A_STEP));
  }

  async #untilNone(
    keptMs: number | null,
    step: (keptMs: number) => Promise<number>,
  ): Promise<void> {
    if (keptMs === null) return;
    const { clock } = this.#options;
    while ((await step(keptMs)) > 0) await delay(clock, STEP_PAUSE_MS, this.#stopping.signal);
  }
}
