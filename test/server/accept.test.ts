import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseResultType, namesResultType } from '../../src/server/accept.ts';

const OLD = 'application/json';
const NEW = 'application/graphql-response+json';

const CHOICES: readonly (readonly [string | undefined, string | null, boolean])[] = [
  [undefined, OLD, false],
  ['', OLD, false],
  ['*/*', OLD, false],
  ['application/*', OLD, false],
  [OLD, OLD, true],
  [NEW, NEW, true],
  [`${NEW}, ${OLD}`, NEW, true],
  [`${OLD}, ${NEW}`, OLD, true],
  [`${OLD};q=0.9, ${NEW}`, NEW, true],
  [`${NEW};q=0.9,${OLD};q=0.8`, NEW, true],
  [`${NEW};charset=utf-8, ${OLD};charset=utf-8`, NEW, true],
  ['Application/GraphQL-Response+JSON', NEW, true],
  [`${NEW};q=0, */*`, OLD, true],
  [`${OLD};q=0, */*;q=0.1`, NEW, true],
  [`*/*;q=0.1, ${NEW};q=0.5`, NEW, true],
  [`multipart/mixed;subscriptionSpec=1.0, ${NEW}`, NEW, true],
  [`${OLD};callbackSpec=1.0`, OLD, true],
  ['text/html, */*;q=0.8', OLD, false],
  ['text/html', null, false],
  ['text/event-stream', null, false],
  [`${OLD};q=0`, null, true],
  [`${OLD};q=often`, null, true],
  ['?', null, false],
];

for (const [accept, type, isNamed] of CHOICES) {
  test(`whoever accepts ${accept ?? 'nothing in particular'} is sent ${type ?? 'nothing'}`, () => {
    assert.equal(chooseResultType(accept), type);
    assert.equal(namesResultType(accept), isNamed);
  });
}
