import { SHARED_SERVER } from './postgres.ts';
import { startServer } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

let server: PostgresServer | null = null;

/** Before all tests, in the process that runs them: theirs inherit what it has in its environment. */
export async function globalSetup(): Promise<void> {
  server = await startServer();
  process.env[SHARED_SERVER] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.end();
}
