import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';

/** Leaves trying again to whoever knows the position, and finds out when a socket is dead. */
export function connect(url: string, pingEveryMs = 10_000): Client {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url,
    retryAttempts: 0,
    keepAlive: pingEveryMs,
    on: {
      ping: (wasReceived) => {
        if (!wasReceived) timer = setTimeout(() => client.terminate(), pingEveryMs / 2);
      },
      pong: (wasReceived) => {
        if (wasReceived) clearTimeout(timer);
      },
      closed: () => clearTimeout(timer),
    },
  });
  return client;
}
