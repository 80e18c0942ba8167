import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Observation } from '../../src/domain/observation.ts';
import { ProviderError } from '../../src/domain/provider-error.ts';
import type { ProviderErrorKind } from '../../src/domain/provider-error.ts';
import type { ImportRow } from '../../src/domain/row.ts';
import { ALL_PROVIDERS } from '../../src/providers/all.ts';
import { createHttp } from '../../src/providers/http.ts';
import type { HttpOptions } from '../../src/providers/http.ts';
import type { Look, Provider, ProviderDataSource, RowSink } from '../../src/providers/provider.ts';
import { findProvider, listProviderKinds } from '../../src/providers/registry.ts';
import { ORDINARY_LOAD, SCENARIOS } from '../../src/providers/simulation.ts';
import type { Scenario, SimulatedEnding, SimulatedLoad } from '../../src/providers/simulation.ts';
import { serveSimulator } from '../../src/providers/simulation-server.ts';
import { TestClock } from '../support/clock.ts';
import { createRowSink } from '../support/row-sink.ts';
import { checkRows } from './check-rows.ts';

/** What each scenario must come out as: a look that succeeds, or one of these failures. */
const EXPECTED: Readonly<Record<Scenario, 'observed' | readonly ProviderErrorKind[]>> = {
  healthy: 'observed',
  // A vendor may have no answer of its own for it, and be unavailable.
  'rate-limited': ['rate-limited', 'unavailable'],
  unauthorized: ['unauthorized'],
  outage: ['unavailable'],
  malformed: ['unexpected-response'],
  slow: ['timeout'],
  expired: ['not-found'],
  huge: ['unexpected-response'],
};

const SECRETS = /simulated-key|simulated:simulated|c2ltdWxhdGVkOnNpbXVsYXRlZA|clientSecret/i;

const ENDINGS: Readonly<Record<SimulatedEnding, readonly string[]>> = {
  completed: ['SUCCEEDED'],
  failed: ['FAILED'],
  aborted: ['ABORTED'],
  canceled: ['CANCELED'],
};

for (const provider of ALL_PROVIDERS) {
  describe(provider.title, () => {
    for (const scenario of SCENARIOS) {
      test(`a vendor that is ${scenario} comes out as ${String(EXPECTED[scenario])}`, async (t) => {
        const { vendor, source } = await serve(t, provider, {
          timeoutMs: scenario === 'slow' ? 100 : 10_000,
          maxResponseBytes: 100_000,
        });
        const id = vendor.start(ORDINARY_LOAD);
        vendor.setScenario(scenario);

        const look = await lookAt(source, id);

        const expected = EXPECTED[scenario];
        if (expected === 'observed') return assert.equal(look.kind, 'observed');
        assert.equal(look.kind, 'failed');
        assert.ok(expected.includes(look.error.kind), `${look.error.kind}: ${look.error.message}`);
        assert.doesNotMatch(look.error.message, SECRETS);
        assert.ok(look.error.message.length < 600, look.error.message);
      });

      test(`a vendor that was ${scenario} is read again once it is well`, async (t) => {
        const { vendor, source } = await serve(t, provider, {
          timeoutMs: scenario === 'slow' ? 100 : 10_000,
          maxResponseBytes: 100_000,
        });
        const id = vendor.start(ORDINARY_LOAD);
        vendor.setScenario(scenario);
        await lookAt(source, id);
        vendor.setScenario('healthy');
        assert.equal((await lookAt(source, id)).kind, 'observed');
      });
    }

    for (const ending of provider.simulate({ now: Date.now, seed: 7 }).endings) {
      for (const failedRows of [0, 7, 2_500]) {
        const rows = failedRows === 2_500 ? 10_000 : ORDINARY_LOAD.rows;
        const load = { ...ORDINARY_LOAD, rows, failedRows, ending, appearsAfterMs: 1_000 };
        test(`a load of which ${failedRows} rows fail can be followed until it is ${ending}`, async (t) => {
          const { clock, vendor, source } = await serve(t, provider);
          const id = vendor.start(load);

          const { observations, rows } = await follow(source, id, { clock, load });

          const phases = observations.map(({ job }) => job.phase);
          assert.equal(phases.indexOf('FINISHED'), phases.length - 1, phases.join());
          assert.ok(!phases.includes('UNKNOWN'), phases.join());
          for (const { job } of observations.slice(0, -1)) {
            assert.equal(job.outcome, null);
            assert.notEqual(job.effect, 'ALL');
          }
          const end = observations.at(-1);
          assert.ok(end);
          checkEnd(end, load);
          await checkRows(source, id, { end, cameAlong: rows });
        });
      }
    }

    test('what the vendor does not know is not found, seen or not', async (t) => {
      const { vendor, source } = await serve(t, provider);
      const id = vendor.start({ ...ORDINARY_LOAD, appearsAfterMs: 60_000 });
      const young = await lookAt(source, id, { mayNotExistYet: true });
      assert.equal(young.kind, 'failed');
      assert.equal(young.error.kind, 'not-found');
      for (const nonsense of ['x', '..', '%2e%2e', "'; drop", 'a/b', '0', '-1', '9'.repeat(30)]) {
        const look = await lookAt(source, nonsense);
        assert.equal(look.kind, 'failed', nonsense);
        assert.equal(look.error.kind, 'not-found', `${nonsense}: ${look.error.message}`);
      }
    });

    test('one import that is missing fails none of its neighbours', async (t) => {
      const { vendor, source } = await serve(t, provider);
      const count = Math.max(3, source.largestBatch);
      const ids = Array.from({ length: count }, () => vendor.start(ORDINARY_LOAD));
      ids[1] = vendor.start({ ...ORDINARY_LOAD, appearsAfterMs: 60_000 });
      const targets = ids.map((externalId) => targetOf(externalId));
      const looks = await source.look(targets, new AbortController().signal);
      assert.equal(looks.length, count);
      for (const [index, look] of looks.entries()) {
        assert.equal(look.kind, index === 1 ? 'failed' : 'observed');
      }
    });

    test('a look that is given up rejects with the reason', async (t) => {
      const { vendor, source } = await serve(t, provider, { timeoutMs: 1_000 });
      const id = vendor.start(ORDINARY_LOAD);
      await lookAt(source, id);
      vendor.setScenario('slow');
      const reason = new Error('the service stops');
      const looking = source.look([targetOf(id)], AbortSignal.abort(reason));
      await assert.rejects(looking, (error) => error === reason);
    });

    test('two simulators with one seed and one clock answer alike', async (t) => {
      const twins = await Promise.all([serve(t, provider), serve(t, provider)]);
      const [one, other] = await Promise.all(
        twins.map(async ({ clock, vendor, source }) => {
          const id = vendor.start({ ...ORDINARY_LOAD, failedRows: 5 });
          clock.advance(60_000);
          const sink = createRowSink();
          return { id, look: await lookAt(source, id, { rows: sink }), rows: sink.rows };
        }),
      );
      assert.deepEqual(one, other);
    });

    test('its settings are strict, and its example is one of its kind', () => {
      const settings = provider.simulatedSettings('http://127.0.0.1:1');
      assert.equal(provider.settings.safeParse(settings).success, true);
      assert.equal(provider.settings.safeParse({ ...settings, typo: 1 }).success, false);
      assert.match(provider.example, new RegExp(`kind: ${provider.kind}\\b`));
    });
  });
}

