import { findImportRef } from '../../domain/import.ts';
import { ROW_OUTCOMES } from '../../domain/row.ts';
import type { KeptRow, RowOutcome } from '../../domain/row.ts';
import type { Caller } from '../caller.ts';
import type { GraphServices } from '../context.ts';
import { viewFor } from '../view.ts';
import type { ImportRowAvailability, ImportRowsFormat } from '../generated/resolver-types.ts';
import { maySeeValues } from '../privacy.ts';
import { availabilityOfRows, countOf } from '../row-summary.ts';
import { csvHeader, csvLines } from './csv.ts';
import { ndjsonLines } from './ndjson.ts';
import { readPieces } from './pieces.ts';
import {
  importNotFound,
  invalidId,
  invalidOutcome,
  MISSING_SCOPE,
  REFUSALS,
  tooManyColumns,
  UNAUTHENTICATED,
  unknownFile,
} from './refusals.ts';
import type { Refusal } from './refusals.ts';

/** A file with the rows of an import. */
export interface RowsFile {
  readonly kind: 'file';
  readonly contentType: string;
  /** ASCII, safe anywhere. */
  readonly name: string;
  /** How much of the import's rows is held, whichever were asked for. */
  readonly availability: ImportRowAvailability;
  /**
   * Reads the rows and answers the file in pieces, none of it before it is asked for. Throws at the
   * end when the rows changed meanwhile: what was read is then no whole file.
   */
  pieces(): AsyncGenerator<string, void>;
}

export interface RowsRequest {
  readonly importId: string;
  /** `rows.csv` or `rows.ndjson`. */
  readonly file: string;
  /** Only rows that came out in one of these ways; every row when empty. */
  readonly outcomes: readonly string[];
  readonly caller: Caller;
}

interface FileFormat {
  readonly file: string;
  readonly contentType: string;
  header(columns: readonly string[]): string;
  lines(rows: readonly KeptRow[], columns: readonly string[]): string;
}

const FORMATS: Readonly<Record<ImportRowsFormat, FileFormat>> = {
  CSV: {
    file: 'rows.csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    header: csvHeader,
    lines: csvLines,
  },
  NDJSON: {
    file: 'rows.ndjson',
    contentType: 'application/x-ndjson; charset=utf-8',
    header: () => '',
    lines: ndjsonLines,
  },
};

/**
 * The held rows of an import as a file, in the vendor's order; reads only the ledger. A caller
 * without the scope `imports:rows` gets messages without values, no columns of the input in a CSV,
 * and `values: null` in NDJSON, where `valuesForm` still says in what form they are held.
 */
export async function findRowsFile(
  { importId, file, outcomes, caller }: RowsRequest,
  services: Pick<GraphServices, 'ledger' | 'watcher' | 'clock'>,
): Promise<RowsFile | Refusal> {
  if (!caller.isAuthenticated) return UNAUTHENTICATED;
  if (!caller.scopes.has('imports:read')) return MISSING_SCOPE;
  const { ledger, watcher } = viewFor(services, caller);
  const format = Object.values(FORMATS).find((known) => known.file === file);
  if (format === undefined) return unknownFile(file, filesOf(FORMATS));
  const ref = findImportRef(importId);
  if (ref === null) return invalidId(importId);
  const strange = outcomes.find((outcome) => !isOutcome(outcome));
  if (strange !== undefined) return invalidOutcome(strange);
  const wanted = outcomes.length === 0 ? null : [...new Set(outcomes.filter(isOutcome))];

  const known = (await ledger.findImports([importId])).get(importId);
  if (known === undefined) return importNotFound(importId);
  const held = (await ledger.findHeldRows([importId])).get(importId) ?? null;
  const provider = watcher.findProvider(ref.providerId);
  const availability = availabilityOfRows({ state: known.state, held, provider });
  const refuse = REFUSALS[availability];
  if (refuse !== null) return refuse(importId);
  const isTable = format === FORMATS.CSV && maySeeValues(caller);
  if (isTable && held?.hasMoreColumns === true) return tooManyColumns(importId);
  const columns = isTable ? (held?.columns ?? []) : [];
  return {
    kind: 'file',
    contentType: format.contentType,
    name: `${importId.replace(/[^\w.-]+/g, '_').slice(0, LONGEST_NAME)}-${format.file}`,
    availability,
    pieces: () =>
      readPieces({
        ledger,
        clock: services.clock,
        import: known,
        outcomes: wanted,
        expected: held === null ? 0 : countOf(held.kept, wanted),
        caller,
        header: format.header(columns),
        lines: (rows) => format.lines(rows, columns),
      }),
  };
}

export interface RowsPath {
  readonly importId: string;
  readonly format: ImportRowsFormat;
  readonly outcomes: readonly RowOutcome[];
}

/** Where a file is served, from the root of this service. */
export function rowsPath({ importId, format, outcomes }: RowsPath): string {
  const query = outcomes.map((outcome, at) => `${at === 0 ? '?' : '&'}outcome=${outcome}`);
  return `/imports/${encodeURIComponent(importId)}/${FORMATS[format].file}${query.join('')}`;
}

/** File systems end names at 255 bytes. */
const LONGEST_NAME = 200;

function filesOf(formats: typeof FORMATS): readonly string[] {
  return Object.values(formats).map(({ file }) => file);
}

function isOutcome(text: string): text is RowOutcome {
  return ROW_OUTCOMES.some((outcome) => outcome === text);
}
