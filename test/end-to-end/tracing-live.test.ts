import assert from 'node:assert/strict';
import test from 'node:test';
import { ORDINARY_LOAD } from '../../src/providers/simulation.ts';
import { openReadySocket, subscribeMessage } from '../support/sockets.ts';
import { below, only, RouterSpan, startTraced } from '../support/traces.ts';
import { TRANSPORTS } from '../support/transports.ts';
import { until } from '../support/world.ts';

const LOAD = { ...ORDINARY_LOAD, rows: 30, failedRows: 20, queuedForMs: 0, runsForMs: 300 };

/** Loads at each of its fields, and says what is known at the others. */
const IMPORT = 'id job { phase } rowErrorGroups { message } history { nodes { revision } }';

for (const { name, follow } of TRANSPORTS) {
  test(`each event is a trace of its own, over ${name}`, async (t) => {
    const world = await startTraced(t);
    const externalId = world.vendor('qobra').start(LOAD);
    const events = follow(t, {
      url: world.app.url,
      query: `subscription ($id: ID!) { importChanged(id: $id) { import { ${IMPORT} } end { reason } } }`,
      variables: { id: `qobra:${externalId}` },
    });
    let count = 0;
    for await (const { errors } of events) {
      assert.deepEqual(errors, []);
      count += 1;
    }
    const spans = await world.stopped();
    const rendered = spans.filter((span) => span.name === 'subscription event');
    assert.equal(rendered.length, count);
    assert.equal(new Set(rendered.map(({ traceId }) => traceId)).size, count);
    // Whatever was done when the change was made.
    for (const { parentSpanId } of rendered) assert.equal(parentSpanId, null);
    const [first] = rendered;
    assert.ok(first && count > 1);
    assert.deepEqual(
      below(first, spans)
        .map((span) => span.name)
        .toSorted(),
      ['Import.history', 'Import.rowErrorGroups'],
    );
  });
}

test('a query over a socket is traced, and joins the trace that the socket was opened in', async (t) => {
  const world = await startTraced(t);
  const router = new RouterSpan();
  const socket = await openReadySocket(t, world.app.url, {
    headers: router.headers({ isKept: true }),
  });
  socket.send(subscribeMessage('a', '{ imports { nodes { id } } }'));
  await until(() => socket.payloads('a').length > 0);
  const spans = await world.stopped();
  const operation = only(spans, 'query');
  assert.equal(operation.traceId, router.traceId);
  assert.equal(operation.parentSpanId, router.spanId);
  assert.equal(only(spans, 'Query.imports').parentSpanId, operation.spanId);
});
