import type { TestContext } from 'node:test';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { Provider, ProviderDataSource } from '../../src/providers/provider.ts';
import type {
  SimulatedAnswer,
  SimulatedRequest,
  Simulator,
} from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import type { FleetMember, SimulatedFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from './at-end.ts';

/** Serves every vendor, its answers changed on their way, until the test ends. */
export async function serveVendors(
  t: TestContext,
  change: (answer: SimulatedAnswer, request: SimulatedRequest) => SimulatedAnswer,
): Promise<SimulatedFleet> {
  const members: FleetMember[] = [];
  for (const [index, provider] of ALL_PROVIDERS.entries()) {
    const simulator = provider.simulate({ now: Date.now, seed: index + 1 });
    const changed: Simulator = {
      ...simulator,
      answer: (request, scenario) => change(simulator.answer(request, scenario), request),
    };
    const vendor = await serveSimulator(changed, { port: 0 });
    atEnd(t, () => vendor.close());
    members.push({ provider, endings: simulator.endings, vendor });
  }
  return { members, startLoads: () => new Map(), close: async () => undefined };
}

/** The provider's own data source, talking to its simulated vendor without a service in between. */
export function connectTo({ provider, vendor }: FleetMember): ProviderDataSource {
  const settings = provider.settings.parse(provider.simulatedSettings(vendor.url));
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 10_000,
    maxResponseBytes: 100_000_000,
    admit: async () => undefined,
  });
  return settings({ http, now: Date.now });
}

export function memberOf({ members }: SimulatedFleet, kind: Provider['kind']): FleetMember {
  const member = members.find(({ provider }) => provider.kind === kind);
  if (member === undefined) throw new Error(`no simulated vendor ${kind}`);
  return member;
}
