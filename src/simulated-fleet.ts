import { ALL_PROVIDERS } from './providers/all.ts';
import type { Provider } from './providers/provider.ts';
import { CONTROL_PATH } from './providers/scenario-control.ts';
import { ORDINARY_LOAD } from './providers/simulation.ts';
import type { SimulatedEnding, SimulatedLoad } from './providers/simulation.ts';
import { serveSimulator } from './providers/simulation-server.ts';
import type { SimulatedVendor } from './providers/simulation-server.ts';

/** One simulated vendor of each kind. */
export interface SimulatedFleet {
  readonly members: readonly FleetMember[];
  /** Starts the next load of the plan at every vendor; answers what they call it, by kind. */
  startLoads(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export interface FleetMember {
  readonly provider: Provider;
  readonly endings: readonly SimulatedEnding[];
  readonly vendor: SimulatedVendor;
}

export interface FleetOptions {
  readonly now: () => number;
  /** The first vendor's port, the others follow; 0 for any free ports. */
  readonly firstPort: number;
}

/** Loads that are started once: rows that fail for several reasons, few of them soon, then many. */
const OPENING: readonly SimulatedLoad[] = [
  { ...ORDINARY_LOAD, rows: 400, failedRows: 60, queuedForMs: 1_000, runsForMs: 7_000 },
  { ...ORDINARY_LOAD, rows: 12_000, failedRows: 3_000, queuedForMs: 2_000, runsForMs: 12_000 },
];

/** Loads that show every way in which a load can go; a vendor skips endings it does not know. */
const PLAN: readonly SimulatedLoad[] = [
  { ...ORDINARY_LOAD, rows: 1_200, queuedForMs: 3_000, runsForMs: 20_000 },
  { ...ORDINARY_LOAD, rows: 500, failedRows: 37, runsForMs: 30_000 },
  { ...ORDINARY_LOAD, rows: 80, failedRows: 80, ending: 'failed', runsForMs: 12_000 },
  { ...ORDINARY_LOAD, rows: 5_000, failedRows: 3, appearsAfterMs: 1_000, runsForMs: 90_000 },
  { ...ORDINARY_LOAD, rows: 400, failedRows: 100, ending: 'aborted', runsForMs: 15_000 },
  { ...ORDINARY_LOAD, rows: 2_000, failedRows: 800, runsForMs: 40_000 },
  { ...ORDINARY_LOAD, rows: 900, failedRows: 0, ending: 'canceled', runsForMs: 25_000 },
];

/** Serves a simulator of every kind of provider on loopback. */
export async function startFleet({ now, firstPort }: FleetOptions): Promise<SimulatedFleet> {
  const members: FleetMember[] = [];
  for (const [index, provider] of ALL_PROVIDERS.entries()) {
    const simulator = provider.simulate({ now, seed: index + 1 });
    const port = firstPort === 0 ? 0 : firstPort + index;
    const vendor = await serveSimulator(simulator, { port });
    members.push({ provider, endings: simulator.endings, vendor });
  }
  let step = 0;
  return {
    members,
    startLoads: () => {
      const started = new Map<string, string>();
      for (const { provider, endings, vendor } of members) {
        const plan = PLAN.filter((load) => endings.includes(load.ending));
        const load = OPENING[step] ?? plan[(step - OPENING.length) % plan.length];
        if (load !== undefined) started.set(provider.kind, vendor.start(load));
      }
      step += 1;
      return started;
    },
    close: async () => {
      await Promise.all(members.map(({ vendor }) => vendor.close()));
    },
  };
}

/** How people change what a simulated vendor is like; shown with the first one's address. */
export function scenarioHint({ members }: SimulatedFleet): string {
  const [first] = members;
  return `curl -X PUT -d expired ${first?.vendor.url ?? ''}${CONTROL_PATH}`;
}

/** A configuration, in YAML, that points a provider of each kind at the fleet. */
export function fleetConfig(
  fleet: SimulatedFleet,
  service: Readonly<Record<string, unknown>>,
): string {
  const providers = fleet.members.map(({ provider, vendor }) => ({
    id: provider.kind,
    kind: provider.kind,
    name: `${provider.title} (simulated)`,
    poll: { minInterval: '1s', maxInterval: '30s' },
    // A simulated vendor charges nothing.
    budget: { perMonth: 1_000_000 },
    ...provider.simulatedSettings(vendor.url),
  }));
  // JSON is YAML.
  return JSON.stringify({ ...service, providers }, null, 2);
}
