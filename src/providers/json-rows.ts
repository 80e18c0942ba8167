import { Assembler } from 'stream-json/core/assembler.js';
import { jsonParser } from 'stream-json/core/parser.js';
import type { Token } from 'stream-json/core/parser.js';
import { ProviderError } from '../domain/provider-error.ts';

/** A row of a list, and what has been read so far of what it is in. */
export interface FoundRow {
  readonly value: unknown;
  /** The object whose list the row is in, which goes on growing. */
  readonly holder: unknown;
  /** What that object is in. */
  readonly outer: unknown;
}

export interface JsonRowsOptions {
  /** Where the list of rows is: the keys on the way, `*` for any place of a list. */
  readonly path: readonly string[];
  /** Where the text comes from, for messages. */
  readonly source: string;
}

/**
 * Reads JSON in pieces and takes the rows of a list out of it as they come, so that the list is
 * never held as a whole.
 */
export class JsonRows {
  readonly #path: readonly string[];
  readonly #source: string;
  readonly #decoder = new TextDecoder();
  readonly #parse = jsonParser({ packValues: true, streamValues: false });
  readonly #assembler = new Assembler();
  /** The list that was recognized last, so that its path is looked at once. */
  #list: unknown = null;
  #size = 0;

  constructor({ path, source }: JsonRowsOptions) {
    this.#path = path;
    this.#source = source;
  }

  /** Answers the rows that this piece completes. Throws an `unexpected-response` at what is no JSON. */
  write(chunk: Uint8Array): readonly FoundRow[] {
    this.#size += chunk.byteLength;
    const rows: FoundRow[] = [];
    for (const token of this.#tokensOf(this.#decoder.decode(chunk, { stream: true }))) {
      this.#assembler.consume(token);
      this.#takeRow(rows);
    }
    return rows;
  }

  /** The text without the rows of the list. Throws an `unexpected-response` when it was cut off. */
  end(): unknown {
    // A character of which the last bytes never came is no JSON, wherever it stands.
    this.#tokensOf(this.#decoder.decode());
    const { done, current } = this.#assembler;
    // Nothing that we are answered is a bare number, which could go on for ever.
    if (!done || typeof current !== 'object' || current === null) throw this.#failure();
    return current;
  }

  /** Whatever the parser's own message quotes stays here. */
  #tokensOf(text: string): readonly Token[] {
    try {
      const tokens = this.#parse(text);
      return typeof tokens === 'object' && 'values' in tokens ? tokens.values : [];
    } catch {
      throw this.#failure();
    }
  }

  #takeRow(rows: FoundRow[]): void {
    const { current, stack } = this.#assembler;
    // Keys and containers take turns in the stack.
    if (!Array.isArray(current) || current.length === 0) return;
    if (stack.length !== this.#path.length * 2 || !this.#isList(current)) return;
    const holder: unknown = stack.at(-2);
    const outer: unknown = stack.at(-4);
    rows.push({ value: current.pop(), holder, outer });
  }

  #isList(current: unknown): boolean {
    if (current === this.#list) return true;
    const isList = this.#assembler.path.every(
      (key, index) => this.#path[index] === '*' || this.#path[index] === key,
    );
    if (isList) this.#list = current;
    return isList;
  }

  #failure(): ProviderError {
    return new ProviderError(
      'unexpected-response',
      `${this.#source} answered with ${this.#size} bytes that are not JSON, or not all of it`,
    );
  }
}
