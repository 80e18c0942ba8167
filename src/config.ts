import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { collect, keyOf } from './config-problems.ts';
import type { Reading } from './config-problems.ts';
import { parseProvider } from './config-provider.ts';
import type { ProviderConfig } from './config-provider.ts';
import { Retention, Service } from './config-shape.ts';
import type { Auth, PersistedOperations, Telemetry } from './config-access.ts';
import type { LogLevel } from './config-shape.ts';
import { POSTGRES_URL } from './ledger/open-ledger.ts';
import { SCOPES } from './graphql/caller.ts';
import type { OperationLimits } from './graphql/operation-limits.ts';
import { findProvider } from './providers/registry.ts';
import type { AuthSettings } from './server/authenticator.ts';
import type { LiveLimits } from './server/live-limits.ts';
import type { DrainTimes } from './stopping.ts';

/** Everything that the service is told from outside. Durations are milliseconds. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: LogLevel;
  readonly storeUrl: string;
  readonly auth: AuthSettings;
  /** Whether it is there for this machine only, and asks nobody who they are. */
  readonly isLocalOnly: boolean;
  readonly isGraphiqlOn: boolean;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
  /** Pages of these origins may ask from a browser; `https://app.acme.com`. */
  readonly corsOrigins: readonly string[];
  readonly operationLimits: OperationLimits;
  /** How many requests and operations one caller may send a minute; null for any number. */
  readonly requestsPerMinute: number | null;
  /** Operations that are known beforehand; null when there is no list of them. */
  readonly persistedOperations: PersistedOperations | null;
  readonly telemetry: Telemetry;
  readonly maxRequestBytes: number;
  readonly holdFinishForMs: number;
  readonly live: LiveLimits;
  readonly drain: DrainTimes;
  /** Where callers reach the service, without a slash at the end; null when nobody says. */
  readonly publicUrl: string | null;
  /** How long what is known of providers that are no longer configured is kept. */
  readonly retention: Retention;
  readonly providers: readonly ProviderConfig[];
}

export interface ConfigSource {
  /** The file's name, for messages. */
  readonly name: string;
  /** The file's text: YAML. */
  readonly text: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Reads the configuration. Throws one `ConfigError` with everything that is wrong with it. */
export function parseConfig({ name, text, environment }: ConfigSource): Config {
  const problems: ConfigProblem[] = [];
  const document = parseDocument(text);
  for (const error of document.errors) {
    problems.push({ key: name, message: error.message.split('\n')[0] ?? error.message });
  }
  if (problems.length > 0) throw new ConfigError(name, problems);
  const raw = substitute(toPlain(document, name), { environment, problems, path: [] });
  const service = Service.safeParse(withEnvironment(raw, environment));
  collect(service, { problems, path: [] });
  const listed = z.object({ providers: z.array(z.unknown()) }).safeParse(raw).data?.providers ?? [];
  // Whatever else is wrong with the service.
  const key = z.object({ rowValuesKey: z.string() }).safeParse(raw).data?.rowValuesKey ?? null;
  const providers = listed.flatMap((entry, index) =>
    parseProvider(entry, { problems, index, key }),
  );
  checkUnique(listed, problems);
  const known = Service.safeParse(onlyKnownKeys(withEnvironment(raw, environment)));
  if (known.success) checkService(known.data, problems);
  if (!service.success || problems.length > 0) {
    throw new ConfigError(name, withoutFollowers(problems), findExample(listed, problems));
  }

  const { store, auth, holdFinishFor, publicUrl, cors, limits } = service.data;
  const { port, host, logLevel, maxRequestBytes, live, drain, persistedOperations, telemetry } =
    service.data;
  const isProduction = environment['NODE_ENV'] === 'production';
  const isGraphiqlOn = service.data.graphiql ?? !isProduction;
  const { requestsPerMinute, ...operationLimits } = limits;
  return {
    port,
    host,
    logLevel,
    live,
    drain,
    storeUrl: store.url,
    auth: authOf(auth),
    isLocalOnly: auth.jwt === undefined && LOOPBACK.includes(host),
    isGraphiqlOn,
    isIntrospectionOn: service.data.introspection ?? isGraphiqlOn,
    corsOrigins: cors.origins,
    operationLimits,
    requestsPerMinute: requestsPerMinute ?? null,
    persistedOperations: persistedOperations ?? null,
    telemetry,
    maxRequestBytes,
    holdFinishForMs: holdFinishFor,
    publicUrl: publicUrl ?? null,
    retention: Retention.parse({}),
    providers,
  };
}

/** The file as plain values; an alias of nothing, or too many of them, only shows here. */
function toPlain(document: Document, name: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(name, [{ key: name, message }]);
  }
}

