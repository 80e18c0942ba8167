/** Where one subscriber's messages go. */
export interface Sink<M> {
  /**
   * Takes messages in order and answers how many: fewer than all when it is full. Whoever fills the
   * sink then calls `drained` of the subscription once it can take more.
   */
  take(messages: readonly M[]): number;
  /** Takes the last message, however full it is: nothing more comes. */
  end(last: M): void;
  /** Nothing more comes, because something failed inside. */
  fail(error: unknown): void;
}

/** One subscriber's side of it. */
export interface Subscription {
  /** Its sink can take more. */
  drained(): void;
  /** It wants nothing more. Nothing of it stays behind. */
  leave(): void;
}

export interface Joining<M> {
  readonly sink: Sink<M>;
  /** The last position that the subscriber has seen; null for where things stand. */
  readonly after: number | null;
  /** What was deleted up to here is no news to it. */
  readonly toldGap: number;
  /** When its rights end, in milliseconds since the epoch; null for never. */
  readonly expiresAt: number | null;
}