test('the registry finds each kind, and only those', () => {
  assert.deepEqual(
    listProviderKinds().map((kind) => findProvider(kind)),
    ALL_PROVIDERS,
  );
  assert.deepEqual(listProviderKinds(), listProviderKinds().toSorted());
  for (const kind of ['', 'toString', 'Micro', 'unheard-of']) {
    assert.equal(findProvider(kind), null);
  }
});

async function serve(t: TestContext, provider: Provider, options: Partial<HttpOptions> = {}) {
  const clock = new TestClock();
  const now = () => clock.now();
  const vendor = await serveSimulator(provider.simulate({ now, seed: 7 }), { port: 0 });
  t.after(() => vendor.close());
  const http = createHttp({
    fetch: globalThis.fetch,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    admit: async () => {},
    ...options,
  });
  const connect = provider.settings.parse(provider.simulatedSettings(vendor.url));
  return { clock, vendor, source: connect({ http, now }) };
}

interface LookOptions {
  readonly mayNotExistYet?: boolean;
  readonly rows?: RowSink;
}

function targetOf(
  externalId: string,
  { mayNotExistYet = false, rows = createRowSink() }: LookOptions = {},
) {
  return { externalId, continueOnError: null, mayNotExistYet, rows };
}

/** One look; a call that fails as a whole is a failure of its only import. */
async function lookAt(
  source: ProviderDataSource,
  externalId: string,
  options: LookOptions = {},
): Promise<Look> {
  try {
    const looks = await source.look([targetOf(externalId, options)], new AbortController().signal);
    assert.equal(looks.length, 1);
    return looks[0] ?? assert.fail('an import was left out');
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'failed', error };
    throw error;
  }
}

/**
 * Looks each second from the start of a load to its first finish that lacks nothing; answers what
 * was seen, and the rows that came along with the last look.
 */
async function follow(
  source: ProviderDataSource,
  externalId: string,
  { clock, load }: { readonly clock: TestClock; readonly load: SimulatedLoad },
): Promise<{ readonly observations: readonly Observation[]; readonly rows: readonly ImportRow[] }> {
  const observations: Observation[] = [];
  const longestMs = load.queuedForMs + load.runsForMs + 60_000;
  let rows: readonly ImportRow[] = [];
  for (let elapsedMs = 0; elapsedMs < longestMs; elapsedMs += 1_000) {
    const isAbsent = elapsedMs < load.appearsAfterMs;
    const sink = createRowSink();
    const look = await lookAt(source, externalId, { mayNotExistYet: isAbsent, rows: sink });
    assert.equal(look.kind, isAbsent ? 'failed' : 'observed');
    if (look.kind === 'observed') {
      const { observation } = look;
      rows = sink.rows;
      // A finish that lacks something is not published yet.
      if (observation.lacking === null) observations.push(observation);
      if (observation.job.phase === 'FINISHED' && observation.lacking === null) break;
      assert.equal(observation.rows, 'none');
    }
    clock.advance(1_000);
  }
  assert.ok(observations.length > 5);
  return { observations, rows };
}

/** Never greener than the load was. */
function checkEnd({ job, counters, rowErrors, rows }: Observation, load: SimulatedLoad): void {
  const { ending, failedRows } = load;
  const isFaulty = ending === 'completed' && failedRows > 0;
  const outcomes = isFaulty ? ['COMPLETED_WITH_ERRORS', 'FAILED'] : ENDINGS[ending];
  assert.ok(outcomes.includes(job.outcome ?? ''), `${ending}: ${job.outcome}`);
  if (ending !== 'completed' || failedRows > 0) assert.notEqual(job.effect, 'ALL');
  if (ending === 'completed' && failedRows === 0) assert.notEqual(job.effect, 'NONE');
  assert.notEqual(job.providerStatus, null);
  assert.notEqual(job.explanation, null);
  if (rows !== 'elsewhere') assert.notEqual(rowErrors.availability, 'PENDING');
  if (counters.failed !== null && isFaulty) assert.ok(counters.failed > 0);
  if (!isFaulty && ending === 'completed') assert.ok((counters.failed ?? 0) === 0);
}
