import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Where to: `dist`, or the folder that is given. */
const folder = process.argv[2] ?? 'dist';

/** Two folders deep, as the sources are, so that what they read lies where they look for it. */
const bundle = join(folder, 'src', 'bundle');

/** Packages that are still CommonJS expect these. */
const COMMONJS = [
  "import { createRequire as createRequireOf } from 'node:module';",
  "import { dirname as dirnameOf } from 'node:path';",
  "import { fileURLToPath as pathOf } from 'node:url';",
  'const require = createRequireOf(import.meta.url);',
  'const __filename = pathOf(import.meta.url);',
  'const __dirname = dirnameOf(__filename);',
].join('\n');

await rm(folder, { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outdir: bundle,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  // Nine megabytes that are loaded when somebody opens GraphiQL.
  // And what `pg` can do without.
  external: ['@graphql-yoga/render-graphiql', 'pg-native'],
  banner: { js: COMMONJS },
  logLevel: 'warning',
});
await cp('schema.graphql', join(folder, 'schema.graphql'));
for (const store of ['sqlite', 'postgres']) {
  await cp(`src/ledger/${store}/migrations`, join(folder, 'src', store, 'migrations'), {
    recursive: true,
  });
}
