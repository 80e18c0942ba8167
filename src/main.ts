import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import type { Logger } from 'pino';
import type { App } from './app.ts';
import type { Config } from './config.ts';

// What is loaded after this line is compiled once and kept on disk: a fifth of the time to start.
enableCompileCache();
// Apollo Server would read them by itself, and report to Apollo what nobody has configured here.
for (const name of Object.keys(process.env))
  if (name.startsWith('APOLLO_')) delete process.env[name];
const { default: pino } = await import('pino');
const { GraphQLError } = await import('graphql');
const { startApp } = await import('./app.ts');
const { parseConfig } = await import('./config.ts');
const { ConfigError } = await import('./config-error.ts');
const { SYSTEM_CLOCK } = await import('./domain/clock.ts');
const { LedgerError, StoreUnavailableError } = await import('./ledger/ledger.ts');
const { ListenError } = await import('./server/server.ts');

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** `EX_CONFIG` of sysexits.h. */
const EXIT_CONFIG = 78;

/** `EX_UNAVAILABLE`: it may be worth trying again. */
const EXIT_UNAVAILABLE = 69;

/** `npm` hands on a Ctrl-C that the terminal has sent already: a signal so soon is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** Connections that nobody needs any more have so long to close. */
const EXIT_WITHIN_MS = 1_000;

const DEFAULT_CONFIG = 'imports.config.yml';

function readConfig(): Config {
  const name = process.env['IMPORTS_CONFIG'] ?? DEFAULT_CONFIG;
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot be read (${reason}); write it, or set IMPORTS_CONFIG to where it is`;
    throw new ConfigError(name, [{ key: name, message }]);
  }
  return parseConfig({ name, text, environment: process.env });
}

async function main(): Promise<void> {
  const config = readConfig();
  const logger = pino({ level: config.logLevel });
  // Where an item of a list fails at once, `graphql` gives up the others without waiting for what they
  // had begun: what fails of that fails for nobody, and must not end the process.
  process.on('unhandledRejection', (reason) => {
    const isOutage = reason instanceof StoreUnavailableError;
    if (!(reason instanceof GraphQLError) && !isOutage) throw reason;
    logger.debug({ reason: reason.message }, 'what an answer had given up failed');
  });
  const starting = startApp(config, {
    clock: SYSTEM_CLOCK,
    random: Math.random,
    fetch: globalThis.fetch,
    logger,
  });
  stopOnSignals(starting, logger);
  const { url } = await starting;
  logger.info({ url, providers: config.providers.length }, 'listening');
}

/** The first signal lets everything finish, the second nothing; the third ends the process. */
function stopOnSignals(starting: Promise<App>, logger: Logger): void {
  const hurry = new AbortController();
  let stoppingSince: number | null = null;
  const stop = (signal: string): void => {
    if (stoppingSince !== null) {
      if (performance.now() < stoppingSince + SAME_SIGNAL_MS) return;
      logger.warn({ signal }, 'stopping at once');
      for (const name of STOP_SIGNALS) process.off(name, stop);
      hurry.abort();
      return;
    }
    stoppingSince = performance.now();
    logger.info({ signal }, 'stopping');
    starting
      .then((app) => app.stop(hurry.signal))
      .then(
        () => logger.info('stopped'),
        (error: unknown) => {
          logger.error({ err: error }, 'could not stop cleanly');
          process.exitCode = 1;
        },
      )
      .finally(exitSoon);
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
}

/** Also when something is still open, or never ends. */
function exitSoon(): void {
  setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref();
}

try {
  await main();
} catch (error) {
  const isForOperator = [ConfigError, LedgerError, ListenError, StoreUnavailableError].some(
    (kind) => error instanceof kind,
  );
  if (!(error instanceof Error) || !isForOperator) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof StoreUnavailableError ? EXIT_UNAVAILABLE : EXIT_CONFIG;
}
