import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Import, ImportState } from '../../../src/domain/import.ts';
import type { Hub } from '../../../src/graphql/live/hub.ts';
import { ImportsTopic } from '../../../src/graphql/live/imports-topic.ts';
import type { Message } from '../../../src/graphql/live/message.ts';
import type { Joining, Sink, Subscription } from '../../../src/graphql/live/sink.ts';
import type { Topic, TopicServices } from '../../../src/graphql/live/topic.ts';
import type { EventModel } from '../../../src/graphql/models.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import {
  counters,
  finishedJob,
  freshness,
  recording,
  refOf,
  state,
} from '../../support/builders.ts';
import { TestClock } from '../../support/clock.ts';
import { openLedger } from '../../support/ledgers.ts';
import { createHub } from '../../support/live.ts';
import { createVendor } from '../../watcher/setup.ts';

/** A sink that holds so many messages until somebody reads them. */
export class TestSink implements Sink<Message> {
  readonly events: EventModel[] = [];
  failure: unknown = null;
  isOver = false;
  room = Number.POSITIVE_INFINITY;
  subscription: Subscription | null = null;

  take(messages: readonly Message[]): number {
    const taken = Math.min(this.room, messages.length);
    this.room -= taken;
    for (const { payload } of messages.slice(0, taken)) this.events.push(JSON.parse(payload));
    return taken;
  }

  end({ payload }: Message): void {
    this.events.push(JSON.parse(payload));
    this.isOver = true;
  }

  fail(error: unknown): void {
    this.failure = error;
    this.isOver = true;
  }

  /** Makes room, as a client does that reads. */
  read(room: number): void {
    this.room = room;
    this.subscription?.drained();
  }

  get revisions(): readonly (number | undefined)[] {
    return this.events.map((event) => event.import?.revision);
  }

  get last(): EventModel | undefined {
    return this.events.at(-1);
  }
}

export interface Live {
  readonly hub: Hub;
  /** What topics are made with; its watcher knows every provider and no import. */
  readonly services: TopicServices;
  readonly ledger: Ledger;
  readonly clock: TestClock;
  /** How often a message was made. */
  rendered: number;
  /** How often what changed was read. */
  reads: number;
  /** Awaited before each read of what changed. */
  beforeRead: (() => Promise<void>) | null;
  /** Awaited after each of them. */
  afterRead: (() => Promise<void>) | null;
  /** Awaited before each message is made. */
  beforeRender: ((event: EventModel) => Promise<void>) | null;
  join(
    options?: Partial<Joining<Message>> & { readonly topic?: Topic; readonly key?: string },
  ): TestSink;
  /** Records the next revision of an import. */
  change(externalId: string, changes?: Partial<ImportState>): Promise<Import>;
  finish(externalId: string): Promise<Import>;
}

export const LAGGED_AFTER_MS = 10_000;

/** A hub on a real ledger, whose messages are the events as JSON. */
export function setUp(t: TestContext): Live {
  const store = openLedger(t);
  const clock = new TestClock();
  const ledger: Ledger = {
    ...store,
    listChanges: async (query) => {
      live.reads += 1;
      await live.beforeRead?.();
      const page = await store.listChanges(query);
      await live.afterRead?.();
      return page;
    },
  };
  const hub = createHub({ ledger, clock, laggedAfterMs: LAGGED_AFTER_MS });
  const record = async (externalId: string, next: Partial<ImportState> = {}): Promise<Import> => {
    const ref = refOf(externalId);
    const known = (await store.findImports([`catalog:${externalId}`])).values().next().value;
    const isOver = next.job !== undefined;
    const recorded = await store.record(
      recording({
        ref,
        basedOnRevision: known?.revision ?? 0,
        state: state({ counters: counters({ processed: known?.revision ?? 0 }), ...next }),
        freshness: freshness(isOver ? { state: 'SETTLED', nextLookAt: null } : {}),
      }),
    );
    if (recorded === null) throw new Error('somebody else recorded');
    return recorded;
  };
  const live: Live = {
    hub,
    ledger,
    clock,
    services: {
      ledger,
      clock,
      watcher: {
        findProvider: () => createVendor(clock).provider,
        ask: async () => ({ kind: 'not-found' }),
      },
    },
    rendered: 0,
    reads: 0,
    beforeRead: null,
    afterRead: null,
    beforeRender: null,
    join: ({ topic = new ImportsTopic({}, live.services), key = 'all', ...joining } = {}) => {
      const sink = new TestSink();
      sink.subscription = hub.share({
        key,
        topic,
        render: async (event) => {
          live.rendered += 1;
          await live.beforeRender?.(event);
          const payload = JSON.stringify(event);
          return { payload, bytes: Buffer.from(payload), position: String(event.position) };
        },
        sink,
        after: null,
        toldGap: 0,
        expiresAt: null,
        ...joining,
      });
      return sink;
    },
    change: record,
    finish: (externalId) => record(externalId, { job: finishedJob() }),
  };
  return live;
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}

/** So much later everybody has read once more. */
export async function pass({ clock }: Live, ms: number): Promise<void> {
  await clock.pass(ms);
  await settle();
}

/** Lets subscribers leave, of whom nothing is to stay behind. */
export function leave({ clock }: Live, sinks: readonly TestSink[]): void {
  for (const sink of sinks) sink.subscription?.leave();
  assert.equal(clock.waiting, 0);
}
