import { ProviderError } from '../domain/provider-error.ts';

/** When an answer is given up: after a while without progress, and after a while in all. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #pieceMs: number;
  readonly #whole: NodeJS.Timeout;
  #piece: NodeJS.Timeout | null = null;
  /** Of the while without progress, at `#since`. */
  #leftMs: number;
  #since = 0;
  #passedMs: number | null = null;

  constructor(pieceMs: number, wholeMs: number) {
    this.#pieceMs = pieceMs;
    this.#leftMs = pieceMs;
    this.#whole = setTimeout(() => this.#pass(wholeMs), wholeMs);
    this.resume();
  }

  /** Aborted once it is too late. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which of the two limits was passed; null as long as none was. */
  get passedMs(): number | null {
    return this.#passedMs;
  }

  /** While it is us who take time, the vendor is not late. */
  pause(): void {
    if (this.#piece === null) return;
    clearTimeout(this.#piece);
    this.#piece = null;
    this.#leftMs -= performance.now() - this.#since;
  }

  /** Goes on where it was paused: bytes that bring nothing whole are no progress. */
  resume(): void {
    this.#since = performance.now();
    this.#piece = setTimeout(() => this.#pass(this.#pieceMs), Math.max(0, this.#leftMs));
  }

  /** Begins anew after a pause: something whole came. */
  restart(): void {
    this.#leftMs = this.#pieceMs;
    this.resume();
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
