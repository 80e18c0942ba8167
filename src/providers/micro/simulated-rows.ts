import { uuidOf } from '../simulated-ids.ts';
import type { SimulatedLoad } from '../simulation.ts';
import type { RowResultInput } from './wire.ts';

/** The rows of a simulated load, in the order of the request. */
export interface SimulatedRows {
  readonly total: number;
  /** How many of the first `count` rows fail. */
  failedAmong(count: number): number;
  listResults(): readonly RowResultInput[];
}

/** Made-up rows, their failures spread evenly over the load. `name` makes the record ids its own. */
export function makeRows({ rows, failedRows }: SimulatedLoad, name: string): SimulatedRows {
  const total = Math.max(0, rows);
  const failures = Math.min(Math.max(0, failedRows), total);
  const failedAmong = (count: number) =>
    total === 0 ? 0 : Math.floor((Math.min(count, total) * failures) / total);
  return {
    total,
    failedAmong,
    listResults: () =>
      Array.from({ length: total }, (_, index) => {
        const nth = failedAmong(index);
        return failedAmong(index + 1) > nth
          ? refusedRow(index, madeUpError(nth))
          : acceptedRow(index, `${name}/${index}`);
      }),
  };
}

/** Rows that somebody sent: each is accepted or refused by what it holds. */
export function readRows(objects: readonly unknown[], name: string): SimulatedRows {
  const results = objects.map((object, index) => {
    const error = findFault(object);
    return error === null ? acceptedRow(index, `${name}/${index}`) : refusedRow(index, error);
  });
  return {
    total: results.length,
    failedAmong: (count) =>
      results.slice(0, count).filter(({ error }) => error !== undefined).length,
    listResults: () => results,
  };
}

interface RowFault {
  readonly code: string;
  readonly message: string;
}

function acceptedRow(index: number, name: string): RowResultInput {
  const fate = index % 3;
  return {
    id: uuidOf(name),
    created: fate === 0,
    existing: fate !== 0,
    updated: fate === 1,
    input_index: index,
  };
}

function refusedRow(index: number, error: RowFault): RowResultInput {
  return { id: null, created: false, existing: false, updated: false, input_index: index, error };
}

const PEOPLE = ['sarah.chen', 'joão.silva', 'amélie.martin', 'o.okafor', 'li.wei'] as const;

/** The vendor publishes no error codes: these, and their messages, are made up. */
function madeUpError(nth: number): RowFault {
  const person = PEOPLE[nth % PEOPLE.length] ?? PEOPLE[0];
  const faults: readonly RowFault[] = [
    {
      code: 'invalid_value',
      message: `Property 'email': '${person}(at)example.com' is not a valid email address`,
    },
    { code: 'required', message: "Property 'full_name' is required" },
    {
      code: 'ambiguous_match',
      message: `2 records match email '${person}@example.com'`,
    },
    {
      code: 'invalid_value',
      message: `Property 'stage': 'Wonn ${nth}' is not one of the options`,
    },
  ];
  return faults[nth % faults.length] ?? { code: 'unknown', message: 'Unknown error' };
}

function findFault(object: unknown): RowFault | null {
  if (typeof object !== 'object' || object === null || !('default' in object)) {
    return { code: 'required', message: "An object needs its properties under 'default'" };
  }
  const properties = object.default;
  if (typeof properties !== 'object' || properties === null) {
    return { code: 'invalid_value', message: "'default' is not an object" };
  }
  if ('email' in properties && !isEmail(properties.email)) {
    const shown = JSON.stringify(properties.email);
    return {
      code: 'invalid_value',
      message: `Property 'email': ${shown} is not a valid email address`,
    };
  }
  return null;
}

function isEmail(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
}
