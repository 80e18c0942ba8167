import { setImmediate } from 'node:timers/promises';
import type { ImportRef } from '../domain/import.ts';
import { findSize } from '../domain/row-values.ts';
import type { ImportRow } from '../domain/row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lease } from '../ledger/look-ledger.ts';
import type { OpenCapture } from '../ledger/row-ledger.ts';
import type { RowSink, RowsPage } from '../providers/provider.ts';
import { placeText } from './place.ts';
import type { Place } from './place.ts';
import type { RowGuard } from './row-guard.ts';

/** How the rows of a provider's imports are kept. */
export interface RowKeeping {
  readonly ledger: Ledger;
  readonly guard: RowGuard;
  /** The most failed rows that are kept of an import, and the most others. */
  readonly maxRows: number;
  readonly now: () => number;
  /** Says that the look goes on, so that nobody else begins one. */
  readonly renewLease: (lease: Lease) => Promise<void>;
}

/**
 * So many rows are written in one transaction, or so many that they have about so many characters.
 * A thousand live long enough to be copied by every garbage collection: that takes a sixth more time
 * and three times the memory.
 */
const MOST_ROWS = 500;
const MOST_CHARACTERS = 1_048_576;
const CHARACTERS_A_ROW = 100;

/** Rows that come this slowly are written before there are so many. */
const SLOW_AFTER_MS = 10_000;

/** So many rows are made fit to be kept before others have their turn. */
const ROWS_A_TURN = 20;

/**
 * Somebody else recorded the import while its rows were being read: what was read is of no use, and
 * no fault of anybody's.
 */
export class CaptureLostError extends Error {
  override readonly name = 'CaptureLostError';
}

/** Keeps the rows that come along with one look, in a capture that is begun when the first come. */
export class RowKeeper implements RowSink {
  readonly #ref: ImportRef;
  /** Null when nobody looks: a response was handed in. */
  readonly #lease: Lease | null;
  readonly #keeping: RowKeeping;
  #waiting = new Batch();
  #capture: OpenCapture | null = null;
  #isHandedOver = false;
  #flushedAt: number;

  constructor(ref: ImportRef, lease: Lease | null, keeping: RowKeeping) {
    this.#flushedAt = keeping.now();
    this.#ref = ref;
    this.#lease = lease;
    this.#keeping = keeping;
  }

  async write(rows: readonly ImportRow[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      this.#waiting.add(this.#keeping.guard.row(row));
      if (this.#waiting.isFull || this.#isSlow()) await this.#flush();
      else if ((index + 1) % ROWS_A_TURN === 0) await setImmediate();
    }
  }

  /** The capture with everything that was written; null when nothing was. */
  async finish(): Promise<OpenCapture | null> {
    if (this.#waiting.rows.length > 0) await this.#flush();
    return this.#capture;
  }

  /** The ledger knows what to do with the capture from here on. */
  handOver(): void {
    this.#isHandedOver = true;
  }

  /** Gives the capture up, unless it was handed over. */
  async close(): Promise<void> {
    if (this.#capture === null || this.#isHandedOver) return;
    await this.#keeping.ledger.dropCapture(this.#capture.id);
  }

  /** Each batch makes the lease last longer. */
  #isSlow(): boolean {
    return this.#keeping.now() >= this.#flushedAt + SLOW_AFTER_MS;
  }

  async #flush(): Promise<void> {
    const { ledger, now } = this.#keeping;
    const { rows } = this.#waiting;
    this.#flushedAt = now();
    this.#waiting = new Batch();
    this.#capture ??= await ledger.openCapture(this.#ref, now());
    this.#capture = await addRows(this.#keeping, {
      lease: this.#lease,
      capture: this.#capture,
      rows,
      next: null,
      totalFailed: null,
    });
  }
}

/** Rows that are written together. */
class Batch {
  readonly rows: ImportRow[] = [];
  #characters = 0;

  add(row: ImportRow): void {
    this.rows.push(row);
    const { failure } = row;
    this.#characters += CHARACTERS_A_ROW;
    if (failure === null) return;
    this.#characters += failure.message.length + (failure.detail?.length ?? 0);
    if (failure.values !== null) this.#characters += findSize(failure.values) ?? 0;
  }

  get isFull(): boolean {
    return this.rows.length >= MOST_ROWS || this.#characters >= MOST_CHARACTERS;
  }
}

interface AddedRows {
  readonly lease: Lease | null;
  readonly capture: OpenCapture;
  /** Guarded already. */
  readonly rows: readonly ImportRow[];
  readonly next: string | null;
  readonly totalFailed: number | null;
}

/** A page of a vendor's list, and where it was found. */
export interface PageToKeep {
  readonly lease: Lease;
  readonly capture: OpenCapture;
  readonly page: RowsPage;
  readonly place: Place;
}

/**
 * Keeps a page in batches, so that a long one holds nobody up. What is kept says how far it is: a
 * process that ends in the middle of a page goes on there. Throws a `CaptureLostError`.
 */
export async function keepPage(
  keeping: RowKeeping,
  { lease, capture: begun, page, place }: PageToKeep,
): Promise<OpenCapture> {
  const { totalFailed } = page;
  let capture = begun;
  let batch = new Batch();
  let { skip } = place;
  for (const row of page.rows.slice(skip)) {
    batch.add(keeping.guard.row(row));
    skip += 1;
    if (batch.isFull && skip < page.rows.length) {
      const next = placeText({ ...place, skip });
      capture = await addRows(keeping, { lease, capture, rows: batch.rows, next, totalFailed });
      batch = new Batch();
    } else if (skip % ROWS_A_TURN === 0) await setImmediate();
  }
  const { next } = page;
  return addRows(keeping, { lease, capture, rows: batch.rows, next, totalFailed });
}

/** Adds rows to a capture and lets others have their turn. Throws a `CaptureLostError`. */
async function addRows(
  { ledger, maxRows, renewLease }: RowKeeping,
  { lease, ...addition }: AddedRows,
): Promise<OpenCapture> {
  const added = await ledger.addRows({ ...addition, limit: maxRows });
  if (added === null) throw new CaptureLostError('the rows are being read by somebody else');
  if (lease !== null) await renewLease(lease);
  await setImmediate();
  return added;
}
