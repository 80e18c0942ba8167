import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';

export interface LossReportOptions {
  readonly logger: Logger;
  /** So many spans could not be sent. */
  readonly onLost: (spans: number) => void;
}

/** Has an exporter tell when spans begin to be lost, and when no more are: once each. */
export function reportLosses(
  exporter: SpanExporter,
  { logger, onLost }: LossReportOptions,
): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, tell) => {
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined) onLost(spans.length);
        if (error !== undefined && !isFailing) {
          const reason = reasonOf(error);
          logger.warn(
            { reason },
            'traces cannot be sent; they are lost until their collector answers',
          );
        }
        if (error === undefined && isFailing) logger.info('traces are sent again');
        isFailing = error !== undefined;
        tell(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** The system's word, or the status; what the collector says may quote what it was sent. */
function reasonOf(error: Error): string | number {
  if (!('code' in error)) return error.name;
  const { code } = error;
  return typeof code === 'string' || typeof code === 'number' ? code : error.name;
}
