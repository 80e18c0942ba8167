import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '../src/config.ts';

function read(traces: unknown) {
  const text = JSON.stringify({ telemetry: { traces } });
  return parseConfig({ name: 'in-test.yml', text, environment: { TOKEN: 'abc' } }).telemetry.traces;
}

const URL_OF_COLLECTOR = 'http://collector.internal:4318';

test('what a collector is shown is a part of the configuration', () => {
  const headers = { authorization: 'Bearer ${TOKEN}', 'x-tenant': 'acme' };
  assert.deepEqual(read({ url: URL_OF_COLLECTOR, headers })?.headers, {
    authorization: 'Bearer abc',
    'x-tenant': 'acme',
  });
  assert.equal(read({ url: URL_OF_COLLECTOR })?.headers, undefined);
});

for (const [what, traces, problem] of [
  ['a name that no header has', { headers: { 'two words': 'a' } }, /names of headers/],
  ['a line break', { headers: { authorization: 'a\r\nb: c' } }, /text that a header can hold/],
  ['a user', { url: 'http://ann:pw@collector.internal' }, /must name no user or password/],
] as const) {
  test(`a collector is not configured with ${what}`, () => {
    assert.throws(() => read({ url: URL_OF_COLLECTOR, ...traces }), problem);
  });
}
