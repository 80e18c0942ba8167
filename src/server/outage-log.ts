import type { Logger } from 'pino';
import type { GraphServices } from '../graphql/context.ts';

export interface OutageLogOptions {
  readonly clock: GraphServices['clock'];
  readonly logger: Logger;
}

/** Every request fails while a store cannot be reached: the log has a line for all of so long. */
const TELL_EVERY_MS = 10_000;

/** Logs that the store cannot be reached, with how often somebody met that since the line before. */
export function createOutageLog({ clock, logger }: OutageLogOptions): (error: unknown) => void {
  let toldAt: number | null = null;
  let untold = 0;
  return (error) => {
    untold += 1;
    const now = clock.now();
    if (toldAt !== null && now < toldAt + TELL_EVERY_MS) return;
    logger.error({ err: error, times: untold }, 'the store cannot be reached');
    toldAt = now;
    untold = 0;
  };
}
