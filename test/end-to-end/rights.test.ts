import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { JWTPayload } from 'jose';
import { isObjectType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.ts';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { askAs, bearer, firstEventAs, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { idOf, PROBES } from '../support/probes.ts';
import type { Probe, Target } from '../support/probes.ts';
import { at, startWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUICK = { poll: { minInterval: '40ms', maxInterval: '200ms' } };
const ALL = { scope: 'imports:read imports:write imports:rows' };

const FILES = ['rows.csv', 'rows.ndjson', 'rows.csv?outcome=FAILED', 'rows.txt'];

/** A load at Micro that has ended, with failed rows, and another at Qobra. */
interface Stage {
  readonly world: World;
  /** Of Micro. */
  readonly known: string;
}

async function stage(t: TestContext): Promise<Stage> {
  const world = await startWorld(t, { service: WITH_TOKENS, provider: QUICK });
  const load = { ...ORDINARY_LOAD, rows: 20, failedRows: 3, queuedForMs: 0, runsForMs: 50 };
  const token = await tokenFor(ALL);
  const known = world.vendor('micro').start(load);
  const [track, look] = ['Mutation.trackImport', 'Query.import'].map(probeOf);
  for (const [providerId, externalId] of [
    ['micro', known],
    ['qobra', world.vendor('qobra').start(load)],
  ] as const) {
    const target = { providerId, externalId };
    await ask(world, token, track, target);
    await until(async () => {
      const { body } = await ask(world, token, look, target);
      return at(JSON.parse(body), 'data.import.freshness.state') === 'SETTLED';
    });
  }
  return { world, known };
}

function probeOf(name: string): Probe {
  const probe = PROBES.find(({ of }) => of === name);
  if (probe === undefined) throw new Error(`there is no probe ${name}`);
  return probe;
}

async function ask(
  { app }: World,
  token: string | null,
  { query, variables }: Probe = probeOf('Query.import'),
  target: Target,
): Promise<{ readonly status: number; readonly body: string }> {
  return askAs(app.url, { token, query, variables: variables(target) });
}

/** What comes of a probe over whatever it is served by, with names taken out that were sent. */
async function answerOf(
  t: TestContext,
  { app }: World,
  {
    token,
    probe,
    target,
  }: { readonly token: string | null; readonly probe: Probe; readonly target: Target },
): Promise<string> {
  const asking = { token, query: probe.query, variables: probe.variables(target) };
  const answer = probe.of.startsWith('Subscription.')
    ? await firstEventAs(t, app.url, asking)
    : await askAs(app.url, asking);
  return withoutNames(JSON.stringify(answer), target);
}

function withoutNames(text: string, { providerId, externalId }: Target): string {
  return text.replaceAll(externalId, '<external>').replaceAll(providerId, '<provider>');
}

/** Callers who may not know of Micro, whatever else they may. */
const CALLERS: Readonly<Record<string, JWTPayload | null>> = {
  'who may do everything at another provider': { ...ALL, import_providers: ['qobra'] },
  'who may know of no provider': { ...ALL, import_providers: [] },
  'who may only read, at another provider': { scope: 'imports:read', import_providers: ['qobra'] },
  'who may only write, anywhere': { scope: 'imports:write', import_providers: ['qobra'] },
  'who has a token and no scope': { import_providers: ['qobra'] },
  'who has no token': null,
};

test('every root field and every entity is probed', () => {
  const probed = new Set(PROBES.map(({ of }) => of));
  const schema = createSchema();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of roots) {
    for (const name of Object.keys(type?.getFields() ?? {})) {
      if (!name.startsWith('_')) assert.ok(probed.has(`${type?.name}.${name}`), name);
    }
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.astNode?.directives?.every(({ name }) => name.value !== 'key'))
      continue;
    if (type.astNode !== undefined && type.astNode !== null)
      assert.ok(probed.has(type.name), type.name);
  }
});

