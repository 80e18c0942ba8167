import { table } from '../table.ts';
import type { Counts } from './counts.ts';

/**
 * `same each`: as much is due for each replica, so that four have four times as much. `shared`: what is due
 * is what four have then, however many they are. `all due`: more than can be done.
 */
export const LOADS = ['same each', 'shared', 'all due'] as const;

/** What so many replicas came to. */
export interface Measured {
  readonly load: (typeof LOADS)[number];
  readonly replicas: number;
  readonly seconds: number;
  readonly total: Counts;
  readonly databaseCpuMs: number;
  /** Looks at an import that another look had just been made at. */
  readonly doubled: number;
  /** How far behind the schedule imports were claimed, sorted. */
  readonly lagMs: readonly number[];
}

const HEAD = [
  '',
  'looks/s',
  'replica CPU/look',
  'database CPU/look',
  'wait for store/look',
  'questions/look',
  'claimed/claim',
  'revisions/look',
  'lag median',
  'lag p99',
  'doubled',
];

export function reportScale(results: readonly Measured[]): string {
  const rows = results.map((result) => {
    const { load, replicas, seconds, total, databaseCpuMs, doubled, lagMs } = result;
    const perLook = (value: number): string => `${(value / total.looks).toFixed(3)} ms`;
    return [
      `${load}, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`,
      (total.looks / seconds).toFixed(0),
      perLook(total.cpuMs),
      perLook(databaseCpuMs),
      perLook(total.storeMs),
      (total.questions / total.looks).toFixed(2),
      (total.claimed / total.claims).toFixed(1),
      (total.revisions / total.looks).toFixed(2),
      `${at(lagMs, 0.5)} ms`,
      `${at(lagMs, 0.99)} ms`,
      String(doubled),
    ];
  });
  return `\n${table([HEAD, ...rows])}\n${table([['CPU per look, beside one replica', 'measured', 'target'], ...growth(results)])}`;
}

function growth(results: readonly Measured[]): readonly (readonly string[])[] {
  return results.flatMap((result) => {
    const one = results.find(({ load, replicas }) => load === result.load && replicas === 1);
    if (one === undefined || result === one) return [];
    const ratio = cpuPerLook(result) / cpuPerLook(one);
    return [[`${result.load}, ${result.replicas} replicas`, ratio.toFixed(2), '<= 1.2']];
  });
}

/** Of the replicas and of the database together. */
function cpuPerLook({ total, databaseCpuMs }: Measured): number {
  return (total.cpuMs + databaseCpuMs) / total.looks;
}

function at(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? '-' : String(Math.round(value));
}
