import type { ImportRef } from '../../src/domain/import.ts';
import { importId } from '../../src/domain/import.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import type { SimulatedEnding, SimulatedLoad } from '../../src/providers/simulation.ts';
import type { ReplicaVendors } from './replica-vendors.ts';
import { ask, at } from './world.ts';

/** A load that is to be started, and the import that comes of it. */
export interface PlannedLoad {
  readonly ref: ImportRef;
  readonly id: string;
  readonly load: SimulatedLoad;
  /** A label of the import. */
  readonly group: string;
  /** Somebody asks for it while it is being tracked. */
  readonly isAskedFor: boolean;
  /** Resolves once it is tracked. */
  readonly tracked: Promise<void>;
  readonly onTracked: () => void;
}

interface Kind {
  readonly kind: Provider['kind'];
  readonly nameOf: (index: number) => string;
  readonly endings: readonly SimulatedEnding[];
}

const KINDS: readonly Kind[] = [
  {
    kind: 'collibra',
    nameOf: (index) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    endings: ['completed', 'failed', 'aborted', 'canceled'],
  },
  {
    kind: 'marketing-cloud',
    nameOf: (index) => String(300_000_000 + index),
    endings: ['completed', 'failed'],
  },
  { kind: 'micro', nameOf: (index) => `job-${index}`, endings: ['completed', 'failed'] },
  {
    kind: 'qobra',
    nameOf: (index) => index.toString(16).padStart(24, '0'),
    endings: ['completed', 'failed'],
  },
];

/** One in so many has so many failed rows that they come in several pages. */
const LONG_EVERY = 20;
const LONG_LIST = 2_600;
/** So that each look at one that runs shows some more. */
const FEWEST_ROWS = 60;

const ASKED_FOR_EVERY = 5;

/** Loads of every vendor, most of which end well, some with failed rows. */
export function planLoads(
  count: number,
  groups: number,
  random: () => number,
): readonly PlannedLoad[] {
  return Array.from({ length: count }, (_, index) => {
    const { kind, nameOf, endings } = KINDS[index % KINDS.length] ?? raise();
    const externalId = nameOf(index + 1);
    const isLong = random() < 1 / LONG_EVERY;
    const isOfMany = isLong && kind === 'collibra';
    const rows = isOfMany ? LONG_LIST * 2 : Math.ceil(FEWEST_ROWS * (1 + random()));
    const { promise: tracked, resolve: onTracked } = Promise.withResolvers<void>();
    const load: SimulatedLoad = {
      ...ORDINARY_LOAD,
      externalId,
      rows,
      failedRows: isOfMany ? LONG_LIST : Math.floor(Math.max(0, random() - 0.5) * rows),
      ending:
        random() < 0.7 ? 'completed' : (endings[Math.floor(random() * endings.length)] ?? 'failed'),
      queuedForMs: random() < 0.2 ? 800 : 0,
      runsForMs: 1_000 + 5_000 * random(),
    };
    const ref = { providerId: kind, externalId };
    return {
      ref,
      id: importId(ref),
      load,
      group: `group-${index % groups}`,
      isAskedFor: random() < 1 / ASKED_FOR_EVERY,
      tracked,
      onTracked,
    };
  });
}

function raise(): never {
  throw new Error('there is no kind of vendor');
}

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } } }`;
const IMPORT = 'query ($id: ID!) { import(id: $id) { id } }';

/** Starts a load at its vendor and has it tracked, by another replica if one is killed meanwhile. */
export async function startLoad(
  { ref, id, load, group, isAskedFor, onTracked }: PlannedLoad,
  vendors: ReplicaVendors,
  pick: () => Promise<string>,
): Promise<void> {
  vendors.start(ref.providerId, load);
  const labels = [{ key: 'group', value: group }];
  const asking = isAskedFor ? ask(await pick(), IMPORT, { id }).catch(() => null) : null;
  for (;;) {
    const answer = await ask(await pick(), TRACK, { input: { ...ref, labels } }).catch(() => null);
    if (at(answer, 'data.trackImport.import.id') === id) break;
    if (answer !== null) throw new Error(`${id} was not tracked: ${JSON.stringify(answer)}`);
  }
  onTracked();
  await asking;
}
