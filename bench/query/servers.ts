import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerSpec } from '../child.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm run build` emits and a container runs. */
const ENTRY = join(ROOT, 'dist/src/bundle/main.js');

/** Four providers as a company would have them; nothing is due at any, so none is ever asked. */
const CONFIG = `graphiql: false
providers:
  - id: catalog
    kind: collibra
    baseUrl: http://127.0.0.1:9
    auth: { basic: { username: bench, password: bench } }
  - id: email
    kind: marketing-cloud
    authUrl: http://127.0.0.1:9
    auth: { oauth: { clientId: bench, clientSecret: bench } }
  - id: crm
    kind: micro
    baseUrl: http://127.0.0.1:9
    teamId: bench
    apiKey: bench
  - id: commissions
    kind: qobra
    baseUrl: http://127.0.0.1:9
    apiKey: bench
`;

export interface ServiceInput {
  /** The SQLite file. */
  readonly store: string;
  /** A folder for the configuration. */
  readonly folder: string;
  /** Further lines of the configuration. */
  readonly lines?: string;
}

/** This service, as it runs in production, on the benchmark's store. */
export function serviceSpec({ store, folder, lines = '' }: ServiceInput): ServerSpec {
  const config = join(folder, 'imports.config.yml');
  writeFileSync(config, lines + CONFIG);
  return {
    name: 'this service',
    entry: ENTRY,
    environment: { IMPORTS_CONFIG: config, STORE_URL: `sqlite:${store}`, LOG_LEVEL: 'warn' },
  };
}

/** The others. Each reads the same imports from memory. */
export interface Peers {
  /** As its documentation starts it. */
  readonly apollo: ServerSpec;
  /** Without the cache hints that it computes for every field, as this service runs it. */
  readonly apolloWithoutHints: ServerSpec;
  readonly yoga: ServerSpec;
  readonly mercurius: ServerSpec;
  readonly http: ServerSpec;
}

/** `constants` is a file with the imports that the peers answer with, as JSON. */
export function peerSpecs(constants: string): Peers {
  const peer = (name: string, file: string): ServerSpec => ({
    name,
    entry: join(ROOT, 'bench/peers', file),
    environment: { BENCH_CONSTANTS: constants },
  });
  return {
    apollo: peer('Apollo Server', 'apollo.js'),
    apolloWithoutHints: peer('Apollo Server, no cache hints', 'apollo-without-hints.js'),
    yoga: peer('GraphQL Yoga', 'yoga.js'),
    mercurius: peer('Mercurius, JIT', 'mercurius.js'),
    http: peer('plain node:http', 'http.js'),
  };
}
