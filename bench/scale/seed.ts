import { Client } from 'pg';
import { importId } from '../../src/domain/import.ts';
import { stateOf } from '../../src/watcher/captured-rows.ts';
import { createVendorFetch, idOf, RUNNING_FOR_MS, watchedProviders } from './fleet.ts';

/** When the looks of a seeded fleet are due, evenly spread: from `from` on, over `forMs`. */
export interface Due {
  readonly from: number;
  readonly forMs: number;
}

const BATCH = 5_000;

/** Fills an empty store with imports that run, each with one revision, as looks would have left them. */
export async function seedImports(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const startedAt = Date.now() - RUNNING_FOR_MS;
    const states = await lookOnce();
    for (let from = 0; from < count; from += BATCH) {
      const refs = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) =>
        idOf(from + at),
      );
      await client.query(
        `with seeded as (
           insert into imports (id, provider_id, external_id, revision, position, place, touched,
             phase, state, labels, tracked_at, changed_at)
           select id, provider_id, external_id, 1, number, number, number, 'RUNNING', state, '{}', $5, $5
           from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
             as ref (id, provider_id, external_id, state, at),
             lateral (select $6::bigint + at as number) as place
           returning seq, provider_id, position, state),
         looked as (
           insert into looks (import_seq, provider_id, freshness, observed_at, next_look_at, attempts)
           select seq, provider_id, 'LIVE', $5, $5, 0 from seeded)
         insert into revisions (position, import_seq, revision, observed_at, state, phase, changed,
           labels, is_observed, is_turn)
         select position, seq, 1, $5, state, 'RUNNING', '["PHASE"]', '{}', true, false from seeded`,
        [
          refs.map(importId),
          refs.map(({ providerId }) => providerId),
          refs.map(({ externalId }) => externalId),
          refs.map(({ providerId }) => states.get(providerId)),
          startedAt,
          from,
        ],
      );
    }
    await client.query('update positions set last = $1', [count]);
  } finally {
    await client.end();
  }
}

/** What a look at an import shows that does not change, as JSON, by provider. */
async function lookOnce(): Promise<ReadonlyMap<string, string>> {
  const vendorFetch = createVendorFetch({ changing: 0, onLook: () => undefined, now: Date.now });
  const states = new Map<string, string>();
  for (const [at, provider] of watchedProviders(vendorFetch).entries()) {
    const { externalId } = idOf(at);
    const rows = { write: async () => undefined };
    const target = { externalId, continueOnError: null, mayNotExistYet: false, rows };
    const source = provider.connect(async () => undefined);
    const [look] = await source.look([target], new AbortController().signal);
    if (look?.kind !== 'observed') throw new Error(`${provider.id} shows nothing`);
    states.set(provider.id, JSON.stringify(stateOf(look.observation, null)));
  }
  return states;
}

/** Makes all imports due anew, none leased, and the tables as tidy as a server keeps them. */
export async function makeDue(url: string, { from, forMs }: Due): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `update looks set lease_until = null, leased_by = null,
         next_look_at = $1 + (random() * $2)::bigint`,
      [from, forMs],
    );
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
