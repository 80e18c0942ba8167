import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startApp } from './app.ts';
import { parseConfig } from './config.ts';
import { SYSTEM_CLOCK } from './domain/clock.ts';
import { ListenError } from './server/server.ts';
import { fleetConfig, scenarioHint, startFleet } from './simulated-fleet.ts';

/** A new load at every vendor, so that there is always something going on. */
const NEW_LOADS_EVERY_MS = 20_000;

const fleet = await startFleet({ now: Date.now, firstPort: 0 });
// A file, so that the server can be restarted on it.
const folder = await mkdtemp(join(tmpdir(), 'imports-demo-'));
const config = parseConfig({
  name: 'demo',
  text: fleetConfig(fleet, {
    store: { url: `sqlite:${join(folder, 'imports.db')}` },
    logLevel: 'warn',
  }),
  // Not the rest: simulated loads have no place in a real store.
  environment: { PORT: process.env['PORT'], HOST: process.env['HOST'] },
});
const world = {
  clock: SYSTEM_CLOCK,
  random: Math.random,
  fetch: globalThis.fetch,
  logger: pino({ level: config.logLevel }),
};
let app = await startApp(config, world).catch(async (error: unknown) => {
  await fleet.close();
  await rm(folder, { recursive: true });
  if (!(error instanceof ListenError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

/** Starts loads at the vendors and watches them, as whoever starts a load would. */
async function startLoads(): Promise<void> {
  const inputs = [...fleet.startLoads()].map(([providerId, externalId]) => ({
    providerId,
    externalId,
    labels: [{ key: 'origin', value: 'demo' }],
    continueOnError: true,
  }));
  for (const input of inputs) {
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation ($input: TrackImportInput!) {
          trackImport(input: $input) { userErrors { message } }
        }`,
        variables: { input },
      }),
    });
    if (!answer.ok) throw new Error(`tracking a load answered ${answer.status}`);
  }
}

/** One thing after another: loads are started while the server is there. */
let underWay = Promise.resolve();
function inTurn(deed: () => Promise<void>): void {
  underWay = underWay.then(deed).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}

for (let round = 0; round < 3; round += 1) await startLoads();
const timer = setInterval(() => inTurn(startLoads), NEW_LOADS_EVERY_MS);

const vendors = fleet.members.map(
  ({ provider, vendor }) => `  ${provider.title.padEnd(28)} ${vendor.url}`,
);
process.stdout.write(
  [
    'Loads are running at four simulated vendors:',
    '',
    ...vendors,
    `  ${'Change how one behaves'.padEnd(28)} ${scenarioHint(fleet)}`,
    '',
    'Ask about them:',
    '',
    `  GraphiQL in a browser        ${app.url}/`,
    `  GraphQL over HTTP            ${app.url}/graphql`,
    `  GraphQL over WebSocket       ${app.url.replace('http', 'ws')}/graphql`,
    `  Server-sent events           ${app.url}/graphql/stream`,
    '',
    `Restart the server with kill -USR2 ${process.pid}: whoever is subscribed comes back and misses nothing.`,
    'Stop with Ctrl-C.',
    '',
  ].join('\n'),
);

/** Starts the server again, where it was and with what it knows. */
async function restart(): Promise<void> {
  const port = Number(new URL(app.url).port);
  await app.stop();
  app = await startApp({ ...config, port }, world);
  process.stdout.write(`The server was restarted.\n`);
}

async function stop(): Promise<void> {
  process.off('SIGUSR2', restartInTurn);
  clearInterval(timer);
  await app.stop();
  await fleet.close();
  await rm(folder, { recursive: true });
}

const restartInTurn = (): void => inTurn(restart);
process.on('SIGUSR2', restartInTurn);
process.once('SIGINT', () => inTurn(stop));
process.once('SIGTERM', () => inTurn(stop));
