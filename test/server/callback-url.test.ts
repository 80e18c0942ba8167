import assert from 'node:assert/strict';
import test from 'node:test';
import { findCallbackUrl } from '../../src/server/callback-url.ts';

const ALLOWED = ['http://router:4000/callback', 'https://Hive.Example/', 'http://[::1]:4000'];

for (const [text, href] of [
  ['http://router:4000/callback', 'http://router:4000/callback'],
  ['http://router:4000/callback/', 'http://router:4000/callback/'],
  [
    'http://router:4000/callback/c4a9d1b8-dc57-44ab-9e5a-6e6189b2b945',
    'http://router:4000/callback/c4a9d1b8-dc57-44ab-9e5a-6e6189b2b945',
  ],
  ['http://router:4000/callback/a/b_c~d.e', 'http://router:4000/callback/a/b_c~d.e'],
  ['HTTP://ROUTER:4000/callback/a', 'http://router:4000/callback/a'],
  ['https://hive.example/callback/a', 'https://hive.example/callback/a'],
  ['https://hive.example:443/a', 'https://hive.example/a'],
  ['http://[0:0::1]:4000/a', 'http://[::1]:4000/a'],
] as const) {
  test(`results may be posted to ${text}`, () => {
    assert.equal(findCallbackUrl(text, ALLOWED)?.href, href);
  });
}

for (const text of [
  // Other origins.
  'http://router/callback/a',
  'http://router:4001/callback/a',
  'http://router:40000/callback/a',
  'https://router:4000/callback/a',
  'http://router.evil.example:4000/callback/a',
  'http://evil.router:4000/callback/a',
  'http://router.:4000/callback/a',
  'http://127.0.0.1:4000/callback/a',
  'http://[::1]:4001/a',
  'http://[::ffff:127.0.0.1]:4000/a',
  'http://hive.example/a',
  // Others before, behind or in the name.
  'http://router:4000@evil.example/callback/a',
  'http://user@router:4000/callback/a',
  'http://user:secret@router:4000/callback/a',
  'http://:@router:4000/callback/a',
  'http://evil.example#@router:4000/callback/a',
  'http://evil.example/?http://router:4000/callback/a',
  'http://evil.example\\@router:4000/callback/a',
  'http://router:4000\\@evil.example/callback/a',
  'http:/\\router:4000/callback/a',
  'http:router:4000/callback/a',
  '//router:4000/callback/a',
  'http://router:4000%2fcallback/a',
  'http://ｒouter:4000/callback/a',
  // Other paths.
  'http://router:4000',
  'http://router:4000/',
  'http://router:4000/admin',
  'http://router:4000/callbacks',
  'http://router:4000/callback.json',
  'http://router:4000/CALLBACK/a',
  'http://router:4000//callback/a',
  'http://router:4000/callback//a',
  'http://router:4000/callback/../admin',
  'http://router:4000/callback/..',
  'http://router:4000/callback/./a',
  'http://router:4000/callback/%2e%2e/admin',
  'http://router:4000/callback/.%2E/admin',
  'http://router:4000/callback/%252e%252e/admin',
  'http://router:4000/callback/..%2fadmin',
  'http://router:4000/callback/..;/admin',
  'http://router:4000/callback\\..\\admin',
  'http://router:4000/callback/..\\admin',
  'http://router:4000/callback/.\t./admin',
  'http://router:4000/x/../callback/a',
  // More than an address.
  'http://router:4000/callback/a?to=admin',
  'http://router:4000/callback/a#b',
  'http://router:4000/callback/a b',
  ' http://router:4000/callback/a',
  'http://router:4000/callback/a\n',
  'http://router:4000/callback/a\r\nhost: evil.example',
  // Other schemes, and none.
  'file:///callback/a',
  'ftp://router:4000/callback/a',
  'javascript:alert(1)',
  'data:text/plain,http://router:4000/callback/a',
  'router:4000/callback/a',
  'http://',
  'http://:4000/callback/a',
  'http://router:99999/callback/a',
  '',
]) {
  test(`results are never posted to ${JSON.stringify(text)}`, () => {
    assert.equal(findCallbackUrl(text, ALLOWED), null);
  });
}

test('where no address is allowed, results are posted to none', () => {
  assert.equal(findCallbackUrl('http://router:4000/callback/a', []), null);
});

test('where an address without a path is allowed, any path is', () => {
  const allowed = ['http://router:4000'];
  assert.equal(findCallbackUrl('http://router:4000/', allowed)?.pathname, '/');
  assert.equal(findCallbackUrl('http://router:4000/any/a', allowed)?.pathname, '/any/a');
  assert.equal(findCallbackUrl('http://router:4000.evil.example/a', allowed), null);
});
