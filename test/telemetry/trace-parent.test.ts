import assert from 'node:assert/strict';
import test from 'node:test';
import { findTraceParent } from '../../src/telemetry/trace-parent.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('a caller is found as the recommendation of the W3C has it', () => {
  const found = findTraceParent({
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
  });
  assert.equal(found?.traceId, TRACE);
  assert.equal(found?.spanId, SPAN);
  assert.equal(found?.traceFlags, 1);
  assert.equal(found?.isRemote, true);
  assert.equal(found?.traceState?.get('rojo'), '00f067aa0ba902b7');
});

test('a caller who does not keep its trace says so', () => {
  assert.equal(findTraceParent({ traceparent: `00-${TRACE}-${SPAN}-00` })?.traceFlags, 0);
  // Flags that are not known yet are none.
  assert.equal(findTraceParent({ traceparent: `00-${TRACE}-${SPAN}-02` })?.traceFlags, 0);
});

test('a version to come may say more', () => {
  const found = findTraceParent({ traceparent: `cc-${TRACE}-${SPAN}-01-what-the-future-brings` });
  assert.equal(found?.spanId, SPAN);
});

for (const [name, traceparent] of Object.entries({
  'is no text': undefined,
  'is empty': '',
  'has no flags': `00-${TRACE}-${SPAN}`,
  'is in upper case': `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  'has no trace': `00-${'0'.repeat(32)}-${SPAN}-01`,
  'has no span': `00-${TRACE}-${'0'.repeat(16)}-01`,
  'has a version that there cannot be': `ff-${TRACE}-${SPAN}-01`,
  'says more than its version has': `00-${TRACE}-${SPAN}-01-more`,
  'is no such thing': 'select * from imports',
})) {
  test(`no caller is taken from a traceparent that ${name}`, () => {
    assert.equal(findTraceParent(traceparent === undefined ? {} : { traceparent }), null);
  });
}
