import { idOf, LABEL } from './imports.ts';

/** A subscription, as `subscribe` of the protocol carries it. */
export interface Payload {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What all subscribers of a run watch. */
export interface Mode {
  readonly title: string;
  readonly payload: Payload;
  /** How many states a subscriber is sent first. */
  readonly states: number;
  /** Which import the change of a number is about. */
  readonly changed: (change: number) => number;
  /** How many sockets of one process may wait for their first states at once. */
  readonly batch: number;
}

const EVENT = `fragment Event on ImportEvent {
  position
  skippedRevisions
  membership
  end { reason resumeAfter }
  import {
    id
    labels { key value }
    job { phase outcome effect progressPercent startedAt finishedAt message explanation }
    counters { total processed succeeded failed }
    freshness { state observedAt }
  }
}`;

const ONE = `subscription One($id: ID!) { importChanged(id: $id) { ...Event } }\n${EVENT}`;
const LIST = `subscription List($filter: ImportFilter) { importsChanged(filter: $filter) { ...Event } }\n${EVENT}`;

export function oneImport(index: number): Mode {
  return {
    title: 'on one import',
    payload: { query: ONE, variables: { id: idOf(index) } },
    states: 1,
    changed: () => index,
    batch: 50,
  };
}

/** Asked for by a label that all of them have, or by naming each. */
export function listOfImports(size: number, by: 'label' | 'ids'): Mode {
  const ids = Array.from({ length: size }, (_, index) => idOf(index));
  const filter = by === 'label' ? { labels: [LABEL] } : { ids };
  return {
    title: `on ${size.toLocaleString('en')} imports ${by === 'label' ? 'with a label' : 'by their ids'}`,
    payload: { query: LIST, variables: { filter } },
    states: size,
    changed: (change) => (change * 7) % size,
    batch: 20,
  };
}
