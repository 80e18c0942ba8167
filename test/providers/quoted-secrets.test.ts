import assert from 'node:assert/strict';
import test from 'node:test';
import { listSecrets, Secrets } from '../../src/providers/quoted-secrets.ts';
import { quoteVendor, withoutValues } from '../../src/providers/vendor-words.ts';

const SECRET = `pa"ss\\word/with+all&<x>! of 'it' é~`;

const inXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const inForm = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);
const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

for (const [form, quote] of Object.entries({
  'as it is': (text: string) => text,
  'in JSON': inJson,
  'in JSON that escapes more than it must': (text: string) =>
    inJson(text).replaceAll('/', '\\/').replaceAll('+', '\\u002B').replaceAll('é', '\\u00e9'),
  'in JSON in JSON': (text: string) => inJson(inJson(text)),
  'in a URI': encodeURIComponent,
  'in a URI in a URI': (text: string) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': inForm,
  'in XML': inXml,
  'in XML, by numbers': (text: string) =>
    text.replace(/\W/gu, (character) => `&#${character.codePointAt(0)};`),
  'in XML in XML': (text: string) => inXml(inXml(text)),
  'in base64': inBase64,
  'in base64 for URIs': (text: string) => Buffer.from(text).toString('base64url'),
  'in base64 in JSON': (text: string) =>
    inBase64(text).replaceAll('/', '\\/').replaceAll('+', '\\u002B'),
  'in base64 in a form': (text: string) => inForm(inBase64(text)),
})) {
  test(`a secret is hidden that is quoted ${form}`, () => {
    const secrets = new Secrets([SECRET, '\u00fb\u00ff\u00ff???>>>~~~pass']);
    for (const secret of [SECRET, '\u00fb\u00ff\u00ff???>>>~~~pass']) {
      assert.match(secrets.hide(`no ${quote(secret)}, sorry`), /^no \[hidden\]=*(?:%3D)*, sorry$/);
    }
  });
}

test('a secret is hidden whole, also where another one is its beginning', () => {
  assert.equal(new Secrets(['abcd', 'abcdef']).hide('abcdef abcd'), '[hidden] [hidden]');
});

test('a secret is hidden that has the quotes that we write', () => {
  const secrets = new Secrets(['pa“ss”word']);
  assert.equal(secrets.hide(quoteVendor('no pa“ss”word')), '“no [hidden]”');
});

test('a token is hidden once it was issued, and for a while after others were', () => {
  const secrets = new Secrets([]);
  assert.equal(secrets.hide('token-0'), 'token-0');
  for (let issued = 0; issued < 5; issued += 1) secrets.add(`token-${issued}`);
  assert.equal(secrets.hide('no token-0, no token-4'), 'no [hidden], no [hidden]');
});

test('a secret too short to be one does not take a message apart', () => {
  assert.equal(new Secrets(['a', 'key', '']).hide('a bad key'), 'a bad key');
  assert.equal(new Secrets(['a ba']).hide('a bad key'), '[hidden]d key');
});

test('a secret of nothing but backslashes is found before anybody gets tired', () => {
  const secrets = new Secrets([`${'\\'.repeat(30)}x`]);
  const text = `${'\\'.repeat(2_000)}y`;
  assert.equal(secrets.hide(text), text);
  assert.equal(secrets.hide(`${'\\'.repeat(60)}x`), '[hidden]');
});

test('the secrets among settings are known by their names, however deep, and as a header shows them', () => {
  assert.deepEqual(
    listSecrets({
      baseUrl: 'https://acme.collibra.com',
      apiKey: 'five',
      auth: {
        basic: { username: 'svc', password: 'one' },
        oauth: { clientId: 'x', clientSecret: 'two', tokenUrl: 'https://acme.com/token' },
        bearer: { token: 'four' },
      },
      batchSize: 20,
      timeZone: null,
    }),
    ['five', 'one', 'svc:one', 'two', 'x:two', 'four'],
  );
});

test('a failure keeps our words, and of the vendor those that are nobody’s values', () => {
  const words = `no row {email: ann@acme.com, name: Ann} of “Ann Lee” <ann@acme.com> at line 7`;
  assert.equal(
    withoutValues(
      `GET https://a.example/jobs/12 answered 500: ${quoteVendor(words)}; is it right?`,
    ),
    'GET https://a.example/jobs/12 answered 500: “no row {…} of … <…> at line …”; is it right?',
  );
  const cut = quoteVendor('no row {email: ann@acme.com, name: Ann');
  assert.equal(withoutValues(cut), '“no row {…}”');
  assert.equal(withoutValues(quoteVendor('x'.repeat(9_000))), `“${'x'.repeat(200)}”`);
});
