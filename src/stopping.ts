import { pause } from './domain/clock.ts';
import type { Clock } from './domain/clock.ts';
import type { Hub } from './graphql/live/hub.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Pruner } from './ledger/pruner.ts';
import type { RunningServer } from './server/server.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Watcher } from './watcher/watcher.ts';

/** What a service that is told to stop waits for. */
export interface DrainTimes {
  /** How soon whoever sends it requests sees that it is not ready; null: as its store suggests. */
  readonly noticeWithinMs: number | null;
  /** How long requests and looks have to finish once nothing new is let in. */
  readonly finishWithinMs: number;
}

/** How soon load balancers see it that ask every second and believe the third answer, or Kubernetes. */
const NOTICE_MS = 5_000;

/** Where no other process shares the store, there is none to go to: nobody needs to notice. */
export function noticeWithinMs(
  { noticeWithinMs: told }: DrainTimes,
  { isShared }: Pick<Ledger, 'isShared'>,
): number {
  return told ?? (isShared ? NOTICE_MS : 0);
}

/** What is stopped. */
export interface StoppingParts {
  /** Tells that the server is not ready. */
  readonly draining: AbortController;
  readonly watcher: Pick<Watcher, 'stopClaiming' | 'stop'>;
  readonly pruner: Pick<Pruner, 'stop'>;
  readonly hub: Pick<Hub, 'drain'>;
  readonly server: Pick<RunningServer, 'close'>;
  readonly ledger: Pick<Ledger, 'close'>;
  readonly telemetry: Pick<Telemetry, 'stop'>;
  readonly clock: Clock;
}

export interface StoppingTimes {
  readonly noticeWithinMs: number;
  /** Over how long subscribers are let go. */
  readonly drainForMs: number;
  readonly finishWithinMs: number;
}

/** What is left after everything had its time, such as a store that does not answer. */
const LAST_MS = 5_000;

/**
 * Stops the service so that nobody misses it: says that it is not ready, leaves what is due to others,
 * serves on until that is noticed, lets subscribers go, and only then listens no more. Once it is hurried, it waits for
 * nothing. Rejects when something failed, or did not end in time; the process has to end all the same.
 */
export async function stopInOrder(
  parts: StoppingParts,
  times: StoppingTimes,
  hurry: AbortSignal,
): Promise<void> {
  const { clock } = parts;
  const late = Promise.withResolvers<never>();
  const waitsFor = new Set<string>();
  const giveUpAfter = (delayMs: number): (() => void) =>
    clock.after(delayMs, () =>
      late.reject(new Error(`${[...waitsFor].join(' and ')} did not end in time`)),
    );
  const allMs = times.noticeWithinMs + times.drainForMs + times.finishWithinMs + LAST_MS;
  const cancels = [giveUpAfter(allMs)];
  const hurried = (): void => void cancels.push(giveUpAfter(LAST_MS));
  hurry.addEventListener('abort', hurried);
  const failures: unknown[] = [];
  const see = async (what: string, end: Promise<void>): Promise<void> => {
    waitsFor.add(what);
    try {
      await end;
    } catch (error) {
      failures.push(error);
    }
    waitsFor.delete(what);
  };
  try {
    await Promise.race([stopEach(parts, times, { hurry, see }), late.promise]);
  } finally {
    hurry.removeEventListener('abort', hurried);
    for (const cancel of cancels) cancel();
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything ended well');
}

interface Seeing {
  readonly hurry: AbortSignal;
  /** Waits for the end of something, and keeps what fails: the others are stopped all the same. */
  readonly see: (what: string, end: Promise<void>) => Promise<void>;
}

async function stopEach(
  { draining, watcher, pruner, hub, server, ledger, telemetry, clock }: StoppingParts,
  { noticeWithinMs: noticeMs, drainForMs, finishWithinMs }: StoppingTimes,
  { hurry, see }: Seeing,
): Promise<void> {
  draining.abort();
  watcher.stopClaiming();
  const pruned = see('the deleting of what is old', pruner.stop());
  // Everything is answered as before, also over new connections.
  await see('the notice', pause(clock, noticeMs, hurry));
  await see('subscriptions', hub.drain(drainForMs, hurry));
  const finishing = new AbortController();
  const finishBy = clock.now() + finishWithinMs;
  const cancel = clock.after(finishWithinMs, () => finishing.abort());
  await see('requests', server.close(AbortSignal.any([finishing.signal, hurry])));
  cancel();
  // Those that requests had asked for, and those that began before: they had all that time, too.
  await see('looks', stopLooks(watcher, Math.max(0, finishBy - clock.now()), hurry));
  await pruned;
  await see('the store', ledger.close());
  await see('telemetry', telemetry.stop());
}

async function stopLooks(
  watcher: StoppingParts['watcher'],
  graceMs: number,
  hurry: AbortSignal,
): Promise<void> {
  // What fails of it fails of the other, too.
  const hurried = (): void => void watcher.stop(0).catch(() => undefined);
  hurry.addEventListener('abort', hurried);
  await watcher.stop(hurry.aborted ? 0 : graceMs);
  hurry.removeEventListener('abort', hurried);
}
