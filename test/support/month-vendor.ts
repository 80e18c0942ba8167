import type { ImportRef } from '../../src/domain/import.ts';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { createHttp } from '../../src/providers/http.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { Simulator } from '../../src/providers/simulation.ts';
import type { WatchedProvider } from '../../src/watcher/watched-provider.ts';
import type { TestClock } from './clock.ts';
import { textOf } from './simulated-answer.ts';

const RETENTION_MS = 7 * 86_400_000;

/**
 * When a vendor that keeps imports for a week forgets one: a week after its end, which it says from the
 * beginning (`told`) or once the import has ended (`told-late`), or a week after its start (`of-start`).
 */
export type ExpiryRule = 'told' | 'told-late' | 'of-start';

export interface MonthJob {
  readonly ref: ImportRef;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly expiresAt: number;
}

export interface MonthVendorOptions {
  readonly clock: TestClock;
  readonly rule: ExpiryRule;
}

export const ROWS = 3;
export const FAILED_ROWS = 1;

/** Micro as it is imitated, asked by the real client, moved on by the clock of a test. */
export class MonthVendor {
  readonly provider: WatchedProvider;
  readonly jobs: MonthJob[] = [];
  readonly #jobs = new Map<string, MonthJob>();
  /** When it was asked. */
  readonly askedAt: number[] = [];
  /** When it said of an import that it still runs. */
  readonly saidRunningAt: number[] = [];
  #isDown = false;
  readonly #rule: ExpiryRule;
  readonly #clock: TestClock;
  readonly #simulator: Simulator;

  constructor({ clock, rule }: MonthVendorOptions) {
    this.#rule = rule;
    this.#clock = clock;
    const micro = ALL_PROVIDERS.find(({ kind }) => kind === 'micro');
    if (micro === undefined) throw new Error('there is no Micro');
    this.#simulator = micro.simulate({ now: () => clock.now(), seed: 1 });
    const settings = micro.settings.parse(micro.simulatedSettings('http://micro.example'));
    this.provider = {
      id: 'crm',
      kind: micro.kind,
      name: micro.title,
      capabilities: micro.capabilities,
      cadence: { minIntervalMs: 2_000, maxIntervalMs: 300_000 },
      budget: micro.defaultBudget,
      concurrency: 4,
      rowValues: { kind: 'keep' },
      maxRows: 1_000,
      leaseMs: 160_000,
      connect: (admit) =>
        settings({
          now: () => clock.now(),
          http: createHttp({
            fetch: async (url, request) =>
              this.#answer(new URL(url instanceof Request ? url.url : url), request),
            timeoutMs: 10_000,
            maxResponseBytes: 1_000_000,
            admit,
          }),
        }),
    };
  }

  start(runsForMs: number): MonthJob {
    const load = {
      ...ORDINARY_LOAD,
      rows: ROWS,
      failedRows: FAILED_ROWS,
      queuedForMs: 0,
      runsForMs,
    };
    const externalId = this.#simulator.start(load);
    const startedAt = this.#clock.now();
    const endsAt = startedAt + runsForMs;
    const expiresAt = (this.#rule === 'of-start' ? startedAt : endsAt) + RETENTION_MS;
    const job = { ref: { providerId: 'crm', externalId }, startedAt, endsAt, expiresAt };
    this.jobs.push(job);
    this.#jobs.set(externalId, job);
    return job;
  }

  /** It fails for a while, and counts what it is asked. */
  goDown({ forMs }: { readonly forMs: number }): void {
    this.#isDown = true;
    this.#clock.after(forMs, () => {
      this.#isDown = false;
    });
  }

  /** How often it was asked in each month (UTC): `2026-01`. */
  countByMonth(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const at of this.askedAt) {
      const month = new Date(at).toISOString().slice(0, 7);
      counts.set(month, (counts.get(month) ?? 0) + 1);
    }
    return counts;
  }

  #answer(url: URL, request: RequestInit = {}): Response {
    this.askedAt.push(this.#clock.now());
    if (this.#isDown) return new Response('no', { status: 503 });
    const headers = Object.fromEntries(new Headers(request.headers));
    const answer = this.#simulator.answer({ method: 'GET', url, headers, body: '' }, 'healthy');
    const text = textOf(answer);
    if (answer.status !== 200) return new Response(text, answer);
    return this.#ruled(JSON.parse(text));
  }

  #ruled(body: { readonly job_id: string; readonly status: string }): Response {
    const job = this.#jobs.get(body.job_id);
    const expiresAt = job?.expiresAt ?? 0;
    if (this.#clock.now() >= expiresAt) return Response.json({ message: 'gone' }, { status: 404 });
    if (body.status === 'processing') this.saidRunningAt.push(this.#clock.now());
    const isUntold = this.#rule === 'told-late' && body.status === 'processing';
    const expires_at = new Date(expiresAt).toISOString();
    return Response.json({ ...body, expires_at: isUntold ? undefined : expires_at });
  }
}
