import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';
import { hasExpired } from '../caller.ts';
import { findOutage } from '../errors.ts';
import type { EventModel, StreamEndReason } from '../models.ts';
import { cohortOf, endOf, eventsOf, seenUntil, seenUpTo } from './cohort.ts';
import type { Cohort } from './cohort.ts';
import { Cohorts } from './cohorts.ts';
import { Member } from './member.ts';
import { takersOf } from './takers.ts';
import type { Leaver } from './member.ts';
import type { LiveObserver } from './observer.ts';
import type { Outage } from './outage.ts';
import { Renderings } from './renderings.ts';
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
  readonly outage: Outage;
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
  readonly #cohorts = new Cohorts<Member<M>>();
  readonly #members = new Set<Member<M>>();
  readonly #ending = new Map<Member<M>, StreamEndReason>();
  /** Of what was read since the last ring. */
  readonly #renderings: Renderings<M>;
  readonly #readAgain = (): void => this.#start();
  readonly #isDue = ({ readAt, hasMore }: Cohort<Member<M>>): boolean =>
    !this.#options.outage.isOn && (readAt !== this.#rings || hasMore);
  readonly #closing = new AbortController();
  #rings = 0;
  #renderedAt = 0;
  #isRunning = false;
  #again: Promise<void> | null = null;

  constructor(options: BroadcastOptions<M>) {
    this.#options = options;
    this.#renderings = new Renderings(options.render);
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
    this.#options.outage.leave(this.#readAgain);
    this.#options.onEmpty();
  }

  /** A timer may be shorter than the rights last. */
  #expire(member: Member<M>, at: number): void {
    const { clock } = this.#options;
    const leftMs = at - clock.now();
    if (leftMs <= 0) this.end(member, 'AUTH_EXPIRED');
    else member.cancelExpiry = clock.after(leftMs, () => this.#expire(member, at));
  }

  #place(cohort: Cohort<Member<M>>): void {
    this.#cohorts.place(cohort);
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
    this.#renderings.clear();
    this.#isRunning = false;
    if (this.#options.outage.isOn) this.#awaitStore();
  }

  #hasWork(): boolean {
    return this.#ending.size > 0 || this.#cohorts.has(this.#isDue);
  }

  async #step(): Promise<void> {
    if (this.#renderedAt !== this.#rings) this.#renderings.clear();
    this.#renderedAt = this.#rings;
    const ending = [...this.#ending].slice(0, SLICE);
    for (const [member, reason] of ending) {
      await this.#guard([member], () => this.#sendEnd([member], reason));
    }
    const cohort = this.#cohorts.take(this.#isDue);
    if (cohort !== null) await this.#guard(cohort.members, () => this.#read(cohort));
  }

  /** While the store cannot be reached nobody is sent anything, and all stay where they are. */
  async #read(cohort: Cohort<Member<M>>): Promise<void> {
    try {
      await this.#advance(cohort);
    } catch (error) {
      if (findOutage(error) === null) throw error;
      this.#awaitStore();
      this.#place(cohort);
    }
  }

  #awaitStore(): void {
    this.#renderings.clear();
    if (this.#members.size > 0) this.#options.outage.wait(this.#readAgain);
  }

  async #advance(cohort: Cohort<Member<M>>): Promise<void> {
    const { topic } = this.#options;
    const ring = this.#rings;
    // They were sent everything when they were last read for, and wait for what comes.
    const isPrompt = cohort.readAt >= 0 && !cohort.hasMore;
    const { seen } = cohort;
    const page = await topic.read(seen, this.#closing.signal);
    this.#ringAfter(page.again);
    const upTo = (after: number): Seen => seenUpTo(after, { seen, page });
    const events = eventsOf(seen, page);
    if (events.length > 0) {
      await this.#send(cohort, { events, upTo, isPrompt });
    }
    cohort.seen = page.hasMore ? upTo(page.end) : seenUntil(page.end);
    cohort.hasMore = page.hasMore;
    cohort.readAt = ring;
    if (page.hasEnded) await this.#sendEnd(cohort.members, 'SETTLED');
    else this.#place(cohort);
  }

  #ringAfter(again: Promise<void> | null): void {
    // All that read meanwhile are given the same.
    if (again === null || again === this.#again) return;
    this.#again = again;
    const { signal } = this.#closing;
    again.then(
      () => this.ring(),
      (error: unknown) => {
        if (signal.aborted) return;
        if (findOutage(error) === null) {
          void this.#guard(this.#members, () => Promise.reject(error));
          return;
        }
        this.#awaitStore();
        this.ring();
      },
    );
  }

  async #send(cohort: Cohort<Member<M>>, { events, upTo, isPrompt }: Sending): Promise<void> {
    const { clock, observer } = this.#options;
    const messages = await this.#renderings.listOf(events);
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
      const last = await this.#renderings.of(endOf(reason, { ...seen, after }));
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
}
