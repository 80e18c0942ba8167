import { ProviderError } from '../domain/provider-error.ts';

/** When an answer is given up: after a while without a piece of it, and after a while in all. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #pieceMs: number;
  readonly #whole: NodeJS.Timeout;
  #piece: NodeJS.Timeout | null = null;
  #passedMs: number | null = null;

  constructor(pieceMs: number, wholeMs: number) {
    this.#pieceMs = pieceMs;
    this.#whole = setTimeout(() => this.#pass(wholeMs), wholeMs);
    this.restart();
  }

  /** Aborted once it is too late. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which of the two limits was passed; null as long as none was. */
  get passedMs(): number | null {
    return this.#passedMs;
  }

  /** While it is us who take time, the piece is not late. */
  pause(): void {
    if (this.#piece !== null) clearTimeout(this.#piece);
    this.#piece = null;
  }

  restart(): void {
    this.pause();
    this.#piece = setTimeout(() => this.#pass(this.#pieceMs), this.#pieceMs);
  }

  cancel(): void {
    this.pause();
    clearTimeout(this.#whole);
  }

  #pass(limitMs: number): void {
    this.#passedMs ??= limitMs;
    this.#controller.abort();
  }
}

/** Counts the bytes of an answer. */
export class Meter {
  readonly #maxBytes: number;
  readonly #request: string;
  #size = 0;

  constructor(maxBytes: number, request: string) {
    this.#maxBytes = maxBytes;
    this.#request = request;
  }

  /** Throws an `unexpected-response` when there are too many. */
  count({ byteLength }: Uint8Array): void {
    this.#size += byteLength;
    if (this.#size <= this.#maxBytes) return;
    throw new ProviderError(
      'unexpected-response',
      `${this.#request} answered with more than ${this.#maxBytes} bytes; raise maxResponseBytes if that is right`,
    );
  }

  restart(): void {
    this.#size = 0;
  }
}
