import type { StreamFormat } from './response-stream.ts';

const DELIMITER = '\r\n--graphql';

function part(json: string): string {
  // The delimiter that follows is sent along: clients read a part when they see where it ends.
  return `\r\ncontent-type: application/json\r\n\r\n${json}${DELIMITER}`;
}

/**
 * Subscriptions over multipart HTTP, as Apollo Client and Apollo Router speak it.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const MULTIPART: StreamFormat = {
  headers: { 'content-type': 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0' },
  opening: DELIMITER,
  result: (payload) => part(`{"payload":${payload}}`),
  heartbeat: part('{}'),
  ending: '--\r\n',
};

/** Whether a request asks for results in parts. */
export function isMultipartAccepted(accept: string | undefined): boolean {
  return accept !== undefined && /multipart\/mixed[^,]*;\s*subscriptionSpec="?1\.0/i.test(accept);
}
