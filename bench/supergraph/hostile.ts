import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { withServer } from '../child.ts';
import type { RunningServer } from '../child.ts';
import { serviceSpec } from '../query/servers.ts';
import { table } from '../table.ts';
import type { Goal } from '../table.ts';
import { HOSTILE_DOCUMENTS, payloadOf } from '../../test/support/hostile-documents.ts';
import type { PartInput } from './supergraph.ts';

/** The kernel counts in hundredths of a second: so many make a tick a hundredth of what is shown. */
const REPEATS = 50;

/** So many of the dearest are shown. */
const SHOWN = 12;

/** More than any body may have. */
const TEN_MEGABYTES = `{"query":"${' '.repeat(10_485_760)}"}`;

const TOO_LARGE = 413;

interface Hostile {
  readonly name: string;
  readonly body: string;
}

const ALL: readonly Hostile[] = [
  ...HOSTILE_DOCUMENTS.map((document) => ({ name: document.name, body: payloadOf(document) })),
  { name: 'a body of 10 MB', body: TEN_MEGABYTES },
];

/** What processor time it costs to refuse an operation that is made to cost, one after the other. */
export async function measureHostile({ store, folder, say }: PartInput): Promise<readonly Goal[]> {
  const spec = serviceSpec({ store, folder, lines: 'introspection: true\n' });
  const costs = await withServer(spec, async (server) => {
    for (const hostile of ALL) await refuse(server, hostile);
    const measured: { readonly name: string; readonly cpuMs: number }[] = [];
    for (const hostile of ALL) {
      const before = server.cpuMs();
      for (let count = 0; count < REPEATS; count += 1) await refuse(server, hostile);
      measured.push({ name: hostile.name, cpuMs: (server.cpuMs() - before) / REPEATS });
    }
    return measured.toSorted((a, b) => b.cpuMs - a.cpuMs);
  });
  say(`\n${ALL.length} hostile operations over HTTP, ${REPEATS} times each; the dearest`);
  say(
    table([
      ['', 'cpu ms'],
      ...costs.slice(0, SHOWN).map(({ name, cpuMs }) => [name, cpuMs.toFixed(1)]),
    ]),
  );
  return [
    {
      what: 'processor time to refuse the dearest, ms',
      measured: costs[0]?.cpuMs ?? Number.NaN,
      target: '< 20',
    },
  ];
}

/** Throws when it is not refused, or fails inside. */
async function refuse(server: RunningServer, { name, body }: Hostile): Promise<void> {
  const { status, text } = await post(server.url, body);
  const isRefused = status === 400 || status === TOO_LARGE;
  if (isRefused && !text.includes('INTERNAL_SERVER_ERROR')) return;
  throw new Error(`${name} was answered ${status}: ${text.slice(0, 200)}`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A body that is too large is refused, and its connection cut, before all of it is sent. */
function post(url: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let hasAnswer = false;
    const sending = request(url, { method: 'POST', headers: HEADERS }, (response) => {
      hasAnswer = true;
      const status = response.statusCode ?? 0;
      text(response).then(
        (read) => resolve({ status, text: read }),
        () => resolve({ status, text: '' }),
      );
    });
    sending.once('error', (error) => {
      const isCut = 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
      if (isCut) resolve({ status: TOO_LARGE, text: '' });
      else if (!hasAnswer) reject(error);
    });
    sending.end(body);
  });
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json',
} as const;
