import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALL_PROVIDERS } from '../src/providers/all.ts';

/** A layer may import from itself and from the layers listed with it, nothing else. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  providers: ['domain'],
  ledger: ['domain'],
  watcher: ['domain', 'providers', 'ledger'],
  graphql: ['domain', 'ledger', 'watcher'],
  server: ['graphql'],
  telemetry: ['domain', 'providers', 'ledger', 'watcher', 'graphql', 'server'],
};

/** The only files that may see the process. */
const PROGRAMS = ['src/main.ts', 'src/demo.ts', 'src/simulators.ts'];

const PROVIDER_FILES = ['client', 'index', 'observe', 'published', 'simulator', 'wire'];

const IMPORT = /^(?:import|export)\b(?:[^;'()]*?\bfrom)?\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
const MOST_LINES = 300;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = list('src/**/*.ts');
const FOLDERS = [...new Set(list('src/providers/*/*.ts').map(folderOf))].toSorted();

test('a layer imports only what is below it', () => {
  const layers = new Set(list('src/*/**').map(layerOf));
  assert.deepEqual([...layers].toSorted(), Object.keys(LAYERS).toSorted());
  assertNone(SOURCES, (file) => {
    const own = layerOf(file);
    if (own === '') return [];
    return importsOf(file).filter((target) => {
      const isOutside = target.startsWith('src/') && layerOf(target) !== own;
      return isOutside && !LAYERS[own]?.includes(layerOf(target));
    });
  });
});

test('the domain imports nothing but itself', () => {
  assertNone(list('src/domain/**'), (file) =>
    importsOf(file).filter((target) => layerOf(target) !== 'domain'),
  );
});

test('a provider imports no other provider', () => {
  assertNone(list('src/providers/*/*.ts'), (file) =>
    importsOf(file).filter(
      (target) => FOLDERS.includes(folderOf(target)) && !isInside(file, target),
    ),
  );
});

test('only the list of all providers names a provider', () => {
  const others = SOURCES.filter((file) => !FOLDERS.includes(folderOf(file)));
  assertNone(others, (file) => {
    if (file === 'src/providers/all.ts') return [];
    const quoted = [...read(file).matchAll(/['"`]([\w-]+)['"`]/g)].map(([, text = '']) => text);
    const imported = importsOf(file).map(folderOf);
    return [...quoted, ...imported].filter((name) => FOLDERS.includes(name));
  });
});

test('the list of all providers is what the folders hold', () => {
  assert.deepEqual(ALL_PROVIDERS.map(({ kind }) => kind).toSorted(), FOLDERS);
  assertNone(FOLDERS, (folder) =>
    PROVIDER_FILES.filter((name) => !SOURCES.includes(`src/providers/${folder}/${name}.ts`)),
  );
});

test('a simulator knows neither the client nor the reading that it proves', () => {
  assertNone(FOLDERS, (folder) => {
    const known = reachableFrom(`src/providers/${folder}/simulator.ts`);
    return known.filter((file) => /(?:client|observe)\.ts$/.test(file));
  });
});

test('only a program sees the process', () => {
  assertNone(SOURCES, (file) => {
    if (PROGRAMS.includes(file)) return [];
    return read(file).match(/\bprocess\.(?:env|argv|exit|on|once)\b/g) ?? [];
  });
});

test('files are small and their names are in lower case with hyphens', () => {
  assertNone([...SOURCES, ...list('{test,bench}/**/*.ts')], (file) => {
    const lines = read(file).split('\n').length - 1;
    const isKebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.ts$/.test(basename(file));
    return [
      ...(lines > MOST_LINES ? [`has ${lines} lines`] : []),
      ...(isKebab ? [] : ['is not named in lower case with hyphens']),
    ];
  });
});

function assertNone(
  items: readonly string[],
  findFaults: (item: string) => readonly string[],
): void {
  assert.notEqual(items.length, 0);
  const faults = items.flatMap((item) => findFaults(item).map((fault) => `${item}: ${fault}`));
  assert.deepEqual(faults, []);
}

function list(pattern: string): readonly string[] {
  const exclude = ['bench/peers/**', 'src/graphql/generated/**'];
  const found = globSync(pattern, { cwd: ROOT, exclude });
  return found.filter((file) => file.endsWith('.ts')).toSorted();
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** What a file imports: paths from the root for files of ours, names for packages. */
function importsOf(file: string): readonly string[] {
  return [...read(file).matchAll(IMPORT)].map(([, fixed, dynamic]) => {
    const specifier = fixed ?? dynamic ?? '';
    return specifier.startsWith('.') ? join(dirname(file), specifier) : specifier;
  });
}

function reachableFrom(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  for (const target of importsOf(file)) if (isInside(file, target)) reachableFrom(target, seen);
  return [...seen];
}

/** The folder right below `src`; empty for the files that wire everything up. */
function layerOf(file: string): string {
  const [top, layer, ...rest] = file.split('/');
  return top === 'src' && rest.length > 0 ? (layer ?? '') : '';
}

/** The provider's folder that a file is in; empty when it is in none. */
function folderOf(file: string): string {
  return /^src\/providers\/([^/]+)\//.exec(file)?.[1] ?? '';
}

function isInside(file: string, target: string): boolean {
  return dirname(file) === dirname(target);
}
