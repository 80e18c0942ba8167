/** What a trace tells of a piece of work: words of ours and numbers, nothing that was sent to us. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly name: string;
  readonly attributes?: SpanAttributes;
  /** `client` for a request to somebody else. */
  readonly kind?: 'internal' | 'client';
}

/** One piece of work in a trace. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** It failed: in a word of ours. */
  fail(word: string): void;
}

/**
 * Shows how a piece of work went, with what was done for it below. A promise that the work answers, or a
 * list of them, is a part of it. What the work throws is passed on; a trace tells the name of the error and no more.
 */
export interface Tracer {
  /** Work below what is traced right now; where nothing is, it is only done. */
  step<T>(options: SpanOptions, work: (span: Span) => T): T;
  /** Work below what is traced right now; where nothing is, a trace of its own. */
  begin<T>(options: SpanOptions, work: (span: Span) => T): T;
}
