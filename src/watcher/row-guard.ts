import { createHmac } from 'node:crypto';
import { replaceValues, stripValues } from '../domain/cause.ts';
import type { JobError } from '../domain/job.ts';
import type { Observation } from '../domain/observation.ts';
import type { ImportedResource } from '../domain/resource.ts';
import type { ImportRow, RowFailure } from '../domain/row.ts';
import { findTexts, findSize, mapLeaves } from '../domain/row-values.ts';
import type { RowValues } from '../domain/row-values.ts';

/**
 * What is kept of the input of failed rows and of what quotes it: all of it, nothing, or a keyed
 * hash of each value, so that the same value can be matched and not read.
 */
export type RowValuesPolicy =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hash'; readonly key: string };

/** What stands between a vendor and the ledger: nothing of a row is kept that did not pass it. */
export interface RowGuard {
  row(row: ImportRow): ImportRow;
  /** What is said of a job and of its parts may quote a row, too. */
  observation(observation: Observation): Observation;
}

/** What becomes of a text that may quote values: those that are known; null when they are too many. */
type GuardText = (text: string, known: readonly string[] | null) => string;

/** Characters; what is longer ends with `…`. */
const LONGEST_MESSAGE = 4_000;
const LONGEST_DETAIL = 16_000;
const LONGEST_WORD = 400;

export function createRowGuard(policy: RowValuesPolicy): RowGuard {
  const guardText = textGuardOf(policy);
  const guardValues = valuesGuardOf(policy);

  function failure(given: RowFailure): RowFailure {
    const { code, message, detail, values } = given;
    const known = values === null || policy.kind === 'keep' ? [] : findTexts(values);
    return {
      code: code === null ? null : cut(code, LONGEST_WORD),
      message: cut(guardText(message, known), LONGEST_MESSAGE),
      detail: detail === null ? null : cut(guardText(detail, known), LONGEST_DETAIL),
      ...(values === null ? { values, valuesForm: given.valuesForm } : guardValues(values)),
    };
  }

  function jobError(error: JobError | null): JobError | null {
    if (error === null) return null;
    const { message, detail } = error;
    return {
      ...error,
      message: guardText(message, []),
      detail: detail === null ? null : guardText(detail, []),
    };
  }

  function resource(part: ImportedResource): ImportedResource {
    return { ...part, error: jobError(part.error), categories: part.categories.map(resource) };
  }

  return {
    row: (row) => {
      const { recordId } = row;
      const isLong = recordId !== null && recordId.length > LONGEST_WORD;
      if (row.failure === null && !isLong) return row;
      return {
        ...row,
        recordId: isLong ? cut(recordId, LONGEST_WORD) : recordId,
        failure: row.failure === null ? null : failure(row.failure),
      };
    },
    observation: (seen) => {
      if (policy.kind === 'keep') return seen;
      const { job, resources } = seen;
      return {
        ...seen,
        job: {
          ...job,
          message: job.message === null ? null : guardText(job.message, []),
          error: jobError(job.error),
        },
        resources: resources.map(resource),
      };
    },
  };
}

function textGuardOf(policy: RowValuesPolicy): GuardText {
  if (policy.kind === 'keep') return (text) => text;
  if (policy.kind === 'drop') return guardedWith(stripValues);
  const hash = hashOf(policy.key);
  return guardedWith((text, known) => replaceValues(text, hash, known));
}

/** More of a text is not searched for values, so that a megabyte of it stops nobody. */
const MOST_SEARCHED = 32_000;

const QUOTE = /["'“‘]/;

/** One that is no apostrophe. */
const OPEN_QUOTE = /["“‘]|(?<=(?<!\w)[bru]?)'(?=\S)/i;

/** A value that was cut through has no end to find it by: nothing after its beginning is kept. */
function guardedWith(guard: (text: string, known: readonly string[]) => string): GuardText {
  return (text, known) => {
    if (known === null) return '…';
    const end = findEnd(text, known);
    const isCut = end < text.length;
    const guarded = guard(text.slice(0, end), known);
    const open = guarded.search(isCut ? QUOTE : OPEN_QUOTE);
    if (open >= 0) return `${guarded.slice(0, open)}…`;
    return isCut ? `${guarded}…` : guarded;
  };
}

/** So often a place to cut a text at is looked for; a text that has none repeats itself. */
const MOST_TRIES = 100;

/** How much of a text can be searched without cutting through a word, or a value that is known. */
function findEnd(text: string, known: readonly string[]): number {
  if (text.length <= MOST_SEARCHED) return text.length;
  let end = wordStart(text, MOST_SEARCHED);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const at = findCutThrough(text, end, known);
    if (at === null) return end;
    end = wordStart(text, at);
  }
  return 0;
}

/** The beginning of a known value that goes on beyond a place in a text; null when none does. */
function findCutThrough(text: string, end: number, known: readonly string[]): number | null {
  for (const value of known) {
    const from = Math.max(0, end - value.length + 1);
    const at = text.slice(from, end + value.length - 1).indexOf(value);
    if (at >= 0) return from + at;
  }
  return null;
}

function wordStart(text: string, end: number): number {
  return text.slice(0, end).lastIndexOf(' ') + 1;
}

function valuesGuardOf(
  policy: RowValuesPolicy,
): (values: RowValues) => Pick<RowFailure, 'values' | 'valuesForm'> {
  if (policy.kind === 'drop') return () => ({ values: null, valuesForm: 'DROPPED' });
  const hash = policy.kind === 'hash' ? hashOf(policy.key) : null;
  return (values) => {
    if (findSize(values) === null) return { values: null, valuesForm: 'OVERSIZED' };
    if (hash === null) return { values, valuesForm: 'VERBATIM' };
    return { values: mapLeaves(values, hash), valuesForm: 'HASHED' };
  };
}

const HASH_BYTES = 12;

/** The same for the same value, also when one is a number and the other its text in a message. */
function hashOf(key: string): (value: string) => string {
  return (value) => {
    const digest = createHmac('sha256', key).update(value).digest();
    return `#${digest.subarray(0, HASH_BYTES).toString('base64url')}`;
  };
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
