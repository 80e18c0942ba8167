import { setImmediate } from 'node:timers/promises';
import type { ImportRef } from '../domain/import.ts';
import type { ImportRow } from '../domain/row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OpenCapture } from '../ledger/row-ledger.ts';
import type { RowSink } from '../providers/provider.ts';
import type { RowGuard } from './row-guard.ts';

/** How the rows of a provider's imports are kept. */
export interface RowKeeping {
  readonly ledger: Ledger;
  readonly guard: RowGuard;
  /** The most failed rows that are kept of an import, and the most others. */
  readonly maxRows: number;
  readonly now: () => number;
  /** Says that the look goes on, so that nobody else begins one. */
  readonly renewLease: (ref: ImportRef) => Promise<void>;
}

/** So many rows are written in one transaction. */
const BATCH = 1_000;

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
  readonly #keeping: RowKeeping;
  #waiting: ImportRow[] = [];
  #capture: OpenCapture | null = null;
  #isHandedOver = false;

  constructor(ref: ImportRef, keeping: RowKeeping) {
    this.#ref = ref;
    this.#keeping = keeping;
  }

  async write(rows: readonly ImportRow[]): Promise<void> {
    const { guard } = this.#keeping;
    for (const row of rows) this.#waiting.push(guard.row(row));
    let start = 0;
    for (; this.#waiting.length - start >= BATCH; start += BATCH) {
      await this.#add(this.#waiting.slice(start, start + BATCH));
    }
    if (start > 0) this.#waiting = this.#waiting.slice(start);
  }

  /** The capture with everything that was written; null when nothing was. */
  async finish(): Promise<OpenCapture | null> {
    if (this.#waiting.length > 0) await this.#add(this.#waiting);
    this.#waiting = [];
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

  async #add(rows: readonly ImportRow[]): Promise<void> {
    const { ledger, now } = this.#keeping;
    this.#capture ??= await ledger.openCapture(this.#ref, now());
    this.#capture = await addRows(this.#keeping, {
      ref: this.#ref,
      capture: this.#capture,
      rows,
      next: null,
      totalFailed: null,
    });
  }
}

export interface AddedRows {
  readonly ref: ImportRef;
  readonly capture: OpenCapture;
  /** Guarded already. */
  readonly rows: readonly ImportRow[];
  readonly next: string | null;
  readonly totalFailed: number | null;
}

/** Adds rows to a capture and lets others have their turn. Throws a `CaptureLostError`. */
export async function addRows(
  { ledger, maxRows, renewLease }: RowKeeping,
  { ref, ...addition }: AddedRows,
): Promise<OpenCapture> {
  const added = await ledger.addRows({ ...addition, limit: maxRows });
  if (added === null) throw new CaptureLostError('the rows are being read by somebody else');
  await renewLease(ref);
  await setImmediate();
  return added;
}
