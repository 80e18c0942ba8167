import { stripValues } from '../domain/cause.ts';
import { isFailed } from '../domain/row.ts';
import type { KeptRow } from '../domain/row.ts';
import type { Caller } from './context.ts';

/** Whether a caller may see what stood in a row: its values, and texts that may quote them. */
export function maySeeValues({ scopes }: Caller): boolean {
  return scopes.has('imports:rows');
}

/** A text of the vendor's that may quote a row, as a caller may see it. */
export function visibleText(text: string, caller: Caller): string {
  return maySeeValues(caller) ? text : stripValues(text);
}

/** The same; null stays null. */
export function visibleTextOrNull(text: string | null, caller: Caller): string | null {
  return text === null ? null : visibleText(text, caller);
}

/** A row as a caller may see it; in which form its values are held is no secret. */
export function visibleRow(row: KeptRow, caller: Caller): KeptRow {
  if (!isFailed(row) || maySeeValues(caller)) return row;
  const { failure } = row;
  return {
    ...row,
    failure: {
      ...failure,
      message: visibleText(failure.message, caller),
      detail: visibleTextOrNull(failure.detail, caller),
      values: null,
    },
  };
}
