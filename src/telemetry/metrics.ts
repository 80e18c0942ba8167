import { Counter, Histogram, Registry } from 'prom-client';

/** From a store beside us to a vendor far away, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is counted as it happens. Labels are few: never an import, a caller or a text of theirs. */
export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of one service; two in one process share nothing. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    looks: new Counter({
      name: 'imports_looks_total',
      help: 'Imports that were looked at, by what came of it: ok, overtaken, broken-off, or the kind of failure.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    rowReads: new Counter({
      name: 'imports_row_reads_total',
      help: 'Parts of row lists that were read after an import had ended, by what came of it, as of looks.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    lookSeconds: new Histogram({
      name: 'imports_look_duration_seconds',
      help: 'How long one batch of looks took, with what the vendor took and until it was recorded.',
      labelNames: ['provider'],
      buckets: SECONDS,
      registers,
    }),
    vendorRequests: new Counter({
      name: 'imports_vendor_requests_total',
      help: 'Requests to vendors, by the class of the answer (2xx), or why there was none.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    deliverySeconds: new Histogram({
      name: 'imports_change_delivery_seconds',
      help: 'From the commit of a change until it was taken by the transports of those who had seen the same; once more for each subscriber that was full, of the oldest change that it waited for.',
      buckets: SECONDS,
      registers,
    }),
    delivered: new Counter({
      name: 'imports_events_delivered_total',
      help: 'Events that were handed to the transports of subscribers, one for each subscriber.',
      registers,
    }),
    skippedRevisions: new Counter({
      name: 'imports_skipped_revisions_total',
      help: 'Revisions that subscribers were not sent because newer ones took their place, for each subscriber.',
      registers,
    }),
    streamEnds: new Counter({
      name: 'imports_stream_ends_total',
      help: 'Subscriptions that were ended from here, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    callbackPosts: new Counter({
      name: 'imports_callback_posts_total',
      help: 'Messages that were posted to routers, by what came of it: taken, refused, failed, canceled.',
      labelNames: ['result'],
      registers,
    }),
    callbacksLetGo: new Counter({
      name: 'imports_callbacks_let_go_total',
      help: 'Subscriptions that were ended because their router did not take what it was posted.',
      registers,
    }),
    requests: new Counter({
      name: 'imports_requests_total',
      help: 'HTTP requests, by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'imports_request_duration_seconds',
      help: 'How long HTTP requests took to be answered; streams are not timed.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    denials: new Counter({
      name: 'imports_denials_total',
      help: 'Callers who were not let in, by why.',
      labelNames: ['code'],
      registers,
    }),
    lostSpans: new Counter({
      name: 'imports_lost_spans_total',
      help: 'Spans of traces that ended and that no collector took.',
      registers,
    }),
  };
}
