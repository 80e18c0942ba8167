import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { atEnd } from './at-end.ts';
import { at } from './world.ts';

/** Clients that ask one thing after the other, and some that are subscribed. */
export interface SteadyLoad {
  /** How often each thing went well. */
  readonly done: ReadonlyMap<string, number>;
  /** Whatever went wrong. */
  readonly faults: readonly string[];
  /** How often a subscriber was told that its server stops. */
  readonly drained: () => number;
  /** The latest revision of each import that each subscriber was sent. */
  readonly seen: readonly ReadonlyMap<string, number>[];
  /** Asks for nothing more. */
  rest(): Promise<void>;
}

export interface SteadyLoadOptions {
  readonly url: string;
  /** Whether a position that one server gave means something to the others. */
  readonly isShared: boolean;
}

const CLIENTS = 4;
const PAUSE_MS = 5;

const LIST = '{ imports(first: 5) { nodes { id revision } } }';
const RECORD = `mutation ($id: String!, $response: JSON!) {
  recordImport(input: { providerId: "crm", externalId: $id, response: $response }) {
    userErrors { message }
  }
}`;
const FOLLOW = `subscription ($after: String) {
  importsChanged(after: $after) { position end { reason } import { id revision } }
}`;
const LIST_PATH = `/graphql?${new URLSearchParams({ query: LIST }).toString()}`;

/** Starts clients that go on until they are to rest, and subscribers that stay until the test ends. */
export function startSteadyLoad(t: TestContext, options: SteadyLoadOptions): SteadyLoad {
  const { url } = options;
  const faults: string[] = [];
  const done = new Map<string, number>();
  const resting = new AbortController();
  const repeat = async (name: string, deed: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; !resting.signal.aborted; round += 1) {
      try {
        await deed(round);
        done.set(name, (done.get(name) ?? 0) + 1);
      } catch (error) {
        faults.push(`${name}: ${String(error)}`);
      }
      await setTimeout(PAUSE_MS);
    }
  };
  const asking: Promise<void>[] = [];
  const followers: Follower[] = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    atEnd(t, () => agent.destroy());
    followers.push(new Follower(options, faults));
    asking.push(
      repeat('a query', () => post(url, { query: LIST })),
      repeat('a mutation', (round) => post(url, recording(client, round))),
      repeat('a GET over a connection of its own', async () => {
        const request = get(url + LIST_PATH, { agent, headers: { accept: 'application/json' } });
        const [answer]: readonly IncomingMessage[] = await once(request, 'response');
        if (answer === undefined) throw new Error('there was no answer');
        check(answer.statusCode, await text(answer));
      }),
    );
  }
  const following = followers.map((follower) => follower.run());
  const rest = async (): Promise<void> => {
    resting.abort();
    await Promise.all(asking);
  };
  atEnd(t, async () => {
    await rest();
    for (const follower of followers) follower.leave();
    await Promise.all(following);
  });
  return {
    done,
    faults,
    drained: () => followers.reduce((sum, { drained }) => sum + drained, 0),
    seen: followers.map(({ seen }) => seen),
    rest,
  };
}

/** A subscriber that comes back whenever a server stops. */
class Follower {
  readonly seen = new Map<string, number>();
  drained = 0;
  readonly #isShared: boolean;
  readonly #faults: string[];
  readonly #client: ReturnType<typeof createClient>;
  #leave: () => void = () => undefined;
  #hasLeft = false;

  constructor({ url, isShared }: SteadyLoadOptions, faults: string[]) {
    this.#isShared = isShared;
    this.#faults = faults;
    this.#client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
  }

  async run(): Promise<void> {
    for (let after: unknown = null; !this.#hasLeft;) {
      const results = this.#client.iterate({ query: FOLLOW, variables: { after } });
      this.#leave = () => void results.return?.();
      try {
        let reason: unknown = null;
        for await (const { data, errors } of results) {
          if (errors) this.#faults.push(`a subscriber was sent ${JSON.stringify(errors)}`);
          if (this.#isShared) after = at(data, 'importsChanged.position');
          reason = at(data, 'importsChanged.end.reason') ?? null;
          if (reason === null) this.#see(at(data, 'importsChanged.import'));
        }
        if (reason === 'DRAINING') this.drained += 1;
        else if (!this.#hasLeft) this.#faults.push(`a subscription ended by ${String(reason)}`);
      } catch (error) {
        if (!this.#hasLeft) this.#faults.push(`a subscription broke off: ${describe(error)}`);
      }
      await setTimeout(PAUSE_MS);
    }
  }

  leave(): void {
    this.#hasLeft = true;
    this.#leave();
    void this.#client.dispose();
  }

  /** Where the store is another's, what it tells begins anew. */
  #see(shown: unknown): void {
    const id = String(at(shown, 'id'));
    const revision = Number(at(shown, 'revision'));
    const last = this.seen.get(id) ?? 0;
    if (this.#isShared && revision <= last)
      this.#faults.push(`${id} went from ${last} to ${revision}`);
    this.seen.set(id, revision);
  }
}

/** A vendor's response that says more with each round. */
function recording(client: number, round: number): unknown {
  const counts = { total: 1_000_000, processed: round + 1, succeeded: round + 1, failed: 0 };
  const response = { job_id: null, status: 'processing', ...counts };
  return { query: RECORD, variables: { id: `load-${client}`, response } };
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  check(answer.status, await answer.text());
}

function check(status: number | undefined, body: string): void {
  const { errors, data } = JSON.parse(body);
  const userErrors = at(data, 'recordImport.userErrors') ?? [];
  if (status === 200 && errors === undefined && JSON.stringify(userErrors) === '[]') return;
  throw new Error(`answered ${status}: ${body}`);
}

/** `graphql-ws` tells of a socket that closes with its event. */
function describe(error: unknown): string {
  return `${String(error)} ${String(at(error, 'code'))} ${String(at(error, 'reason'))}`;
}
