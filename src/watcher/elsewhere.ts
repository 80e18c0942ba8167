import type { Clock } from '../domain/clock.ts';
import type { Import, ImportRef } from '../domain/import.ts';
import { importId } from '../domain/import.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface ElsewhereOptions {
  readonly ledger: Pick<Ledger, 'findImports'>;
  readonly clock: Clock;
  /** What came of it, as the ledger shows; null when it is not in the ledger. */
  readonly onSeen: (ref: ImportRef, known: Import | null) => void;
  /** No look has come for long. */
  readonly onGivenUp: (ref: ImportRef) => void;
  readonly onFailed: (error: unknown) => void;
}

/** So often the ledger is asked what others have seen. */
const ASK_EVERY_MS = 200;

/** Nobody waits longer than this for a look. */
const GIVE_UP_AFTER_MS = 10_000;

/** Imports that somebody here waits for and that somebody else may look at: the ledger tells. */
export class Elsewhere {
  readonly #options: ElsewhereOptions;
  readonly #waits = new Map<string, { readonly ref: ImportRef; readonly since: number }>();
  #cancelTimer: (() => void) | null = null;

  constructor(options: ElsewhereOptions) {
    this.#options = options;
  }

  add(ref: ImportRef): void {
    const id = importId(ref);
    if (this.#waits.has(id)) return;
    this.#waits.set(id, { ref, since: this.#options.clock.now() });
    this.#askLater();
  }

  /** Nobody waits for it any more. */
  remove(id: string): void {
    this.#waits.delete(id);
    if (this.#waits.size === 0) this.stop();
  }

  stop(): void {
    this.#waits.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #askLater(): void {
    const { clock, onFailed } = this.#options;
    this.#cancelTimer ??= clock.after(ASK_EVERY_MS, () => {
      this.#cancelTimer = null;
      this.#ask()
        .catch(onFailed)
        .finally(() => {
          if (this.#waits.size > 0) this.#askLater();
        });
    });
  }

  async #ask(): Promise<void> {
    const { ledger, clock, onSeen, onGivenUp } = this.#options;
    const asked = [...this.#waits];
    const found = await ledger.findImports(asked.map(([id]) => id));
    const now = clock.now();
    for (const [id, { ref, since }] of asked) {
      if (!this.#waits.has(id)) continue;
      if (now < since + GIVE_UP_AFTER_MS) onSeen(ref, found.get(id) ?? null);
      else {
        this.#waits.delete(id);
        onGivenUp(ref);
      }
    }
  }
}
