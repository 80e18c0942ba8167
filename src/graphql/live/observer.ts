import type { EventModel, StreamEndReason } from '../models.ts';

/** Events that were handed to the transports of all subscribers who had seen the same. */
export interface HandedOver {
  readonly events: readonly EventModel[];
  /** How many took each event: fewer where a transport was full. */
  readonly takers: readonly number[];
  /** They were waited for; otherwise whoever they are for has been away. */
  readonly isPrompt: boolean;
}

/** Sees what subscribers are sent, to count and to trace it. Nothing is told for each of them that keeps up. */
export interface LiveObserver {
  /** Work that is done for nobody in particular, whoever happened to start it. */
  apart<T>(work: () => T): T;
  /** Makes the message of one event. */
  render<T>(work: () => Promise<T>): Promise<T>;
  handedOver(delivery: HandedOver): void;
  /** When the change of an event was committed, by a clock of its own; null where it cannot tell. */
  committedAt(event: EventModel): number | null;
  /** A subscriber that was full takes again; the oldest change that it waited for was committed then. */
  caughtUp(committedAt: number): void;
  ended(reason: StreamEndReason): void;
}

export const UNOBSERVED: LiveObserver = {
  apart: (work) => work(),
  render: (work) => work(),
  handedOver: () => undefined,
  committedAt: () => null,
  caughtUp: () => undefined,
  ended: () => undefined,
};
