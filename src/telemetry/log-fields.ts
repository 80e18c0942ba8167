import type { Logger } from 'pino';
import type { Frames } from './frames.ts';

/** A log whose lines name the request and the trace that they are written for. */
export function withFrames(logger: Logger, frames: Frames): Logger {
  return logger.child(
    {},
    {
      formatters: {
        log: (line) => {
          const { requestId, traceId } = frames.current;
          return {
            ...line,
            ...(requestId !== null && { requestId }),
            ...(traceId !== null && { traceId }),
          };
        },
      },
    },
  );
}
