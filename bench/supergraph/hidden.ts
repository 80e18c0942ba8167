import { Agent, request } from 'node:http';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { ask } from '../ask.ts';
import { withServer } from '../child.ts';
import type { RunningServer } from '../child.ts';
import { median } from '../median.ts';
import { serviceSpec } from '../query/servers.ts';
import { table } from '../table.ts';
import type { Goal } from '../table.ts';
import type { PartInput } from './supergraph.ts';

const SECRET = 'a shared secret of 32 characters';
const AUTH = `auth: { jwt: { secret: "${SECRET}", issuer: bench, audience: bench } }\n`;

/** So many questions a round of each kind. */
const QUESTIONS = 2_000;

const QUERY = 'query Hidden($id: ID!) { import(id: $id) { id job { phase } counters { total } } }';

const Page = z.object({ imports: z.object({ nodes: z.array(z.object({ id: z.string() })) }) });

/**
 * How long answers take about imports that are hidden from a caller: known ones, unknown ones, and
 * those of a provider that does not exist. They take turns, so that what disturbs meets all alike.
 */
export async function measureHidden(input: PartInput): Promise<readonly Goal[]> {
  const { store, folder, rounds, say } = input;
  const open = serviceSpec({ store, folder });
  const known = await withServer(open, async (server) => {
    const list =
      'query Known { imports(filter: { providerIds: ["crm"] }, first: 500) { nodes { id } } }';
    const page = await ask(server, { operationName: 'Known', query: list, variables: {} });
    return Page.parse(page).imports.nodes.map(({ id }) => id);
  });
  const closed = serviceSpec({ store, folder, lines: AUTH });
  const token = await new SignJWT({ scope: 'imports:read', import_providers: ['commissions'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('bench')
    .setAudience('bench')
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(SECRET));
  return withServer(closed, async (server) => {
    const kinds: readonly Kind[] = [
      { name: 'hidden and known', idOf: (index) => known[index % known.length] ?? '' },
      { name: 'hidden and unknown', idOf: (index) => `crm:${uuidOf(index)}` },
      { name: 'no such provider', idOf: (index) => `cry:${uuidOf(index)}` },
    ];
    const times = kinds.map(() => new Array<number>());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let index = 0; index < QUESTIONS * (rounds + 1); index += 1) {
      for (const [at, kind] of kinds.entries()) {
        const tookUs = await timeOf(server, { agent, token, id: kind.idOf(index) });
        // The first round warms up.
        if (index >= QUESTIONS) times[at]?.push(tookUs);
      }
    }
    agent.destroy();
    const rows = kinds.map(({ name }, at) => [
      name,
      ...quantiles(times[at] ?? []).map((value) => value.toFixed(1)),
    ]);
    say(`\none import that a caller may not know of, ${QUESTIONS * rounds} questions of each kind`);
    say(table([['', 'p50 µs', 'p90 µs', 'p99 µs'], ...rows]));
    const [ofKnown = 1, ofUnknown = 1, ofAbsent = 1] = times.map(median);
    return [
      {
        what: 'time of hidden and known / hidden and unknown',
        measured: ofKnown / ofUnknown,
        target: 'about 1',
      },
      {
        what: 'time of hidden and known / no such provider',
        measured: ofKnown / ofAbsent,
        target: 'about 1',
      },
    ];
  });
}

interface Kind {
  readonly name: string;
  readonly idOf: (index: number) => string;
}

/** The same index always gives the same id, which nothing has. */
function uuidOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

interface Question {
  readonly agent: Agent;
  readonly token: string;
  readonly id: string;
}

/** From sending a question to the end of its answer, in microseconds. */
function timeOf({ url }: RunningServer, { agent, token, id }: Question): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const body = JSON.stringify({ query: QUERY, variables: { id } });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const sentAt = performance.now();
  const asking = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume();
    response.once('end', () => resolve((performance.now() - sentAt) * 1_000));
    response.once('error', reject);
  });
  asking.once('error', reject);
  asking.end(body);
  return promise;
}

function quantiles(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.9, 0.99].map((part) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN);
}
