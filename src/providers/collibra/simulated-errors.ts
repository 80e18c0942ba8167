import type { z } from 'zod';
import { uuidOf } from '../simulated-ids.ts';
import { stageOf } from '../simulation.ts';
import { countFailed, failedTypeAt } from './simulated-job.ts';
import type { StartedLoad } from './simulated-job.ts';
import type { ImportErrors } from './wire.ts';

type ErrorsBody = z.input<typeof ImportErrors> & { readonly limit: number };
export type ErrorBody = NonNullable<ErrorsBody['results'][number]>;

/** Errors in the vendor's order. */
export interface ErrorList {
  readonly total: number;
  /** Those from one place up to, but not with, another. */
  slice(from: number, to: number): ErrorBody[];
}

export function listOf(errors: readonly ErrorBody[]): ErrorList {
  return { total: errors.length, slice: (from, to) => errors.slice(from, to) };
}

/** The errors of a load, each made up when it is asked for; null until the load has ended. */
export function findErrors(started: StartedLoad, now: number): ErrorList | null {
  if (stageOf(started.load, now - started.startedAt).kind !== 'ended') return null;
  const total = countFailed(started.load);
  return {
    total,
    slice: (from, to) => {
      const length = Math.max(0, Math.min(to, total) - from);
      return Array.from({ length }, (_, nth) => errorAt(from + nth, started));
    },
  };
}

const LARGEST_PAGE = 1_000;

/** The page that `offset`, `limit` and `countLimit` ask for; null when they ask for none. */
export function findErrorsPage(errors: ErrorList, query: URLSearchParams): ErrorsBody | null {
  const offset = Number(query.get('offset') ?? 0);
  const asked = Number(query.get('limit') ?? 0);
  const countLimit = Number(query.get('countLimit') ?? -1);
  if (![offset, asked, countLimit].every(Number.isSafeInteger)) return null;
  if (offset < 0 || asked < 0 || asked > LARGEST_PAGE) return null;
  const limit = asked === 0 ? LARGEST_PAGE : asked;
  return {
    total: countLimit < 0 ? errors.total : Math.min(errors.total, countLimit),
    offset,
    limit,
    results: errors.slice(offset, offset + limit),
  };
}

/** Every tenth command stands in the file twice. */
const TWICE_EVERY = 10;

function errorAt(index: number, { id, load }: StartedLoad): ErrorBody {
  const total = countFailed(load);
  const resourceType = failedTypeAt(index, total);
  const causes = CAUSES[resourceType];
  const cause = causes[index % causes.length] ?? causes[0];
  const command = Math.floor((index * load.rows) / total) + 1;
  const isTwice = index % TWICE_EVERY === 0 && command < load.rows;
  return {
    errorType: cause.errorType,
    resourceType,
    errorMessage: cause.messageOf(index),
    command: {
      indices: isTwice ? [command, command + 1] : [command],
      identifier: cause.identifies === 'id' ? uuidOf(`${id} ${index}`) : identifierOf(index),
    },
  };
}

/** A command that names what it is about by its name and place, as the vendor's guides do. */
function identifierOf(index: number): string {
  const domain = { name: DOMAINS[index % DOMAINS.length], community: { name: 'Sales' } };
  return JSON.stringify({ name: `Customer ${index + 1}`, domain });
}

const DOMAINS = ['Business Glossary', 'CRM Tables', 'Reports'];

interface Cause {
  readonly errorType: 'VALIDATION' | 'RUNTIME';
  readonly identifies: 'id' | 'name';
  readonly messageOf: (index: number) => string;
}

type FailedType = ReturnType<typeof failedTypeAt>;

/**
 * Most in the words of the vendor's table of messages:
 * https://developer.collibra.com/rest/import-api/Content/API/ImportAPIv2/ref_import-api-troubleshooting.htm
 */
const CAUSES: Readonly<Record<FailedType, readonly [Cause, ...Cause[]]>> = {
  ASSET: [
    {
      errorType: 'VALIDATION',
      identifies: 'name',
      messageOf: () => 'No asset type matches the specified criteria.',
    },
    {
      errorType: 'RUNTIME',
      identifies: 'id',
      messageOf: () => 'More than one asset matches the specified criteria.',
    },
    {
      errorType: 'VALIDATION',
      identifies: 'name',
      messageOf: () => 'Specify the criteria for identifying the domain.',
    },
  ],
  ATTRIBUTE: [
    {
      errorType: 'VALIDATION',
      identifies: 'name',
      messageOf: (index) =>
        `The value "31.02.${2000 + (index % 30)}" is not valid for the attribute type "Effective date".`,
    },
    {
      errorType: 'RUNTIME',
      identifies: 'id',
      messageOf: () => 'No attribute type matches the specified criteria.',
    },
  ],
  RELATION: [
    {
      errorType: 'RUNTIME',
      identifies: 'id',
      messageOf: () => 'More than one relation type matches the specified criteria.',
    },
    {
      errorType: 'VALIDATION',
      identifies: 'name',
      messageOf: () => 'No asset matches the specified criteria.',
    },
  ],
};
