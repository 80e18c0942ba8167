import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const PEERS = new URL('./peers/', import.meta.url);
const LOCK = new URL('package-lock.json', PEERS);
/** npm writes this file last, so it stands for a whole install. */
const INSTALLED = new URL('node_modules/.package-lock.json', PEERS);

/** Makes what a container runs: what is measured is the source as it is now. */
export async function buildService(): Promise<void> {
  await npm(['run', '--silent', 'build'], ROOT);
}

/** Installs what the service is compared with, unless the locked versions are there already. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  say('installing the peers, once: bench/peers');
  await npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], PEERS);
}

async function npm(args: readonly string[], folder: URL): Promise<void> {
  const path = fileURLToPath(folder);
  // Said outright, because npm looks at the environment of the npm that runs us before its folder.
  const child = spawn('npm', ['--prefix', path, ...args], {
    cwd: path,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${path} exited with code ${code}`);
}
