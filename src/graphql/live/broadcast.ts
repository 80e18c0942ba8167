import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';
import { hasExpired } from '../caller.ts';
import type { EventModel, StreamEndReason } from '../models.ts';
import { cohortOf, endOf, eventsOf, haveSeenTheSame, seenUntil, seenUpTo } from './cohort.ts';
import type { Cohort } from './cohort.ts';
import { Member } from './member.ts';
import { takersOf } from './takers.ts';
import type { Leaver } from './member.ts';
import type { LiveObserver } from './observer.ts';
import type { Joining, Subscription } from './sink.ts';
import type { Seen, Topic } from './topic.ts';
import type { Turns } from './turns.ts';

/** So many subscribers are served before others have their turn. */
const SLICE = 250;

export interface BroadcastOptions<M> {
  readonly topic: Topic;
  /** Makes the message that every subscriber is sent. */
  readonly render: (event: EventModel) => Promise<M>;
  readonly clock: Clock;
  readonly turns: Turns;
  /** How long a subscriber may take nothing. */
  readonly laggedAfterMs: number;
  readonly observer: LiveObserver;
  /** Called when nobody is left. */
  readonly onEmpty: () => void;
}

interface Sending {
  readonly events: readonly EventModel[];
  /** What has been seen by whoever took everything up to a position. */
  readonly upTo: (after: number) => Seen;
  /** They were waited for. */
  readonly isPrompt: boolean;
}

/** One topic in one shape for any number of subscribers: one read and one message for all of them. */
export class Broadcast<M> {
  readonly #options: BroadcastOptions<M>;
  readonly #cohorts = new Set<Cohort<Member<M>>>();
  readonly #members = new Set<Member<M>>();
  readonly #ending = new Map<Member<M>, StreamEndReason>();
  /** What was made since the last ring: the same for all that catch up at once. */
  readonly #rendered = new Map<string, Promise<M>>();
  readonly #closing = new AbortController();
  #rings = 0;
  #renderedAt = 0;
  #isRunning = false;

  constructor(options: BroadcastOptions<M>) {
    this.#options = options;
  }

  /** Who is subscribed, also those that take nothing right now. */
  get members(): ReadonlySet<Leaver> {
    return this.#members;
  }

  join({ sink, after, toldGap, expiresAt }: Joining<M>): Subscription & Leaver {
    const cohort = cohortOf<Member<M>>(seenUntil(after, toldGap));
    const member = new Member<M>(this, { sink, cohort, after: after ?? 0, expiresAt });
    cohort.members.add(member);
    this.#members.add(member);
    if (expiresAt !== null) this.#expire(member, expiresAt);
    this.#place(cohort);
    return member;
  }

  /** Something may have changed. However often it rings, everybody is read for once more. */
  ring(): void {
    this.#rings += 1;
    this.#start();
  }

