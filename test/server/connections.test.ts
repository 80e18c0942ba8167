import assert from 'node:assert/strict';
import test from 'node:test';
import { Connections } from '../../src/server/connections.ts';

test('a client has so many connections at once, and each of them back once', () => {
  const connections = new Connections(2);
  const first = connections.open('10.0.0.1');
  const second = connections.open('10.0.0.1');
  assert.equal(connections.open('10.0.0.1'), null);
  first?.();
  first?.();
  assert.ok(connections.open('10.0.0.1'));
  assert.equal(connections.open('10.0.0.1'), null);
  second?.();
  assert.ok(connections.open('10.0.0.1'));
});

test('what one client holds is not counted against another', () => {
  const connections = new Connections(1);
  assert.ok(connections.open('10.0.0.1'));
  assert.ok(connections.open('10.0.0.2'));
  assert.ok(connections.open('::1'));
  assert.equal(connections.open('10.0.0.2'), null);
});
