import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { atEnd } from '../support/at-end.ts';
import { bearer, tokenFor, WITH_TOKENS } from '../support/callers.ts';
import { createFolder } from '../support/ledgers.ts';
import { readMetrics, samplesOf } from '../support/metrics.ts';
import { startWorld } from '../support/world.ts';

const TOKEN = 'a-token-for-metrics-of-32-letters';

test('everybody may read the metrics where everybody may ask', async (t) => {
  const world = await startWorld(t);
  const answer = await fetch(`${world.app.url}/metrics`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.ok(samplesOf(await answer.text()).has('imports_subscribers'));
});

test('nobody may read the metrics where callers show tokens and no token for metrics is set', async (t) => {
  const world = await startWorld(t, { service: WITH_TOKENS });
  const token = await tokenFor({ scope: 'imports:read imports:write imports:rows' });
  for (const headers of [{}, bearer(token)]) {
    const answer = await fetch(`${world.app.url}/metrics`, { headers });
    assert.equal(answer.status, 403);
    const body = await answer.text();
    assert.match(body, /telemetry\.metricsToken/);
    assert.doesNotMatch(body, /imports_/);
  }
});

for (const service of [{}, WITH_TOKENS]) {
  const mode = 'auth' in service ? 'callers show tokens' : 'everybody may ask';
  test(`where a token for metrics is set only that one opens them, also where ${mode}`, async (t) => {
    const world = await startWorld(t, {
      service: { ...service, telemetry: { metricsToken: TOKEN } },
    });
    const caller = await tokenFor({ scope: 'imports:read imports:write imports:rows' });
    const wrong = [
      {},
      bearer(caller),
      bearer(TOKEN.slice(1)),
      bearer(`${TOKEN}!`),
      { authorization: TOKEN },
      { authorization: `Basic ${TOKEN}` },
      { authorization: 'Bearer' },
    ];
    for (const headers of wrong) {
      const answer = await fetch(`${world.app.url}/metrics`, { headers });
      assert.equal(answer.status, 401, JSON.stringify(headers));
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      const body = await answer.text();
      assert.match(body, /telemetry\.metricsToken/);
      assert.doesNotMatch(body, new RegExp(TOKEN));
    }
    const answer = await fetch(`${world.app.url}/metrics`, { headers: bearer(TOKEN) });
    assert.equal(answer.status, 200);
  });
}

test('a store that fails takes what is left of budgets from the metrics, and nothing else', async (t) => {
  const folder = await createFolder(t);
  const path = join(folder, 'imports.db');
  const log: string[] = [];
  const world = await startWorld(t, {
    onLog: (line) => log.push(line),
    service: { store: { url: `sqlite:${path}` } },
  });
  const budget = 'imports_provider_budget_remaining{provider="qobra",window="month"}';
  assert.equal((await readMetrics(world.app.url)).get(budget), 1_000_000);
  const store = new DatabaseSync(path);
  atEnd(t, () => store.close());
  store.exec('alter table requests rename to broken');
  const samples = await readMetrics(world.app.url);
  assert.equal(samples.get(budget), undefined);
  assert.equal(samples.get('imports_provider_up{provider="qobra"}'), 1);
  assert.ok(log.some((line) => line.includes('no such table')));
});

test('nobody may read the metrics where callers must come through a router', async (t) => {
  const service = { auth: { routerSecret: 'what only the router knows, 32 long' } };
  const { app } = await startWorld(t, { service });
  const answer = await fetch(`${app.url}/metrics`);
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /telemetry\.metricsToken/);
});
