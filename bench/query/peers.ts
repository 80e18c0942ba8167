import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);
const LOCK = new URL('package-lock.json', FOLDER);
/** npm writes this file last, so it stands for a whole install. */
const INSTALLED = new URL('node_modules/.package-lock.json', FOLDER);

/** Installs what the service is compared with, unless the locked versions are there already. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  say('installing the peers, once: bench/peers');
  const folder = fileURLToPath(FOLDER);
  const npm = spawn(
    'npm',
    ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`npm could not install bench/peers: exit code ${code}`);
}
