import type { Clock } from '../domain/clock.ts';
import type { LookLedger } from '../ledger/look-ledger.ts';

export interface InterestOptions {
  readonly ledger: Pick<LookLedger, 'setWatched'>;
  readonly clock: Clock;
}

/** When the store could not be told, it is told again. */
const TELL_AGAIN_MS = 1_000;

/**
 * Counts who watches which imports, and tells the store, so that whoever looks at them knows. A
 * thousand who watch one import count like one.
 */
export class Interest {
  readonly #options: InterestOptions;
  readonly #counts = new Map<string, number>();
  /** What the store is still to be told: the latest that is true of each import. */
  readonly #untold = new Map<string, boolean>();
  #telling: Promise<void> | null = null;
  #isOn = true;
  #cancelTimer: () => void = () => undefined;

  constructor(options: InterestOptions) {
    this.#options = options;
  }

  /** Answers the ids that nobody watched before, and how to stop watching. */
  add(ids: readonly string[]): { readonly newIds: readonly string[]; readonly stop: () => void } {
    const own = new Set(ids);
    const newIds = [...own].filter((id) => !this.#counts.has(id));
    for (const id of own) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    for (const id of newIds) this.#untold.set(id, true);
    let isOn = true;
    const stop = (): void => {
      if (!isOn) return;
      isOn = false;
      for (const id of own) this.#subtract(id);
      this.tell().catch(() => this.#tellLater());
    };
    return { newIds, stop };
  }

  /** Resolves once the store knows; rejects when it cannot be told now, and then it is told later. */
  async tell(): Promise<void> {
    while (this.#untold.size > 0) {
      this.#telling ??= this.#tellAll().finally(() => {
        this.#telling = null;
      });
      await this.#telling;
    }
  }

  /** Tells no more. */
  stop(): void {
    this.#isOn = false;
    this.#cancelTimer();
  }

  async #tellAll(): Promise<void> {
    const telling = new Map(this.#untold);
    this.#untold.clear();
    try {
      for (const isWatched of [true, false]) {
        const ids = [...telling].filter(([, value]) => value === isWatched).map(([id]) => id);
        if (ids.length > 0) await this.#options.ledger.setWatched(ids, isWatched);
      }
    } catch (error) {
      for (const [id, value] of telling) if (!this.#untold.has(id)) this.#untold.set(id, value);
      this.#tellLater();
      throw error;
    }
  }

  #tellLater(): void {
    this.#cancelTimer();
    if (!this.#isOn) return;
    this.#cancelTimer = this.#options.clock.after(TELL_AGAIN_MS, () => {
      this.tell().catch(() => this.#tellLater());
    });
  }

  #subtract(id: string): void {
    const left = (this.#counts.get(id) ?? 0) - 1;
    if (left > 0) this.#counts.set(id, left);
    else {
      this.#counts.delete(id);
      this.#untold.set(id, false);
    }
  }
}
