import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd } from './at-end.ts';
import { at, until } from './world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The service as people run it: a process of its own. */
export interface Service {
  readonly process: ChildProcessWithoutNullStreams;
  /** The lines of its log so far. */
  readonly log: readonly string[];
  /** What it wrote to stderr so far. */
  readonly errors: () => string;
}

/** Starts the service in a folder that has its configuration; it is gone when the test ends. */
export function startService(
  t: TestContext,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Service {
  const { ENTRY = MAIN, ...others } = environment;
  const child = spawn(process.execPath, [ENTRY], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', ...others },
  });
  atEnd(t, () => void child.kill('SIGKILL'));
  const log: string[] = [];
  createInterface(child.stdout).on('line', (line) => log.push(line));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { process: child, log, errors: () => errors };
}

/** Where it listens, once it does. */
export async function urlOf(service: Service): Promise<string> {
  await until(() => service.log.some(isListening) || service.process.exitCode !== null);
  assert.equal(service.process.exitCode, null, service.errors());
  return String(at(JSON.parse(service.log.find(isListening) ?? ''), 'url'));
}

function isListening(line: string): boolean {
  return line.includes('"msg":"listening"');
}
