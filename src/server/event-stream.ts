import type { StreamFormat } from './response-stream.ts';

/**
 * Server-sent events as `graphql-sse` has them for distinct connections, each result with its
 * position as the event's id: a browser's `EventSource` sends the last one when it comes back.
 */
export const EVENT_STREAM: StreamFormat = {
  headers: {
    'content-type': 'text/event-stream; charset=utf-8',
    // Proxies that collect an answer before they pass it on would keep every event back.
    'x-accel-buffering': 'no',
  },
  // A first byte, for which some browsers wait, and how soon a browser comes back.
  opening: 'retry: 1000\n\n',
  result: (payload, position) =>
    `event: next\n${position === null ? '' : `id: ${position}\n`}data: ${payload}\n\n`,
  heartbeat: ':\n\n',
  ending: 'event: complete\ndata: \n\n',
};
