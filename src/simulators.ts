import { scenarioHint, startFleet } from './simulated-fleet.ts';

const FIRST_PORT = 4101;

const fleet = await startFleet({ now: Date.now, firstPort: FIRST_PORT }).catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  const ports = `${FIRST_PORT} to ${FIRST_PORT + 3}`;
  process.stderr.write(`cannot listen on ports ${ports} of 127.0.0.1 (${reason}); free them\n`);
  process.exit(1);
});
const started = [fleet.startLoads(), fleet.startLoads(), fleet.startLoads()];

const lines = ['Simulated vendors, each with three loads that have just started:', ''];
for (const { provider, vendor } of fleet.members) {
  lines.push(`  ${provider.title.padEnd(28)} ${vendor.url}`);
  for (const loads of started) lines.push(`    ${loads.get(provider.kind) ?? ''}`);
}
lines.push('', `Change how one behaves: ${scenarioHint(fleet)}`, '', 'Stop with Ctrl-C.', '');
process.stdout.write(lines.join('\n'));

const stop = (): void => void fleet.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
