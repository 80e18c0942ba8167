import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { ORDINARY_LOAD, SCENARIOS } from '../../src/providers/simulation.ts';
import type { SimulatedRequest } from '../../src/providers/simulation.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from '../support/at-end.ts';
import { startRouter } from '../support/callback-router.ts';
import type { CallbackRouter } from '../support/callback-router.ts';
import { bearer } from '../support/callers.ts';
import { credentialsIn, serveCareless } from '../support/careless-vendors.ts';
import { startCollector } from '../support/collector.ts';
import { AUDIENCE, inAnHour, ISSUER } from '../support/issuer.ts';
import { createFolder } from '../support/ledgers.ts';
import { SECRET as ROW } from '../support/planted-rows.ts';
import {
  providersWithSecrets,
  SECRETS,
  serviceWithSecrets,
  tracesOf,
  VENDOR_SECRETS,
} from '../support/secret-keys.ts';
import { memberOf } from '../support/simulated-vendors.ts';
import { openSocket } from '../support/sockets.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { assertNone, outputsOf, watch } from '../support/watched-service.ts';
import type { Watched } from '../support/watched-service.ts';
import { at, until } from '../support/world.ts';

const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 0 };
const PROVIDER = {
  poll: { minInterval: '20ms', maxInterval: '40ms' },
  timeout: '500ms',
  maxResponseBytes: 1_000_000,
};

const TRACK = `mutation ($input: TrackImportInput!) {
  trackImport(input: $input) { import { id } userErrors { message } } }`;
