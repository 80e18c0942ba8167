import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createRandom } from '../../support/random.ts';
import type { TestSink, Live } from './setup.ts';
import { settle, setUp } from './setup.ts';

const RUNS = [
  { what: 'one import', imports: ['a'], isExact: true },
  { what: 'five imports', imports: ['a', 'b', 'c', 'd', 'e'], isExact: false },
] as const;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const STEPS = 400;

/** One dashboard over all its connections. */
interface Dashboard {
  sink: TestSink;
  after: number | null;
  readonly seen: Map<string, number>;
  readonly isExact: boolean;
}

/** Takes note of what came, and checks that nothing of it is missing or comes twice. */
function note(dashboard: Dashboard): void {
  for (const event of dashboard.sink.events.splice(0)) {
    assert.ok(event.position >= (dashboard.after ?? 0), 'the position went back');
    dashboard.after = event.position;
    if (event.import === null) continue;
    const id = event.import.ref.externalId;
    const before = dashboard.seen.get(id);
    if (before !== undefined) {
      const skipped = event.import.revision - before - 1;
      assert.ok(skipped >= event.skippedRevisions, `${id} came twice`);
      // Of a list that was cut while it caught up, some may have passed before the cut.
      if (dashboard.isExact) assert.equal(event.skippedRevisions, skipped);
    }
    dashboard.seen.set(id, event.import.revision);
  }
}

function belowOf(seed: number): (limit: number) => number {
  const random = createRandom(seed);
  return (limit) => Math.floor(random() * limit);
}

interface Run {
  readonly live: Live;
  readonly imports: readonly string[];
  readonly isExact: boolean;
  readonly below: (limit: number) => number;
}

async function run({ live, imports, isExact, below }: Run): Promise<void> {
  const revisions = new Map<string, number>();
  const open = new Set(imports);

  const dashboards = Array.from({ length: 12 }, (): Dashboard => {
    return { sink: live.join(), after: null, seen: new Map(), isExact };
  });
  const comeBack = (dashboard: Dashboard): void => {
    note(dashboard);
    dashboard.sink.subscription?.leave();
    dashboard.sink = live.join({ after: dashboard.after });
  };
  for (let step = 0; step < STEPS; step += 1) {
    const dashboard = dashboards[below(dashboards.length)];
    const [externalId] = [...open].slice(below(open.size));
    assert.ok(dashboard);
    const deeds = [
      async () => {
        if (externalId === undefined) return;
        const isOver = below(60) === 0;
        const changed = await (isOver ? live.finish(externalId) : live.change(externalId));
        revisions.set(externalId, changed.revision);
        if (isOver) open.delete(externalId);
      },
      async () => dashboard.sink.read(below(3)),
      async () => comeBack(dashboard),
      async () => {
        for (let turn = below(4); turn > 0; turn -= 1) await setImmediate();
      },
    ];
    await deeds[below(deeds.length)]?.();
  }
  for (const dashboard of dashboards) dashboard.sink.read(Number.POSITIVE_INFINITY);
  await settle();
  for (const dashboard of dashboards) {
    note(dashboard);
    assert.deepEqual(Object.fromEntries(dashboard.seen), Object.fromEntries(revisions));
    dashboard.sink.subscription?.leave();
  }
  assert.equal(live.clock.waiting, 0);
}

for (const { what, ...chosen } of RUNS) {
  for (const seed of SEEDS) {
    test(`dashboards of ${what} that come, go and dawdle miss nothing and see nothing twice (${seed})`, async (t) => {
      await run({ live: setUp(t), ...chosen, below: belowOf(seed) });
    });
  }
}