  /** Tells a subscriber why nothing more comes, and where to resume. */
  end(member: Member<M>, reason: StreamEndReason): void {
    if (!this.#members.has(member)) return;
    this.#ending.set(member, reason);
    this.#start();
  }

  /** A subscriber that was full can take more. */
  drained(member: Member<M>): void {
    if (member.cancelLag === null || !this.#members.has(member)) return;
    member.cancelLag();
    member.cancelLag = null;
    this.#place(member.cohort);
  }

  leave(member: Member<M>): void {
    if (!this.#members.delete(member)) return;
    member.cohort.members.delete(member);
    this.#ending.delete(member);
    member.cancelLag?.();
    member.cancelExpiry?.();
    if (this.#members.size > 0) return;
    this.#closing.abort();
    this.#options.onEmpty();
  }

  /** A timer may be shorter than the rights last. */
  #expire(member: Member<M>, at: number): void {
    const { clock } = this.#options;
    const leftMs = at - clock.now();
    if (leftMs <= 0) this.end(member, 'AUTH_EXPIRED');
    else member.cancelExpiry = clock.after(leftMs, () => this.#expire(member, at));
  }

  /** Puts a cohort where it is read; with those that have seen the same, if there are any. */
  #place(cohort: Cohort<Member<M>>): void {
    if (cohort.members.size === 0) return;
    for (const other of this.#cohorts) {
      if (!haveSeenTheSame(cohort, other)) continue;
      const [from, to] =
        cohort.members.size > other.members.size ? [other, cohort] : [cohort, other];
      for (const member of from.members) {
        member.cohort = to;
        to.members.add(member);
      }
      to.readAt = Math.min(from.readAt, to.readAt);
      to.hasMore ||= from.hasMore;
      this.#cohorts.delete(other);
      this.#cohorts.add(to);
      this.#start();
      return;
    }
    this.#cohorts.add(cohort);
    this.#start();
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Those that come in the same turn of the event loop are read for together.
    void setImmediate().then(() => this.#run());
  }

  /** The only place where messages are sent, one thing after another: nobody is sent two at once. */
  async #run(): Promise<void> {
    const { turns } = this.#options;
    while (this.#hasWork()) await turns.take(() => this.#step());
    this.#rendered.clear();
    this.#isRunning = false;
  }

  #hasWork(): boolean {
    if (this.#ending.size > 0) return true;
    for (const cohort of this.#cohorts) if (this.#isDue(cohort)) return true;
    return false;
  }

  async #step(): Promise<void> {
    if (this.#renderedAt !== this.#rings) this.#rendered.clear();
    this.#renderedAt = this.#rings;
    const ending = [...this.#ending].slice(0, SLICE);
    for (const [member, reason] of ending) {
      await this.#guard([member], () => this.#sendEnd([member], reason));
    }
    const cohort = this.#takeDue();
    if (cohort !== null) await this.#guard(cohort.members, () => this.#advance(cohort));
  }

  #isDue({ readAt, hasMore, members }: Cohort<Member<M>>): boolean {
    return readAt !== this.#rings || hasMore || members.size === 0;
  }

  /** A cohort that moves is nobody's to join. */
  #takeDue(): Cohort<Member<M>> | null {
    for (const cohort of this.#cohorts) {
      if (!this.#isDue(cohort)) continue;
      this.#cohorts.delete(cohort);
      if (cohort.members.size > 0) return cohort;
    }
    return null;
  }

  async #advance(cohort: Cohort<Member<M>>): Promise<void> {
    const { topic } = this.#options;
    const { signal } = this.#closing;
    // They were sent everything when they were last read for, and wait for what comes.
    const isPrompt = cohort.readAt >= 0 && !cohort.hasMore;
    cohort.readAt = this.#rings;
    const { seen } = cohort;
    const page = await topic.read(seen, signal);
    page.again?.then(
      () => this.ring(),
      (error: unknown) => {
        if (!signal.aborted) void this.#guard(this.#members, () => Promise.reject(error));
      },
    );
    const upTo = (after: number): Seen => seenUpTo(after, { seen, page });
    const events = eventsOf(seen, page);
    if (events.length > 0) {
      await this.#send(cohort, { events, upTo, isPrompt });
    }
    cohort.seen = page.hasMore ? upTo(page.end) : seenUntil(page.end);
    cohort.hasMore = page.hasMore;
    if (page.hasEnded) await this.#sendEnd(cohort.members, 'SETTLED');
    else this.#place(cohort);
  }

  async #send(cohort: Cohort<Member<M>>, { events, upTo, isPrompt }: Sending): Promise<void> {
    const { clock, observer } = this.#options;
    const messages = await Promise.all(events.map((event) => this.#render(event)));
    // How many took so many of them, and no more.
    const counts = [...messages, null].map(() => 0);
    let served = 0;
    for (const member of cohort.members) {
      const mayTake = member.expiresAt === null || !hasExpired(member, clock.now());
      // A timer may be late: nobody whose rights have ended is given anything more.
      const taken = mayTake ? this.#give(member, messages) : 0;
      if (!mayTake) this.end(member, 'AUTH_EXPIRED');
      counts[taken] = (counts[taken] ?? 0) + 1;
      const isBehind = member.waitsSince !== null;
      if (member.waitsSince !== null && taken > 0) {
        observer.caughtUp(member.waitsSince);
        member.waitsSince = null;
      }
      const last = events[taken - 1];
      const missed = events[taken];
      if (missed !== undefined) {
        this.#block(member, last === undefined ? cohort.seen : upTo(last.position));
        if (isPrompt || isBehind) member.waitsSince ??= observer.committedAt(missed);
      }
      served += 1;
      if (served % SLICE === 0) await setImmediate();
    }
    observer.handedOver({ events, takers: takersOf(counts), isPrompt });
  }

  /** A sink that fails is let go, and fails nobody else. */
  #give(member: Member<M>, messages: readonly M[]): number {
    try {
      return member.sink.take(messages);
    } catch (error) {
      this.leave(member);
      member.sink.fail(error);
      return 0;
    }
  }

  /** A subscriber that is full waits by itself, with what it has seen. */
  #block(member: Member<M>, seen: Seen): void {
    // Its sink may have failed and left while it took.
    if (!this.#members.has(member)) return;
    const { clock, laggedAfterMs } = this.#options;
    member.cohort.members.delete(member);
    member.cohort = cohortOf<Member<M>>(seen);
    member.cohort.members.add(member);
    member.cancelLag = clock.after(laggedAfterMs, () => this.end(member, 'LAGGED'));
  }

  async #sendEnd(members: Iterable<Member<M>>, reason: StreamEndReason): Promise<void> {
    let ended = 0;
    for (const member of members) {
      const { seen } = member.cohort;
      // It may have seen more of other imports than this topic has to tell.
      const after = Math.max(seen.after ?? 0, member.after);
      const last = await this.#render(endOf(reason, { ...seen, after }));
      // It may have left meanwhile.
      if (this.#members.has(member)) {
        this.leave(member);
        member.sink.end(last);
        this.#options.observer.ended(reason);
      }
      ended += 1;
      if (ended % SLICE === 0) await setImmediate();
    }
  }

  /** What fails inside ends the streams that it was for, and says so. */
  async #guard(members: Iterable<Member<M>>, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const member of members) {
        this.leave(member);
        member.sink.fail(error);
      }
    }
  }

  #render(event: EventModel): Promise<M> {
    const { position, skippedRevisions, membership, toldGap, gap, end } = event;
    const key = [position, skippedRevisions, membership, toldGap, gap?.prunedThrough, end].join();
    let message = this.#rendered.get(key);
    if (message === undefined) {
      message = this.#options.render(event);
      this.#rendered.set(key, message);
    }
    return message;
  }
}
