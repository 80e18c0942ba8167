import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { isFailed } from '../../../src/domain/row.ts';
import { createRowSink } from '../../support/row-sink.ts';
import { textOf } from '../../support/simulated-answer.ts';
import { DONE, FAULTY_LOAD, answerAboutEnded, observationOf, serve, targetOf } from './builders.ts';

async function post(url: string, objects: readonly unknown[], key = 'k') {
  const answer = await fetch(`${url}/v2/prism/team/contact/import`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ objects }),
  });
  const body: unknown = await answer.json();
  return { status: answer.status, location: answer.headers.get('location'), body };
}

test('a small submission answers at once, and its answer can be handed in', async (t) => {
  const { vendor, source } = await serve(t);

  const { status, body } = await post(vendor.url, [
    { default: { full_name: 'Sarah Chen', email: 'sarah@example.com' }, list: {} },
    { default: { full_name: 'Li Wei', email: 'li' }, list: {} },
  ]);
  const sink = createRowSink();
  const observation = await source.readResponse?.(body, targetOf('any-name', sink));

  assert.equal(status, 200);
  assert.equal(observation?.job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(observation.rows, 'here');
  assert.deepEqual(
    sink.rows.map(({ number, outcome, failure }) => [number, outcome, failure?.code]),
    [
      [0, 'CREATED', undefined],
      [1, 'FAILED', 'invalid_value'],
    ],
  );
});

test('a large submission becomes a job to poll, and its answer can be handed in too', async (t) => {
  const { vendor, clock, source } = await serve(t);
  const objects = Array.from({ length: 101 }, (_, n) => ({
    default: { email: n === 40 ? 'nobody' : `p${n}@example.com` },
  }));

  const { status, location, body } = await post(vendor.url, objects);
  const id = location?.split('/').at(-1) ?? '';
  const sink = createRowSink();
  const first = await source.readResponse?.(body, targetOf(id, sink));
  clock.advance(60_000);
  const last = await observationOf(source, { externalId: id });

  assert.equal(status, 202);
  assert.equal(location, `/v2/prism/team/imports/${id}`);
  assert.equal(first?.job.phase, 'RUNNING');
  assert.equal(first.rows, 'none');
  assert.deepEqual(sink.rows, []);
  assert.equal(last.counters.succeeded, 100);
  assert.deepEqual(
    last.rows.filter(isFailed).map(({ number }) => number),
    [40],
  );
});

function isUnexpected(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'unexpected-response';
}

test('refuses what is handed in when it is no answer of Micro or is about another import', async (t) => {
  const { source } = await serve(t);
  const sink = createRowSink();
  const another = { job_id: 'b', status: 'complete', total: 1, results: [DONE] };
  for (const response of [null, 'text', {}, { status: 'complete', total: 1 }, another]) {
    const reading = source.readResponse?.(response, targetOf('a', sink)) ?? assert.fail();
    await assert.rejects(reading, isUnexpected);
  }
  assert.deepEqual(sink.rows, []);
});

test('the simulator refuses a request without a key, a body or a route', async (t) => {
  const { vendor } = await serve(t);
  const status = async (path: string, init: RequestInit) =>
    (await fetch(vendor.url + path, init)).status;
  const headers = { 'x-api-key': 'k' };

  assert.equal(await status('/v2/prism/team/imports/job_id', {}), 401);
  assert.equal(await status('/v2/prism/team/imports/%E0%A4%A', { headers }), 404);
  assert.equal(await status('/v2/prism/team/nonsense/import', { method: 'POST', headers }), 404);
  for (const body of ['', '{}', '{"objects":5}']) {
    const init = { method: 'POST', headers, body };
    assert.equal(await status('/v2/prism/team/contact/import', init), 400);
  }
});

function endedLoadOf(seed: number): string {
  return textOf(answerAboutEnded(FAULTY_LOAD, seed));
}

test('two simulators with one seed and one clock answer alike', () => {
  assert.equal(endedLoadOf(1), endedLoadOf(1));
  assert.notEqual(endedLoadOf(1), endedLoadOf(2));
});

test('each row of a load is a record of its own', () => {
  const { results } = JSON.parse(endedLoadOf(1));
  const ids = results.flatMap(({ id }: { readonly id: string | null }) => id ?? []);
  assert.equal(ids.length, 14);
  assert.equal(new Set(ids).size, 14);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
