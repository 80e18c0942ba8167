import { haveSeenTheSame } from './cohort.ts';
import type { Cohort } from './cohort.ts';

/** Who is a member of one cohort at a time. */
interface Standing<Member> {
  cohort: Cohort<Member>;
}

/** The cohorts of one broadcast that are not being read for. One that moves is nobody's to join. */
export class Cohorts<Member extends Standing<Member>> {
  readonly #cohorts = new Set<Cohort<Member>>();

  /** Puts a cohort where it is read; with those that have seen the same, if there are any. */
  place(cohort: Cohort<Member>): void {
    if (cohort.members.size === 0) return;
    for (const other of this.#cohorts) {
      if (!haveSeenTheSame(cohort, other)) continue;
      this.#cohorts.delete(other);
      this.#cohorts.add(merge(cohort, other));
      return;
    }
    this.#cohorts.add(cohort);
  }

  /** Whether there is one to take. */
  has(isDue: (cohort: Cohort<Member>) => boolean): boolean {
    for (const cohort of this.#cohorts) {
      if (cohort.members.size === 0 || isDue(cohort)) return true;
    }
    return false;
  }

  /** Takes one out that is due; those that everybody left go with it. */
  take(isDue: (cohort: Cohort<Member>) => boolean): Cohort<Member> | null {
    for (const cohort of this.#cohorts) {
      const isEmpty = cohort.members.size === 0;
      if (!isEmpty && !isDue(cohort)) continue;
      this.#cohorts.delete(cohort);
      if (!isEmpty) return cohort;
    }
    return null;
  }
}

/** The fewer join the more. */
function merge<Member extends Standing<Member>>(
  one: Cohort<Member>,
  other: Cohort<Member>,
): Cohort<Member> {
  const [from, to] = one.members.size > other.members.size ? [other, one] : [one, other];
  for (const member of from.members) {
    member.cohort = to;
    to.members.add(member);
  }
  to.readAt = Math.min(from.readAt, to.readAt);
  to.hasMore ||= from.hasMore;
  return to;
}
