import type { GapModel } from '../gap.ts';
import type { EventModel } from '../models.ts';

/** What a subscription is about, and how to read on in it from a position. */
export interface Topic {
  /** The imports that can concern it; null when any can. They are looked at more often meanwhile. */
  readonly ids: readonly string[] | null;
  /**
   * What comes after a position, the oldest change first; null for where things stand. Answers the
   * same to whoever has seen the same.
   */
  read(after: number | null, signal: AbortSignal): Promise<TopicPage>;
}

export interface TopicPage {
  /** Each has an import. */
  readonly events: readonly EventModel[];
  /** Everything up to here has been read. */
  readonly seen: number;
  readonly hasMore: boolean;
  /** Nothing more can come. */
  readonly hasEnded: boolean;
  /** What retention has deleted of what should have been read; null when nothing. */
  readonly gap: GapModel | null;
  /** Resolves when it is worth reading again although no change was recorded; null for never. */
  readonly again: Promise<void> | null;
}
