import assert from 'node:assert/strict';
import type { ImportEvent } from '../../docs/live/following.ts';
import { ROWS } from './rig.ts';
import type { Rig } from './rig.ts';

/** What somebody was shown, in order, and who waits for more of it. */
export class Screen {
  readonly #events: ImportEvent[] = [];
  readonly #waiting = new Set<() => void>();

  show(event: ImportEvent): void {
    this.#events.push(event);
    for (const look of this.#waiting) look();
  }

  /** Resolves once a revision, or a later one, was shown. */
  has(revision: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#events.some((event) => (event.import?.revision ?? 0) >= revision)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Each change once, in order, none missing that is not said to be skipped, and the end last. */
  assertWhole(): void {
    let seen = 0;
    for (const { import: shown, skippedRevisions } of this.#events) {
      if (shown === null) continue;
      assert.equal(shown.revision, seen + 1 + skippedRevisions);
      seen = shown.revision;
    }
    assert.equal(seen, ROWS);
    const finishes = this.#events.filter((event) => event.import?.job.phase === 'FINISHED');
    assert.equal(finishes.length, 1);
    assert.equal(finishes[0]?.import?.counters.processed, ROWS);
    const ends = this.#events.flatMap(({ end }) => end?.reason ?? []);
    assert.deepEqual(ends.filter((reason) => reason === 'SETTLED').length, 1);
    assert.equal(this.#events.at(-1)?.end?.reason, 'SETTLED');
  }
}

/** What befalls the connection, by the number of rows after which it does. */
export type Weather = Readonly<Record<number, (rig: Rig, screen: Screen) => unknown>>;

/** Reports a load row by row, from its second to its last. */
export async function weather(rig: Rig, screen: Screen, befalls: Weather): Promise<void> {
  await screen.has(1);
  for (let processed = 2; processed <= ROWS; processed += 1) {
    assert.equal(await rig.report('load', processed), processed);
    await befalls[processed]?.(rig, screen);
  }
}

/** Cuts before a change is shown, after it, in the middle of it, and while somebody comes back. */
export const STORM: Weather = {
  4: ({ line }) => line.cut(),
  8: (_, screen) => screen.has(8),
  9: ({ line }) => line.refuse(),
  12: ({ line }) => line.accept(),
  16: (_, screen) => screen.has(16),
  17: ({ line }) => line.tear(),
  20: (_, screen) => screen.has(20),
  24: (rig) => rig.restart(),
  28: (_, screen) => screen.has(28),
  29: ({ line }) => line.hangUp(),
  38: ({ line }) => line.cut(),
};

/** A little at a time, for whoever takes three seconds to come back. */
export const REFUSAL: Weather = {
  4: ({ line }) => line.refuse(),
  8: ({ line }) => line.accept(),
};
export const RESTART: Weather = { 4: (rig) => rig.restart() };