for (const [name, claims] of Object.entries(CALLERS)) {
  test(`what is hidden is as what is absent, for a caller ${name}`, async (t) => {
    const { world, known } = await stage(t);
    const token = claims === null ? null : await tokenFor(claims);
    const targets = [
      { providerId: 'micro', externalId: known },
      { providerId: 'micro', externalId: 'never-heard-of' },
      { providerId: 'nowhere', externalId: known },
    ];
    for (const probe of PROBES) {
      const answers = new Set<string>();
      for (const target of targets) answers.add(await answerOf(t, world, { token, probe, target }));
      assert.equal(answers.size, 1, `${probe.of}: ${[...answers].join('\n')}`);
      const [answer = ''] = answers;
      assert.doesNotMatch(answer, /"phase":"FINISHED"|is not a valid email/);
    }
    for (const file of FILES) {
      const answers = new Set<string>();
      for (const target of targets) {
        const path = `/imports/${encodeURIComponent(idOf(target))}/${file}`;
        const response = await fetch(`${world.app.url}${path}`, { headers: bearer(token) });
        const text = withoutNames(await response.text(), target);
        answers.add(`${response.status} ${response.headers.get('x-rows-availability')} ${text}`);
        const head = await fetch(`${world.app.url}${path}`, {
          method: 'HEAD',
          headers: bearer(token),
        });
        assert.equal(head.status, response.status);
      }
      assert.equal(answers.size, 1, `${file}: ${[...answers].join('\n')}`);
    }
    assert.equal(await lookedAt(world, 'never-heard-of'), false);
  });
}

/** Whether a vendor was asked about an import: a probe would have made it known. */
async function lookedAt(world: World, externalId: string): Promise<boolean> {
  const token = await tokenFor(ALL);
  const target = { providerId: 'micro', externalId };
  const { body } = await ask(world, token, probeOf('Query.imports'), target);
  return at(JSON.parse(body), 'data.imports.nodes.length') !== 0;
}

test('lists and changes have nothing of providers that a caller may not know of', async (t) => {
  const { world } = await stage(t);
  const token = await tokenFor({ ...ALL, import_providers: ['qobra'] });
  for (const query of [
    '{ imports { nodes { id } } }',
    '{ importChanges { nodes { import { id } } } }',
    '{ importProviders { id } }',
  ]) {
    const { body } = await askAs(world.app.url, { token, query });
    assert.match(body, /qobra/, query);
    assert.doesNotMatch(body, /micro|collibra|marketing/, query);
  }
});

test('a provider that a caller may know of is as it is for everybody', async (t) => {
  const { world, known } = await stage(t);
  const target = { providerId: 'micro', externalId: known };
  const probe = probeOf('Query.import');
  const limited = await ask(
    world,
    await tokenFor({ ...ALL, import_providers: ['micro'] }),
    probe,
    target,
  );
  const full = await ask(world, await tokenFor(ALL), probe, target);
  assert.equal(limited.body, full.body);
  assert.match(full.body, /"phase":"FINISHED"/);
});

test('writing without reading tracks an import and shows nothing of it', async (t) => {
  const { world, known } = await stage(t);
  const token = await tokenFor({ scope: 'imports:write' });
  const { body } = await ask(world, token, probeOf('Mutation.trackImport'), {
    providerId: 'micro',
    externalId: known,
  });
  const answer = JSON.parse(body);
  assert.equal(at(answer, 'data.trackImport.import'), null);
  assert.deepEqual(at(answer, 'data.trackImport.userErrors'), []);
  assert.equal(at(answer, 'errors.0.extensions.code'), 'MISSING_SCOPE');
});

test('reading without writing changes nothing', async (t) => {
  const { world } = await stage(t);
  const token = await tokenFor({ scope: 'imports:read' });
  for (const { of, query, variables } of PROBES.filter((probe) =>
    probe.of.startsWith('Mutation.'),
  )) {
    const target = { providerId: 'micro', externalId: 'never-heard-of' };
    const { body } = await askAs(world.app.url, { token, query, variables: variables(target) });
    assert.equal(at(JSON.parse(body), 'errors.0.extensions.code'), 'MISSING_SCOPE', of);
  }
  assert.equal(await lookedAt(world, 'never-heard-of'), false);
});
