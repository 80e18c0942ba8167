import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from './at-end.ts';
import { memberOf } from './simulated-vendors.ts';
import { ask, at } from './world.ts';

/** Clients of some services on one store that may be away for a while. */
export interface OutageLoad {
  /** Imports of which it was answered that they are tracked, by id. */
  readonly tracked: ReadonlySet<string>;
  /** How often each service answered that its store is away. */
  readonly outages: readonly { count: number }[];
  /** Whatever no outage explains. */
  readonly faults: readonly string[];
  /** The latest revision of each import that each subscriber was sent. */
  readonly seen: readonly ReadonlyMap<string, number>[];
  /** Tracks and asks no more; subscribers stay until the test ends. */
  rest(): Promise<void>;
}

export interface OutageLoadOptions {
  /** Where the services listen. */
  readonly urls: readonly string[];
  readonly fleet: SimulatedFleet;
}

const PAUSE_MS = 20;
const KINDS = ['collibra', 'micro', 'qobra'] as const;

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } } }`;
const LIST = '{ imports(first: 5) { nodes { id revision } } }';
const FOLLOW = `subscription ($after: String) {
  importsChanged(after: $after) { position end { reason } import { id revision } }
}`;

export function startOutageLoad(t: TestContext, { urls, fleet }: OutageLoadOptions): OutageLoad {
  const tracked = new Set<string>();
  const faults: string[] = [];
  const outages = urls.map(() => ({ count: 0 }));
  const resting = new AbortController();
  const deeds: ((url: string, round: number) => Promise<unknown>)[] = [
    (url) => ask(url, LIST),
    async (url, round) => {
      const providerId = KINDS[round % KINDS.length] ?? 'micro';
      const load = {
        ...ORDINARY_LOAD,
        rows: 50,
        failedRows: 5,
        queuedForMs: 0,
        runsForMs: 1_000,
      };
      const externalId = memberOf(fleet, providerId).vendor.start(load);
      const answer = await ask(url, TRACK, {
        input: { providerId, externalId },
      });
      if (answer.errors.length === 0) tracked.add(String(at(answer.data, 'trackImport.import.id')));
      return answer;
    },
  ];
  const repeat = async (place: number, deed: (typeof deeds)[number]): Promise<void> => {
    for (let round = 0; !resting.signal.aborted; round += 1) {
      const errors = at(await deed(urls[place] ?? '', round), 'errors');
      const codes = Array.isArray(errors)
        ? errors.map((error) => at(error, 'extensions.code'))
        : [];
      if (codes.some((code) => code !== 'STORE_UNAVAILABLE')) faults.push(JSON.stringify(errors));
      else if (codes.length > 0 && outages[place] !== undefined) outages[place].count += 1;
      await setTimeout(PAUSE_MS);
    }
  };
  const asking = urls.flatMap((_, place) => deeds.map((deed) => repeat(place, deed)));
  const followers = urls.map((_, place) => follow(t, { urls, place, faults }));
  return {
    tracked,
    outages,
    faults,
    seen: followers,
    rest: async () => {
      resting.abort();
      await Promise.all(asking);
    },
  };
}

interface Following {
  readonly urls: readonly string[];
  /** Which of the services it begins with. */
  readonly place: number;
  readonly faults: string[];
}

/** Follows all imports; goes on at the next service, from where it was, whenever a stream breaks. */
function follow(t: TestContext, { urls, place, faults }: Following): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  const clients = urls.map((url) =>
    createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    }),
  );
  const leaving = new AbortController();
  let last = 0;
  const show = (event: unknown): void => {
    const position = Number.parseInt(String(at(event, 'position')).slice(1), 36);
    if (position < last) faults.push(`a subscriber went from position ${last} to ${position}`);
    last = position;
    const id = String(at(event, 'import.id'));
    const revision = Number(at(event, 'import.revision'));
    if (revision <= (seen.get(id) ?? 0)) faults.push(`${id} came again at revision ${revision}`);
    seen.set(id, revision);
  };
  const run = async (): Promise<void> => {
    let after: unknown = null;
    for (let turn = place; !leaving.signal.aborted; turn += 1) {
      const client = clients[turn % clients.length];
      try {
        for await (const { data } of client?.iterate({
          query: FOLLOW,
          variables: { after },
        }) ?? []) {
          const event = at(data, 'importsChanged');
          if (event === undefined) continue;
          after = at(event, 'position') ?? after;
          if (at(event, 'end.reason') === undefined) show(event);
        }
      } catch {
        // It goes on elsewhere.
      }
      await setTimeout(PAUSE_MS);
    }
  };
  const running = run();
  atEnd(t, async () => {
    leaving.abort();
    for (const client of clients) await client.dispose();
    await running;
  });
  return seen;
}
