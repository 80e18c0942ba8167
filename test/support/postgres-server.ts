import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface PostgresOptions {
  /** Keep what is committed even if the machine breaks down, as a server does that is not for tests. */
  readonly isSafe?: boolean;
}

/** A server that is gone when this process is, however it ends. One thing at a time is asked of it. */
export interface PostgresServer {
  /** Of its database `postgres`, for whoever makes others. */
  readonly url: string;
  /** Lets it end by itself: whoever is connected is told. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it for good; its data goes. */
  end(): Promise<void>;
}

const KEEPER = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url));

const Reply = z.union([z.object({ url: z.string() }), z.object({ problem: z.string() })]);

export async function startServer({
  isSafe = false,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const keeper = fork(KEEPER, isSafe ? ['safe'] : [], {
    // Not in the group of processes that a signal from a terminal reaches.
    detached: true,
    // None of what this process was started with, such as that it runs tests.
    execArgv: [],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const answer = async (command: string): Promise<string> => {
    // Only what is waited for keeps this process running.
    keeper.channel?.ref();
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
      const ended = once(keeper, 'exit', { signal }).then(() => [{ problem: 'its keeper ended' }]);
      const [message] = await Promise.race([once(keeper, 'message', { signal }), ended]);
      const reply = Reply.parse(message);
      if ('problem' in reply) throw new Error(`cannot ${command} PostgreSQL: ${reply.problem}`);
      return reply.url;
    } finally {
      waiting.abort();
      keeper.channel?.unref();
    }
  };
  const tell = (command: string): Promise<string> => {
    keeper.send(command);
    return answer(command);
  };
  keeper.unref();
  return {
    // It starts by itself.
    url: await answer('start'),
    stop: async () => void (await tell('stop')),
    kill: async () => void (await tell('kill')),
    start: async () => void (await tell('start')),
    end: async () => {
      if (keeper.exitCode !== null) return;
      keeper.ref();
      keeper.disconnect();
      await once(keeper, 'exit');
    },
  };
}
