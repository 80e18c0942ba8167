/** Reads one of the vendor's dates; null when it is absent or not surely one instant. */
export type InstantReader = (text: string | null) => number | null;

/** Whether this is a time zone that the system knows. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).formatToParts(0).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Makes a reader of `10/16/2023 10:22:26 AM` (the format of the sibling REST API:
 * https://github.com/JakeJP/Salesforce.MCE.REST) and of ISO 8601. A date that names no zone is
 * local time in `timeZone`; a local time that the zone skips or has twice is not read.
 */
export function createInstantReader(timeZone: string): InstantReader {
  const toInstant = createLocalTimeReader(timeZone);
  return (text) => {
    if (text === null) return null;
    const iso = ISO.exec(text.trim())?.groups;
    if (iso !== undefined) {
      const local = localTimeOf(iso, Number(iso['hour']));
      if (local === null) return null;
      return iso['zone'] === undefined ? toInstant(local) : withOffset(local, iso['zone']);
    }
    const american = AMERICAN.exec(text.trim())?.groups;
    if (american === undefined) return null;
    const local = localTimeOf(american, hourOf24(american));
    return local === null ? null : toInstant(local);
  };
}

type Fields = Readonly<Record<string, string | undefined>>;

const AMERICAN =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})\s(?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2})\s(?<half>[AP])M$/i;
const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})[T ](?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d{2}:\d{2})?$/;

// .NET, which the vendor runs on, writes 1/1/0001 12:00:00 AM for "no date".
const FIRST_YEAR = 1900;

function hourOf24({ hour, half }: Fields): number {
  const clock = Number(hour);
  if (clock < 1 || clock > 12) return Number.NaN;
  return (clock % 12) + (half?.toUpperCase() === 'P' ? 12 : 0);
}

/** A local time as if it were UTC; null when there is no such day or hour. */
function localTimeOf(fields: Fields, hour: number): number | null {
  const year = Number(fields['year']);
  const month = Number(fields['month']);
  const day = Number(fields['day']);
  const minute = Number(fields['minute']);
  const second = Number(fields['second']);
  const ms = Number((fields['fraction'] ?? '').slice(0, 3).padEnd(3, '0'));
  const local = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  if (year < FIRST_YEAR || Number.isNaN(local)) return null;
  // Date.UTC carries over: February 30 becomes March 2.
  const date = new Date(local);
  const isReal =
    date.getUTCMonth() === month - 1 &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isReal ? local : null;
}

function withOffset(local: number, zone: string): number | null {
  if (zone === 'Z') return local;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return null;
  const offset = (hours * 60 + minutes) * 60_000;
  return zone.startsWith('-') ? local + offset : local - offset;
}

const DAY_MS = 24 * 60 * 60_000;

function createLocalTimeReader(timeZone: string): (local: number) => number | null {
  let format: Intl.DateTimeFormat | null = null;
  // Costs many milliseconds, and most processes start without such a date to read.
  const createFormat = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  /** How far the zone's clock is ahead of UTC at an instant. */
  const offsetAt = (instant: number): number => {
    const seconds = Math.floor(instant / 1000) * 1000;
    format ??= createFormat();
    const parts = new Map(format.formatToParts(seconds).map(({ type, value }) => [type, value]));
    const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const shown = Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second'),
    );
    return shown - seconds;
  };
  return (local) => {
    // A zone changes its offset at most once in two days: one of these two is in force.
    const offsets = new Set([offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)]);
    const instants: number[] = [];
    for (const offset of offsets) {
      if (offsetAt(local - offset) === offset) instants.push(local - offset);
    }
    const [only, ...others] = instants;
    return only === undefined || others.length > 0 ? null : only;
  };
}
