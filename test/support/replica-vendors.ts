import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
} from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';

/** What a replica asked a vendor about one import. */
export interface Asking {
  /** When it came, before it is answered. */
  readonly at: number;
  readonly replica: string;
  readonly providerId: string;
  readonly externalId: string;
  /** Where the import stands, or rows that are read by themselves. */
  readonly work: 'look' | 'rows';
  /** The whole request: two pages of rows differ in it. */
  readonly url: string;
}

/** How requests of each vendor are read; the first group is the id, or many are in the body. */
const LOOKS: Readonly<Record<string, RegExp>> = {
  collibra: /^\/rest\/2\.0\/jobs\/([^/]+)$/,
  'marketing-cloud': /^\/Service\.asmx$/i,
  micro: /^\/v2\/prism\/[^/]+\/imports\/([^/]+)$/,
  qobra: /^\/v1\/imports\/([^/]+)$/,
};
const ROWS: Readonly<Record<string, RegExp>> = {
  collibra: /^\/rest\/2\.0\/import\/results\/([^/]+)\/errors$/,
  'marketing-cloud': /^\/data\/v1\/async\/import\/([^/]+)\/validationresult$/,
};

/** One of every vendor. Each replica has doors of its own to them, so that it is known who asks. */
export class ReplicaVendors {
  readonly askings: Asking[] = [];
  readonly #simulators = new Map<string, Simulator>();
  readonly #waiting = new Set<() => void>();
  /** Answers in the place of a vendor; null for what it says itself. */
  instead: (asking: Asking) => SimulatedAnswer | null = () => null;

  constructor() {
    for (const [index, provider] of ALL_PROVIDERS.entries()) {
      this.#simulators.set(provider.kind, provider.simulate({ now: Date.now, seed: index + 1 }));
    }
  }

  start(kind: Provider['kind'], load: SimulatedLoad): string {
    return this.#simulator(kind).start(load);
  }

  /** Opens the doors of a replica; whoever opens them closes them. */
  async open(replica: string): Promise<SimulatedFleet> {
    const members = await Promise.all(
      ALL_PROVIDERS.map(async (provider) => {
        const simulator = this.#simulator(provider.kind);
        const watched: Simulator = {
          ...simulator,
          answer: (request, scenario) =>
            this.#note(request, provider.kind, replica) ?? simulator.answer(request, scenario),
        };
        const vendor = await serveSimulator(watched, { port: 0 });
        return { provider, endings: simulator.endings, vendor };
      }),
    );
    const close = async (): Promise<void> => {
      await Promise.all(members.map(({ vendor }) => vendor.close()));
    };
    return { members, startLoads: () => new Map(), close };
  }

  /** Resolves once so many more questions have come, or when nobody is to wait any more. */
  async untilAsked(times: number, signal: AbortSignal): Promise<void> {
    const enough = this.askings.length + times;
    while (this.askings.length < enough && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  #simulator(kind: string): Simulator {
    const simulator = this.#simulators.get(kind);
    if (simulator === undefined) throw new Error(`no simulated vendor ${kind}`);
    return simulator;
  }

  /** Answers what is to be said instead, if anything. */
  #note(request: SimulatedRequest, providerId: string, replica: string): SimulatedAnswer | null {
    const at = Date.now();
    const path = request.url.pathname;
    const url = path + request.url.search;
    let answer: SimulatedAnswer | null = null;
    for (const [work, paths] of [['look', LOOKS] as const, ['rows', ROWS] as const]) {
      const [whole, id] = paths[providerId]?.exec(path) ?? [];
      if (whole === undefined) continue;
      const ids = id === undefined ? listIds(request.body) : [id];
      for (const externalId of ids) {
        const asking = { at, replica, providerId, externalId, work, url };
        this.askings.push(asking);
        answer ??= this.instead(asking);
      }
    }
    for (const wake of this.#waiting) wake();
    return answer;
  }
}

/** The ids that a retrieve of Marketing Cloud's asks for. */
function listIds(body: string): readonly string[] {
  return [...body.matchAll(/<Value>(\d+)<\/Value>/g)].map(([, id]) => id ?? '');
}
