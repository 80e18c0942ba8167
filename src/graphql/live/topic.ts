import type { CatchingUp } from '../../ledger/change-page.ts';
import type { GraphServices, GraphWatcher } from '../context.ts';
import type { EventModel } from '../models.ts';

/** What a subscription is about, and how to read on in it from a position. */
export interface Topic {
  /** The imports that can concern it; null when any can. They are looked at more often meanwhile. */
  readonly ids: readonly string[] | null;
  /**
   * What comes next, the oldest change first. Answers the same to whoever has seen the same.
   */
  read(seen: Seen, signal: AbortSignal): Promise<TopicPage>;
}

export interface TopicServices extends Pick<GraphServices, 'ledger' | 'clock'> {
  readonly watcher: Pick<GraphWatcher, 'findProvider' | 'ask'>;
}

/** What a subscriber has seen. */
export interface Seen {
  /** Everything up to here was sent; null for nothing, so that it is sent where things stand. */
  readonly after: number | null;
  /** Where it began to catch up, while it has not. */
  readonly since: CatchingUp | null;
  /** Up to where it was told that something is gone. */
  readonly toldGap: number;
}

export interface TopicPage {
  /** Each has an import. */
  readonly events: readonly EventModel[];
  /** Everything up to here has been read. */
  readonly end: number;
  readonly hasMore: boolean;
  /** The latest change of all when it was read. */
  readonly latest: number;
  /** Nothing more can come. */
  readonly hasEnded: boolean;
  /** The highest of the latest positions of what retention has deleted; 0 where it is of no concern. */
  readonly pruned: number;
  /** Resolves when it is worth reading again although no change was recorded; null for never. */
  readonly again: Promise<void> | null;
}
