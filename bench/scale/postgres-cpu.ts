import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';

/** The kernel counts hundredths of a second. */
const MS_PER_TICK = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly ticks: number;
  /** Of its children that have ended. */
  readonly endedTicks: number;
}

/** The process that all processes of this server are children of. */
export async function findPostmaster(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const times = timesOf(String(rows[0]?.pid));
    if (times === null) throw new Error('the server is not on this machine');
    return times.parent;
  } finally {
    await client.end();
  }
}

/** The processor time that a server and all its processes have used, in milliseconds. */
export function postgresCpuMs(postmaster: number): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const times = timesOf(pid);
    if (times?.parent === postmaster) ticks += times.ticks;
    else if (times !== null && Number(pid) === postmaster) ticks += times.ticks + times.endedTicks;
  }
  return ticks * MS_PER_TICK;
}

/** Null when it has ended meanwhile. */
function timesOf(pid: string): ProcessTimes | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The program's name comes before the last bracket and may hold spaces; see proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [
    1, 11, 12, 13, 14,
  ].map((at) => Number(fields[at]));
  return { parent, ticks: user + system, endedTicks: endedUser + endedSystem };
}
