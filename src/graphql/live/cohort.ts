import { findGap } from '../gap.ts';
import type { EventModel, StreamEndReason } from '../models.ts';
import type { Seen, TopicPage } from './topic.ts';

/**
 * Subscribers that have seen the same: what comes next is read once for all of them. A subscriber
 * is a member of one cohort and nothing else, so its slot for an import is the ledger itself.
 */
export interface Cohort<Member> {
  seen: Seen;
  /** The ring that it was last read at. */
  readAt: number;
  hasMore: boolean;
  readonly members: Set<Member>;
}

export function cohortOf<Member>(seen: Seen): Cohort<Member> {
  return { seen, readAt: -1, hasMore: false, members: new Set() };
}

/** Everything up to a position, and nothing beyond; null for nothing. */
export function seenUntil(after: number | null, toldGap = 0): Seen {
  return { after, since: null, toldGap };
}

export function haveSeenTheSame(
  { seen: a }: Cohort<unknown>,
  { seen: b }: Cohort<unknown>,
): boolean {
  return (
    a.after === b.after &&
    a.toldGap === b.toldGap &&
    a.since?.position === b.since?.position &&
    a.since?.latest === b.since?.latest
  );
}

interface Reading {
  /** What was seen before. */
  readonly seen: Seen;
  readonly page: TopicPage;
}

/** What has been seen by whoever was sent a page up to a position in it. */
export function seenUpTo(after: number, { seen, page }: Reading): Seen {
  return {
    after,
    since: seen.since ?? { position: seen.after ?? 0, latest: page.latest },
    toldGap: Math.max(seen.toldGap, page.pruned),
  };
}

/** What a page has to tell; what is gone is told before what is left. */
export function eventsOf(seen: Seen, { pruned, events }: TopicPage): readonly EventModel[] {
  const toldGap = Math.max(seen.toldGap, pruned);
  const told = events.map((event) => ({ ...event, toldGap }));
  const gap = findGap({ ...seen, pruned });
  if (gap === null) return told;
  return [{ ...messageOf({ after: seen.after, toldGap }), gap }, ...told];
}

export function endOf(end: StreamEndReason, seen: Pick<Seen, 'after' | 'toldGap'>): EventModel {
  return { ...messageOf(seen), end };
}

function messageOf({ after, toldGap }: Pick<Seen, 'after' | 'toldGap'>): EventModel {
  return {
    import: null,
    position: after ?? 0,
    skippedRevisions: 0,
    membership: null,
    toldGap,
    gap: null,
    end: null,
  };
}
