import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';

/** Where in the configuration something is read, and where what is wrong with it is put. */
export interface Reading {
  readonly problems: ConfigProblem[];
  readonly path: readonly PropertyKey[];
}

export function collect(parsed: z.ZodSafeParseResult<unknown>, { problems, path }: Reading): void {
  for (const issue of parsed.error?.issues ?? []) {
    problems.push({ key: keyOf([...path, ...issue.path]), message: issue.message });
  }
}

export function keyOf(path: readonly PropertyKey[]): string {
  let key = '';
  for (const part of path) {
    if (typeof part === 'number') key += `[${part}]`;
    else key += key === '' ? String(part) : `.${String(part)}`;
  }
  return key === '' ? '(whole file)' : key;
}
