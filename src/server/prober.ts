import type { Connection } from './connection.ts';

/** Connections are tried a part at a time: a thousand at once would hold everybody else up. */
const PARTS = 10;

/** Finds connections that are dead: each is tried once in a while. One timer serves them all. */
export class Prober {
  readonly #parts: readonly Set<Connection>[] = Array.from({ length: PARTS }, () => new Set());
  readonly #timer: NodeJS.Timeout;
  #tick = 0;
  #added = 0;

  constructor(everyMs: number) {
    this.#timer = setInterval(() => this.#probe(), everyMs / PARTS);
    // Where nothing else keeps the process, nobody is connected.
    this.#timer.unref();
  }

  add(connection: Connection): void {
    this.#parts[this.#added % PARTS]?.add(connection);
    this.#added += 1;
  }

  forget(connection: Connection): void {
    for (const part of this.#parts) part.delete(connection);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #probe(): void {
    for (const connection of this.#parts[this.#tick % PARTS] ?? []) connection.probe();
    this.#tick += 1;
  }
}
