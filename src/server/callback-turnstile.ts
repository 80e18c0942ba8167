import type { GraphServices } from '../graphql/context.ts';

/** How long somebody takes up a place; what takes longer goes on without one. */
const PLACE_FOR_MS = 1_000;

/** Lets so many through at once; others wait, and go in the order in which they came. */
export class Turnstile {
  readonly #clock: GraphServices['clock'];
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(most: number, clock: GraphServices['clock']) {
    this.#free = most;
    this.#clock = clock;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isInside = true;
    const leave = (): void => {
      if (isInside) this.#letIn();
      isInside = false;
    };
    const cancel = this.#clock.after(PLACE_FOR_MS, leave);
    try {
      return await work();
    } finally {
      cancel();
      leave();
    }
  }

  #letIn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** A turnstile for each router: one that does not answer holds up none of the others. */
export class Turnstiles {
  readonly #byOrigin = new Map<string, Turnstile>();
  readonly #most: number;
  readonly #clock: GraphServices['clock'];

  constructor(most: number, clock: GraphServices['clock']) {
    this.#most = most;
    this.#clock = clock;
  }

  at({ origin }: URL): Turnstile {
    const turnstile = this.#byOrigin.get(origin) ?? new Turnstile(this.#most, this.#clock);
    this.#byOrigin.set(origin, turnstile);
    return turnstile;
  }
}
