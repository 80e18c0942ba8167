import { findProvider } from '../../src/providers/registry.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';

/** Providers of the bench: their ids, and of which kind they are. All answer for one import at a time. */
export const PROVIDERS = [
  { id: 'catalog-1', kind: 'collibra' },
  { id: 'catalog-2', kind: 'collibra' },
  { id: 'crm-1', kind: 'micro' },
  { id: 'crm-2', kind: 'micro' },
] as const;

const SETTINGS: Readonly<Record<string, unknown>> = {
  collibra: { baseUrl: 'https://collibra.invalid', auth: { bearer: { token: 'x' } } },
  micro: { baseUrl: 'https://micro.invalid', teamId: 't', apiKey: 'x' },
};

/** How long the jobs have been running: a look every 250 seconds, if the schedule has its way. */
export const RUNNING_FOR_MS = 5_000_000;
export const CADENCE = { minIntervalMs: 2_000, maxIntervalMs: 300_000 };

const TIMEOUT_MS = 10_000;
const CONCURRENCY = 16;

/** The import with this number, at its provider. */
export function idOf(index: number): { readonly providerId: string; readonly externalId: string } {
  const { id } = PROVIDERS[index % PROVIDERS.length] ?? PROVIDERS[0];
  const hex = index.toString(16).padStart(12, '0');
  return { providerId: id, externalId: `00000000-0000-4000-8000-${hex}` };
}

function indexOf(externalId: string): number {
  return Number.parseInt(externalId.slice(-12), 16);
}

export interface VendorOptions {
  /** Of a hundred imports, so many show something new at every look. */
  readonly changing: number;
  /** Told of each import that it is asked for. */
  readonly onLook: (index: number) => void;
  readonly now: () => number;
}

/** A vendor in this process: the real client reads what it answers. */
export function createVendorFetch({ changing, onLook, now }: VendorOptions): typeof fetch {
  return async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const externalId = pathname.slice(pathname.lastIndexOf('/') + 1);
    const index = indexOf(externalId);
    onLook(index);
    const startedAt = Math.floor(now() / 1e9) * 1e9 - RUNNING_FOR_MS;
    // Thousandths, so that what changes does so at every look.
    const progress = index % 100 < changing ? (Math.floor(now()) % 1e6) / 1e4 : 50;
    const body = pathname.includes('/prism/')
      ? {
          job_id: externalId,
          status: 'processing',
          total: 1_000_000,
          processed: Math.floor(progress * 10_000),
          succeeded: Math.floor(progress * 10_000),
          failed: 0,
          created_at: new Date(startedAt).toISOString(),
          expires_at: null,
        }
      : {
          id: externalId,
          state: 'RUNNING',
          result: 'NOT_SET',
          progressPercentage: progress,
          startDate: startedAt,
          createdOn: startedAt,
        };
    return Response.json(body);
  };
}

export function watchedProviders(vendorFetch: typeof fetch): readonly WatchedProvider[] {
  return PROVIDERS.map(({ id, kind }) => {
    const provider = findProvider(kind);
    if (provider === null) throw new Error(`there is no provider of kind ${kind}`);
    const connect = provider.settings.parse(SETTINGS[kind]);
    return {
      id,
      kind,
      name: id,
      capabilities: provider.capabilities,
      cadence: CADENCE,
      budget: { perSecond: null, perMonth: null },
      concurrency: CONCURRENCY,
      rowValues: { kind: 'keep' },
      maxRows: 1_000,
      leaseMs: 160_000,
      connect: (admit) =>
        connect({
          http: createHttp({
            fetch: vendorFetch,
            timeoutMs: TIMEOUT_MS,
            maxResponseBytes: 1_000_000,
            admit,
          }),
          now: Date.now,
        }),
    };
  });
}
