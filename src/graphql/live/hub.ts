import { pause } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ChangeHint, Ledger } from '../../ledger/ledger.ts';
import type { Watcher } from '../../watcher/watcher.ts';
import type { EventModel } from '../models.ts';
import { Broadcast } from './broadcast.ts';
import type { Leaver } from './member.ts';
import type { Message } from './message.ts';
import { UNOBSERVED } from './observer.ts';
import type { LiveObserver } from './observer.ts';
import { Outage } from './outage.ts';
import type { Joining, Subscription } from './sink.ts';
import type { Topic } from './topic.ts';
import { Turns } from './turns.ts';

export interface HubOptions {
  readonly ledger: Pick<Ledger, 'subscribe'>;
  readonly watcher: Pick<Watcher, 'watch'>;
  readonly clock: Clock;
  /** How long a subscriber may take nothing before it is let go. */
  readonly laggedAfterMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Absent: nobody looks on. */
  readonly observer?: LiveObserver;
}

export interface Sharing extends Joining<Message> {
  /** The same for subscribers that are to be sent the same: operation, variables, rights. */
  readonly key: string;
  readonly topic: Topic;
  readonly render: (event: EventModel) => Promise<Message>;
}

/** What a hub needs of a broadcast, whatever its messages are. */
interface Audience {
  readonly members: ReadonlySet<Leaver>;
  ring(): void;
}

/** Steps of letting go: often enough that no client waits for another. */
const STEP_MS = 20;

/** Everybody who is subscribed on this server. Hears of changes once, and wakes whom they concern. */
export class Hub {
  readonly #options: HubOptions;
  readonly #observer: LiveObserver;
  readonly #shared = new Map<string, Broadcast<Message>>();
  readonly #audiences = new Set<Audience>();
  /** Audiences of any import, and those of one by its id. */
  readonly #general = new Set<Audience>();
  readonly #particular = new Map<string, Set<Audience>>();
  readonly #turns = new Turns();
  readonly #outage: Outage;
  readonly #detach: () => void;
  #isDraining = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#observer = options.observer ?? UNOBSERVED;
    this.#outage = new Outage(options.clock);
    this.#detach = options.ledger.subscribe((hint) => this.#wake(hint));
  }

  /** Joins those that are sent the same; whoever is first decides how it is made. */
  share({ key, topic, render, ...joining }: Sharing): Subscription {
    const known = this.#shared.get(key);
    if (known !== undefined) return this.#admit(known, joining);
    const seen = (event: EventModel): Promise<Message> =>
      this.#observer.render(() => render(event));
    const broadcast = this.#open(topic, seen, () => this.#shared.delete(key));
    this.#shared.set(key, broadcast);
    return this.#admit(broadcast, joining);
  }

  /** Reads a topic for one subscriber alone, as events. */
  follow(topic: Topic, joining: Joining<EventModel>): Subscription {
    const broadcast = this.#open(
      topic,
      async (event) => event,
      () => undefined,
    );
    return this.#admit(broadcast, joining);
  }

  /** How many are subscribed. */
  countSubscribers(): number {
    let count = 0;
    for (const { members } of this.#audiences) count += members.size;
    return count;
  }

  /**
   * Tells everybody that the server is stopping, spread over a while in random order, so that they
   * do not all come back at one instant; all at once when it is hurried. Whoever comes meanwhile is
   * told at once.
   */
  async drain(windowMs: number, hurry: AbortSignal = new AbortController().signal): Promise<void> {
    this.#isDraining = true;
    const leavers = this.#inRandomOrder();
    const steps = Math.max(1, Math.floor(windowMs / STEP_MS));
    const total = leavers.length;
    for (let step = 1; step <= steps; step += 1) {
      const left = hurry.aborted ? 0 : Math.floor(total * (1 - step / steps));
      for (const leaver of leavers.splice(left)) leaver.end('DRAINING');
      if (leavers.length === 0) break;
      await pause(this.#options.clock, STEP_MS, hurry);
    }
    this.#detach();
  }

  #inRandomOrder(): Leaver[] {
    return [...this.#audiences]
      .flatMap(({ members }) => [...members])
      .map((leaver) => ({ leaver, at: this.#options.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ leaver }) => leaver);
  }

  #admit<M>(broadcast: Broadcast<M>, joining: Joining<M>): Subscription {
    const member = this.#observer.apart(() => broadcast.join(joining));
    if (this.#isDraining) member.end('DRAINING');
    return member;
  }

  #open<M>(
    topic: Topic,
    render: (event: EventModel) => Promise<M>,
    onClosed: () => void,
  ): Broadcast<M> {
    const { watcher, clock, laggedAfterMs } = this.#options;
    const stopWatching = watcher.watch(topic.ids ?? []);
    const broadcast: Broadcast<M> = new Broadcast<M>({
      topic,
      render,
      clock,
      turns: this.#turns,
      outage: this.#outage,
      laggedAfterMs,
      observer: this.#observer,
      onEmpty: () => {
        stopWatching();
        this.#forget(broadcast, topic);
        onClosed();
      },
    });
    this.#audiences.add(broadcast);
    if (topic.ids === null) this.#general.add(broadcast);
    for (const id of topic.ids ?? []) {
      const some = this.#particular.get(id) ?? new Set();
      this.#particular.set(id, some.add(broadcast));
    }
    return broadcast;
  }

  #forget(audience: Audience, { ids }: Topic): void {
    this.#audiences.delete(audience);
    this.#general.delete(audience);
    for (const id of ids ?? []) {
      const some = this.#particular.get(id);
      some?.delete(audience);
      if (some?.size === 0) this.#particular.delete(id);
    }
  }

  #wake({ importId }: ChangeHint): void {
    this.#observer.apart(() => {
      for (const audience of this.#general) audience.ring();
      for (const audience of this.#particular.get(importId) ?? []) audience.ring();
    });
  }
}
