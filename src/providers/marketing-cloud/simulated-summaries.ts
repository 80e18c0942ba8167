import { stageOf } from '../simulation.ts';
import type { SimulatedLoad } from '../simulation.ts';

/**
 * The properties that can be retrieved, in the order of the WSDL:
 * https://github.com/salesforce-marketingcloud/FuelSDK-PHP/blob/master/src/ET_Import.php
 */
export const RETRIEVABLE_PROPERTIES = [
  'Client.ID',
  'ID',
  'ObjectID',
  'ImportDefinitionCustomerKey',
  'StartDate',
  'EndDate',
  'DestinationID',
  'NumberSuccessful',
  'NumberDuplicated',
  'NumberErrors',
  'TotalRows',
  'ImportType',
  'ImportStatus',
  'TaskResultID',
] as const;

/** One ImportResultsSummary: the text of each property that is set. */
export type SimulatedSummary = Readonly<
  Partial<Record<(typeof RETRIEVABLE_PROPERTIES)[number], string>>
>;

export interface StartedLoad {
  readonly taskResultId: string;
  readonly customerKey: string;
  readonly load: SimulatedLoad;
  readonly startedAt: number;
}

/** How a load looks at an instant; null while the vendor does not show it yet. */
export function summaryOf(started: StartedLoad, now: number): SimulatedSummary | null {
  const { taskResultId, customerKey, load, startedAt } = started;
  const stage = stageOf(load, now - startedAt);
  const identity = {
    'Client.ID': '1234567',
    ID: taskResultId,
    ObjectID: `5c2f3b0e-0000-4000-8000-${taskResultId.padStart(12, '0')}`,
    ImportDefinitionCustomerKey: customerKey,
    DestinationID: `${customerKey}-destination`,
    ImportType: 'Data Extensions',
    TaskResultID: taskResultId,
  };
  if (stage.kind === 'absent') return null;
  if (stage.kind === 'queued') return { ...identity, ImportStatus: 'New' };
  const StartDate = vendorDate(startedAt + load.queuedForMs);
  if (stage.kind === 'running') {
    // Nothing says when the vendor shows IOWork; reading the file first is a guess.
    const ImportStatus = stage.fraction < 0.2 ? 'IOWork' : 'Processing';
    return { ...identity, StartDate, ImportStatus };
  }
  const EndDate = vendorDate(startedAt + load.queuedForMs + load.runsForMs);
  return { ...identity, StartDate, EndDate, ...endOf(load) };
}

function endOf({ ending, rows, failedRows }: SimulatedLoad): SimulatedSummary {
  if (ending === 'completed') {
    return {
      ImportStatus: 'Completed',
      NumberSuccessful: String(rows - failedRows),
      NumberDuplicated: '0',
      NumberErrors: String(failedRows),
      TotalRows: String(rows),
    };
  }
  // An import that fails as a whole, say for want of its file, writes nothing.
  return {
    ImportStatus: 'Error',
    NumberSuccessful: '0',
    NumberDuplicated: '0',
    NumberErrors: String(failedRows),
  };
}

const SIX_HOURS_MS = 6 * 60 * 60_000;

/** `10/16/2023 10:22:26 AM`, in Central Standard Time without daylight saving. */
function vendorDate(instant: number): string {
  const local = new Date(instant - SIX_HOURS_MS);
  const hour = local.getUTCHours();
  const day = `${local.getUTCMonth() + 1}/${local.getUTCDate()}/${local.getUTCFullYear()}`;
  const time = `${hour % 12 || 12}:${twoDigits(local.getUTCMinutes())}:${twoDigits(local.getUTCSeconds())}`;
  return `${day} ${time} ${hour < 12 ? 'AM' : 'PM'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
