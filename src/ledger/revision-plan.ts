import { changedParts } from '../domain/change.ts';
import type { ImportPart } from '../domain/change.ts';
import type { ImportLabels, ImportState } from '../domain/import.ts';
import { isSame } from '../domain/same.ts';

/** What is known of an import, as a store holds it. */
export interface Known {
  readonly revision: number;
  /** Null while it was never observed. */
  readonly position: number | null;
  readonly state: ImportState;
  readonly labels: ImportLabels;
}

/** What is to be known of it. */
export interface Learnt {
  /** Null leaves it as it is. */
  readonly state: ImportState | null;
  /** Undefined leaves them as they are. */
  readonly labels: ImportLabels | undefined;
  /** Other rows show than before. */
  readonly hasNewRows: boolean;
}

export interface RevisionPlan {
  readonly hasNewLabels: boolean;
  readonly labels: ImportLabels;
  /** Null when nothing observable differs, or when an import that was never observed gets labels. */
  readonly next: NextRevision | null;
}

export interface NextRevision {
  readonly revision: number;
  readonly state: ImportState;
  readonly changed: readonly ImportPart[];
  /** Somebody looked at the vendor; labels alone do not say so. */
  readonly isObserved: boolean;
  /** Only here can an import leave a filter. */
  readonly isTurn: boolean;
}

/** Of these, filters ask. */
const FILTERED: ReadonlySet<ImportPart> = new Set(['PHASE', 'OUTCOME', 'LABELS']);

/** What a store has to write so that an import is known as it was learnt. */
export function planRevision(known: Known, learnt: Learnt): RevisionPlan {
  const { position } = known;
  const labels = learnt.labels ?? known.labels;
  const hasNewLabels = learnt.labels !== undefined && !isSame(known.labels, labels);
  if (position === null && learnt.state === null) return { hasNewLabels, labels, next: null };
  const state = learnt.state === null ? known.state : asKept(learnt.state);
  const { hasNewRows } = learnt;
  const before = position === null ? null : { state: known.state, labels: known.labels };
  const changed = changedParts({ before, after: { state, labels }, hasNewRows });
  if (before !== null && changed.length === 0) return { hasNewLabels, labels, next: null };
  const revision = known.revision + 1;
  const isFirst = revision === 1;
  return {
    hasNewLabels,
    labels,
    next: {
      revision,
      state,
      changed,
      isObserved: isFirst || changed.some((part) => part !== 'LABELS'),
      isTurn: !isFirst && changed.some((part) => FILTERED.has(part)),
    },
  };
}

/** As it will be read again, so that like is compared with like. */
function asKept(state: ImportState): ImportState {
  return JSON.parse(JSON.stringify(state));
}
