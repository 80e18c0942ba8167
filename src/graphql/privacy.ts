import { stripValues } from '../domain/cause.ts';
import { isFailed } from '../domain/row.ts';
import type { KeptRow, RowFailure } from '../domain/row.ts';
import { findTexts } from '../domain/row-values.ts';
import type { Caller } from './caller.ts';

/** Whether a caller may see what stood in a row: its values, and texts that may quote them. */
export function maySeeValues({ scopes }: Caller): boolean {
  return scopes.has('imports:rows');
}

/** A text of the vendor's that may quote a row, as a caller may see it. */
export function visibleText(text: string, caller: Caller): string {
  return maySeeValues(caller) ? text : withoutValues(text, []);
}

/** The same; null stays null. */
export function visibleTextOrNull(text: string | null, caller: Caller): string | null {
  return text === null ? null : visibleText(text, caller);
}

/** Why a row failed, as a caller may see it; in which form its values are held is no secret. */
export function visibleFailure(failure: RowFailure, caller: Caller): RowFailure {
  if (maySeeValues(caller)) return failure;
  const known = failure.values === null ? [] : findTexts(failure.values);
  return {
    ...failure,
    message: withoutValues(failure.message, known),
    detail: failure.detail === null ? null : withoutValues(failure.detail, known),
    values: null,
  };
}

/** A row as a caller may see it. */
export function visibleRow(row: KeptRow, caller: Caller): KeptRow {
  return isFailed(row) ? { ...row, failure: visibleFailure(row.failure, caller) } : row;
}

/** More of a text is not searched, and not shown. */
const MOST_SEARCHED = 8_000;

/** `known` are the values of the row; null for too many to look for. */
function withoutValues(text: string, known: readonly string[] | null): string {
  if (known === null) return '…';
  const stripped = stripValues(text.slice(0, MOST_SEARCHED), known);
  return text.length > MOST_SEARCHED ? `${stripped}…` : stripped;
}
