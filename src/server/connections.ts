/** Counts the sockets and streams that each client holds, so that none takes all there are. */
export class Connections {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** `most` a client; clients are told apart by their address. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Answers how to give the connection back; null when the client has as many as it may. */
  open(client: string): (() => void) | null {
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#most) return null;
    this.#counts.set(client, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#counts.get(client) ?? 0) - 1;
      if (left > 0) this.#counts.set(client, left);
      else this.#counts.delete(client);
    };
  }
}
