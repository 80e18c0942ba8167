import { pino } from 'pino';
import { startApp } from './app.ts';
import { parseConfig } from './config.ts';
import { SYSTEM_CLOCK } from './domain/clock.ts';
import { ListenError } from './server/server.ts';
import { fleetConfig, scenarioHint, startFleet } from './simulated-fleet.ts';

/** A new load at every vendor, so that there is always something going on. */
const NEW_LOADS_EVERY_MS = 20_000;

const fleet = await startFleet({ now: Date.now, firstPort: 0 });
const config = parseConfig({
  name: 'demo',
  text: fleetConfig(fleet, { store: { url: 'sqlite::memory:' }, logLevel: 'warn' }),
  // Not the rest: simulated loads have no place in a real store.
  environment: { PORT: process.env['PORT'], HOST: process.env['HOST'] },
});
const app = await startApp(config, {
  clock: SYSTEM_CLOCK,
  random: Math.random,
  fetch: globalThis.fetch,
  logger: pino({ level: config.logLevel }),
}).catch(async (error: unknown) => {
  await fleet.close();
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

for (let round = 0; round < 3; round += 1) await startLoads();
const timer = setInterval(() => {
  startLoads().catch((error: unknown) => {
    process.stderr.write(`could not start loads: ${String(error)}\n`);
  });
}, NEW_LOADS_EVERY_MS);

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
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n'),
);

async function stop(): Promise<void> {
  clearInterval(timer);
  await app.stop();
  await fleet.close();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