/** Puts environment variables where `${NAME}` stands. A missing one is a problem at its key. */
function substitute(
  value: unknown,
  { environment, problems, path }: Reading & Pick<ConfigSource, 'environment'>,
): unknown {
  const inner = (key: PropertyKey): Reading & Pick<ConfigSource, 'environment'> => ({
    environment,
    problems,
    path: [...path, key],
  });
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, inner(index)));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, substitute(item, inner(key))]));
  }
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const found = environment[name];
    if (found !== undefined && found !== '') return found;
    const message = `the environment variable ${name} is not set; set it, or write the value here`;
    problems.push({ key: keyOf(path), message });
    return whole;
  });
}

/** The environment wins over the file; a variable that is empty counts as not set. */
function withEnvironment(raw: unknown, environment: ConfigSource['environment']): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const { PORT, HOST, LOG_LEVEL, STORE_URL } = environment;
  return {
    ...raw,
    ...(PORT && { port: PORT }),
    ...(HOST && { host: HOST }),
    ...(LOG_LEVEL && { logLevel: LOG_LEVEL }),
    ...(STORE_URL && { store: { url: STORE_URL } }),
  };
}

/** So that a key too many does not hide what else is wrong. */
function onlyKnownKeys(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const known = Object.keys(Service.shape);
  return Object.fromEntries(Object.entries(raw).filter(([key]) => known.includes(key)));
}

function checkUnique(listed: readonly unknown[], problems: ConfigProblem[]): void {
  const seen = new Map<string, number>();
  for (const [index, entry] of listed.entries()) {
    const id = z.object({ id: z.string() }).safeParse(entry).data?.id;
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, index);
    else {
      const message = `${JSON.stringify(id)} is already the id of providers[${first}]; rename one`;
      problems.push({ key: keyOf(['providers', index, 'id']), message });
    }
  }
}

/** An entry that works, of the kind of the first provider that does not. */
function findExample(
  listed: readonly unknown[],
  problems: readonly ConfigProblem[],
): string | undefined {
  const index = listed.findIndex((_, at) =>
    problems.some(({ key }) => key.startsWith(keyOf(['providers', at]))),
  );
  const kind = z.object({ kind: z.string() }).safeParse(listed[index]).data?.kind;
  const entry = kind === undefined ? undefined : findProvider(kind)?.example.trim();
  return entry === undefined ? undefined : `providers:\n${entry.replace(/^/gm, '  ')}`;
}

function checkService(
  { store, host, auth }: z.infer<typeof Service>,
  problems: ConfigProblem[],
): void {
  if (!/^sqlite:./.test(store.url) && !POSTGRES_URL.test(store.url)) {
    const message =
      'must be sqlite:<path>, sqlite::memory: or postgres://user:password@host:5432/database';
    problems.push({ key: 'store.url', message });
  }
  if (!LOOPBACK.includes(host) && auth.jwt === undefined && !auth.allowRemote) {
    const message = `anybody who reaches ${host} could read and change everything: there is no authentication; listen on 127.0.0.1, configure auth.jwt, or set auth: { mode: none, allowRemote: true } if something in front of this service checks callers`;
    problems.push({ key: 'host', message });
  }
}

/** What follows from a variable that is missing is not a problem of its own. */
function withoutFollowers(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ key, message }) => {
    const isMissing = message.startsWith('the environment variable');
    if (seen.has(key) && !isMissing) return false;
    seen.add(key);
    return true;
  });
}

function authOf({
  jwt,
  scopes = [...SCOPES],
  routerSecret: secret,
}: z.infer<typeof Auth>): AuthSettings {
  const routerSecret = secret ?? null;
  if (jwt === undefined) return { kind: 'none', scopes, routerSecret };
  const { jwksUrl = '', secret: shared, jwksCooldown, clockTolerance, ...expected } = jwt;
  const keys =
    shared === undefined
      ? ({ kind: 'jwks', url: jwksUrl, cooldownMs: jwksCooldown } as const)
      : ({ kind: 'secret', secret: shared } as const);
  return { kind: 'jwt', keys, clockToleranceMs: clockTolerance, ...expected, routerSecret };
}