const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { id } userErrors { message } } }`;
const ROWS = 'nodes { code message detail values recordId resource }';
const EVERYTHING = `{
  importProviders { id name health { state error { kind message } } budget { usedThisMonth } }
  imports(first: 100) { nodes { id
    csv: rowsExportUrl(format: CSV) ndjson: rowsExportUrl(format: NDJSON)
    job { phase outcome message explanation providerStatus error { code message detail } }
    resources { key name error { message detail } }
    rowErrors(first: 50) { availability ${ROWS} }
    rowErrorGroups { code message sample { message values } }
    history { nodes { providerStatus } }
    freshness { state error { kind message } } } }
  importChanges { nodes { position import { id } } } }`;
const EVENTS = `subscription ($id: ID!) { importChanged(id: $id) {
  import { id job { message } rowErrors(first: 5) { ${ROWS} } } end { reason } } }`;

async function sign(claims: JWTPayload, secret: string = SECRETS.jwtSecret): Promise<string> {
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

/** Has every provider looked at while its vendor is like this. */
async function lookIn(
  scenario: (typeof SCENARIOS)[number],
  { ids, fleet, world, token }: Looking,
): Promise<void> {
  for (const { vendor } of fleet.members) vendor.setScenario(scenario);
  for (const { id, kind } of ids) {
    const { vendor } = memberOf(fleet, kind);
    const requests = vendor.requests.length;
    const externalId = vendor.start(LOAD);
    await world.ask({ query: TRACK, token, variables: { input: { providerId: id, externalId } } });
    await until(() => vendor.requests.length > requests);
  }
  await world.ask({ query: EVERYTHING, token });
}

interface Looking {
  readonly ids: readonly { readonly id: string; readonly kind: string }[];
  readonly fleet: SimulatedFleet;
  readonly world: Watched;
  readonly token: string;
}

/** Follows an import over every transport, to its end. */
async function followAll(
  t: TestContext,
  { world, token, id, router, to }: Following,
): Promise<void> {
  for (const { follow } of TRANSPORTS) {
    for (const own of [token, `${token}x`]) {
      const events = follow(t, { url: world.url, query: EVENTS, variables: { id }, token: own });
      try {
        for await (const event of events) world.answers[to].push(JSON.stringify(event));
      } catch (error) {
        // The client's own error, with what the server said of it.
        world.answers[to].push(String(error));
      }
    }
  }
  const called = await router.subscribe({
    url: world.url,
    query: EVENTS,
    variables: { id },
    token,
    verifier: VERIFIER,
  });
  await until(() => called.complete() !== null);
  world.answers[to].push(JSON.stringify([called.answer, called.results]));
}

const VERIFIER = 'planted-verifier-of-callbacks-0012';

interface Following {
  readonly world: Watched;
  readonly token: string;
  readonly id: string;
  readonly router: CallbackRouter;
  readonly to: 'rows' | 'others';
}

test('no secret, token or row value is in any log, metric, trace or error', async (t) => {
  const collector = await startCollector(t);
  const router = await startRouter(t);
  const heard: SimulatedRequest[] = [];
  const fleet = await serveCareless(t, heard);
  const folder = await createFolder(t);
  const providers = providersWithSecrets(fleet, PROVIDER);
  const config = { ...serviceWithSecrets(collector.url, router.url), providers };
  const world = await watch(t, folder, config);
  const ids = providers.map(({ id, kind }) => ({ id: String(id), kind: String(kind) }));
  const reader = await sign({ scope: 'imports:read imports:write' });
  const full = await sign({ scope: 'imports:read imports:write imports:rows', sub: 'ann' });
  const wrong = [
    await sign({ scope: 'imports:rows', exp: 1 }),
    await sign({ scope: 'imports:rows' }, `${SECRETS.jwtSecret} of somebody else`),
    await sign({ scope: 'imports:rows', aud: 'others' }),
    `${full}x`,
    'planted-token-that-is-none-0013',
  ];

  await lookIn('healthy', { ids, fleet, world, token: reader });
  await until(async () => {
    const states = at(await world.ask({ query: EVERYTHING, token: reader }), 'data.imports.nodes');
    return Array.isArray(states) && states.every((one) => at(one, 'freshness.state') === 'SETTLED');
  });
  const told = await world.ask({ query: EVERYTHING, token: full, to: 'rows' });
  const nodes = at(told, 'data.imports.nodes');
  assert.ok(Array.isArray(nodes) && nodes.length === ids.length);
  for (const node of nodes) {
    const id = String(at(node, 'id'));
    await followAll(t, { world, router, id, token: reader, to: 'others' });
    await followAll(t, { world, router, id, token: full, to: 'rows' });
    for (const path of [at(node, 'csv'), at(node, 'ndjson')]) {
      if (typeof path !== 'string') continue;
      await world.get(path, bearer(full), 'rows');
      for (const token of [reader, ...wrong]) await world.get(path, bearer(token));
    }
  }
  const handedIn = { job_id: null, status: 'complete', total: 1, results: [{ error: ROW }, ROW] };
  const recording = { providerId: 'micro', externalId: 'handed-in', response: handedIn };
  await world.ask({ query: RECORD, token: reader, variables: { input: recording } });
  for (const token of [...wrong, undefined]) {
    await world.ask({ query: EVERYTHING, ...(token !== undefined && { token }) });
  }
  const traced = { 'apollo-federation-include-trace': 'ftv1' };
  await world.ask({ query: EVERYTHING, token: reader, headers: traced });
  await world.get('/metrics', bearer(SECRETS.metricsToken));
  for (const token of [`${SECRETS.metricsToken}x`, full])
    await world.get('/metrics', bearer(token));
  for (const scenario of SCENARIOS) await lookIn(scenario, { ids, fleet, world, token: reader });
  // The service may be writing.
  const store = new DatabaseSync(join(folder, 'imports.db'), { timeout: 10_000 });
  atEnd(t, () => store.close());
  store.exec('alter table import_rows rename to broken');
  await world.ask({ query: RECORD, token: reader, variables: { input: recording } });
  await world.ask({ query: EVERYTHING, token: full, to: 'rows' });
  await world.get('/metrics', bearer(SECRETS.metricsToken));
  world.service.process.kill('SIGTERM');
  await once(world.service.process, 'exit');

  // Each was sent to where it belongs, and rows were read by who may.
  const shown = heard.flatMap(credentialsIn);
  for (const secret of VENDOR_SECRETS) {
    assert.ok(
      shown.some((text) => text.includes(secret)),
      secret,
    );
  }
  assert.ok(world.answers.others.join().includes('[hidden]'));
  assert.ok(world.answers.rows.join().split(ROW).length > 100);
  assert.ok(router.posts.length > 10);
  assert.ok(world.service.log.length > 100);
  assert.ok(collector.spans().length > 100);
  assert.ok(collector.authorizations().includes(`Bearer ${SECRETS.collectorToken}`));

  // Also those that were issued.
  const shownSecrets = shown.filter((text) => !text.startsWith('svc:') && text.length > 10);
  const tokens = [full, reader, ...wrong].flatMap((token) => [
    token,
    token.split('.').at(-1) ?? '',
  ]);
  const secrets = [
    ...[...Object.values(SECRETS), ...new Set(shownSecrets)].flatMap(tracesOf),
    ...tokens,
    VERIFIER,
  ];
  const { rows, others } = world.answers;
  assertNone([...secrets, ROW], { ...outputsOf(world, collector), answers: others.join('\n') });
  assertNone(secrets, { rows: rows.join('\n') });
});

test('the secret that a router says is in no log, metric, trace or error', async (t) => {
  const collector = await startCollector(t);
  const world = await watch(t, await createFolder(t), {
    auth: { routerSecret: SECRETS.routerSecret },
    telemetry: { traces: { url: collector.url } },
    live: { drainFor: '0s' },
  });
  const query = '{ imports { nodes { id } } }';
  for (const secret of [SECRETS.routerSecret, `${SECRETS.routerSecret}x`]) {
    const headers = { 'router-authorization': secret };
    await world.ask({ query, headers });
    await world.ask({ query: '{ nothing }', headers });
    await world.get('/imports/a:b/rows.csv', headers);
    const socket = await openSocket(t, world.url, { headers }).catch(() => null);
    socket?.webSocket.terminate();
  }
  await world.get('/metrics', {});
  world.service.process.kill('SIGTERM');
  await once(world.service.process, 'exit');
  assert.ok(world.answers.others.join().includes('NOT_THROUGH_ROUTER'));
  assert.ok(world.answers.others.join().includes('"nodes":[]'));
  const answers = world.answers.others.join('\n');
  assertNone([SECRETS.routerSecret], { ...outputsOf(world, collector), answers });
});
