/** Where a capture is in its vendor's list: at a page, or behind so many rows of one. */
export interface Place {
  /** As the vendor's page before said; null for the first. */
  readonly next: string | null;
  readonly skip: number;
}

const PLACE = /^behind (\d+) rows of (.*)$/s;

/** Reads a place as the ledger keeps it. */
export function placeOf(text: string | null): Place {
  const [, skip, next] = text === null ? [] : (PLACE.exec(text) ?? []);
  if (skip === undefined) return { next: text, skip: 0 };
  return { next: next === undefined || next === '' ? null : next, skip: Number(skip) };
}

export function placeText({ next, skip }: Place): string {
  return `behind ${skip} rows of ${next ?? ''}`;
}
