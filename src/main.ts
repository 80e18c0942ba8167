import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
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
const { LedgerError } = await import('./ledger/ledger.ts');
const { ListenError } = await import('./server/server.ts');

/** `EX_CONFIG` of sysexits.h. */
const EXIT_CONFIG = 78;

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
    if (!(reason instanceof GraphQLError)) throw reason;
    logger.debug({ reason: reason.message }, 'what an answer had given up failed');
  });
  const app = await startApp(config, {
    clock: SYSTEM_CLOCK,
    random: Math.random,
    fetch: globalThis.fetch,
    logger,
  });
  logger.info({ url: app.url, providers: config.providers.length }, 'listening');
  const stop = (signal: string): void => {
    logger.info({ signal }, 'stopping');
    app.stop().then(
      () => logger.info('stopped'),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exitCode = 1;
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  const isForOperator = [ConfigError, LedgerError, ListenError].some(
    (kind) => error instanceof kind,
  );
  if (!(error instanceof Error) || !isForOperator) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
