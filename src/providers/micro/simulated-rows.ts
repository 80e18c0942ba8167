import { uuidOf } from '../simulated-ids.ts';
import type { SimulatedLoad } from '../simulation.ts';
import type { RowResultInput } from './wire.ts';

/** The rows of a simulated load, in the order of the request. */
export interface SimulatedRows {
  readonly total: number;
  /** How many of the first `count` rows fail. */
  failedAmong(count: number): number;
  listResults(): Iterable<RowResultInput>;
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
    *listResults() {
      const idOf = recordIds(name);
      let failed = 0;
      for (let index = 0; index < total; index += 1) {
        if (failedAmong(index + 1) === failed) {
          yield acceptedRow(index, idOf(index));
        } else {
          yield refusedRow(index, madeUpError(failed));
          failed += 1;
        }
      }
    },
  };
}

/** Rows that somebody sent: each is accepted or refused by what it holds. */
export function readRows(objects: readonly unknown[], name: string): SimulatedRows {
  const idOf = recordIds(name);
  const results = objects.map((object, index) => {
    const error = findFault(object);
    return error === null ? acceptedRow(index, idOf(index)) : refusedRow(index, error);
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

const INDEX_DIGITS = 12;

/** The id of the record of each row: a hash per row would take most of the time of a long answer. */
function recordIds(name: string): (index: number) => string {
  const start = uuidOf(name).slice(0, -INDEX_DIGITS);
  return (index) => start + index.toString(16).padStart(INDEX_DIGITS, '0');
}

function acceptedRow(index: number, id: string): RowResultInput {
  const fate = index % 3;
  return {
    id,
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
const FAULTS: readonly ((person: string, nth: number) => RowFault)[] = [
  (person) => ({
    code: 'invalid_value',
    message: `Property 'email': '${person}(at)example.com' is not a valid email address`,
  }),
  () => ({ code: 'required', message: "Property 'full_name' is required" }),
  (person) => ({
    code: 'ambiguous_match',
    message: `2 records match email '${person}@example.com'`,
  }),
  (_, nth) => ({
    code: 'invalid_value',
    message: `Property 'stage': 'Wonn ${nth}' is not one of the options`,
  }),
];

function madeUpError(nth: number): RowFault {
  const person = PEOPLE[nth % PEOPLE.length] ?? PEOPLE[0];
  const fault = FAULTS[nth % FAULTS.length];
  return fault?.(person, nth) ?? { code: 'unknown', message: 'Unknown error' };
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
