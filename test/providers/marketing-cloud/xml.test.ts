import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readXml, writeXml } from '../../../src/providers/marketing-cloud/xml.ts';

function treeOf(text: string): unknown {
  const reading = readXml(text);
  assert.equal(reading.kind, 'read', JSON.stringify(reading));
  return reading.tree;
}

test('drops prefixes from elements and attributes, and keeps repeated elements', () => {
  const tree = treeOf('<a:x xmlns:a="u" a:kind="q"><b:y xmlns:b="v">1</b:y><y>2</y></a:x>');
  assert.deepEqual(tree, { x: { '@_kind': 'q', y: ['1', '2'] } });
});

test('keeps every value a string', () => {
  assert.deepEqual(treeOf('<x><a>007</a><b>1e3</b><c>true</c><d/></x>'), {
    x: { a: '007', b: '1e3', c: 'true', d: '' },
  });
});

test('reads the five predefined entities and character references', () => {
  assert.deepEqual(
    treeOf('<x a="&lt;&#34;">&amp;&lt;&gt;&quot;&apos;&#65;&#x42;&#x1F600;&amp;lt;</x>'),
    { x: { '#text': `&<>"'AB😀&lt;`, '@_a': '<"' } },
  );
});

test('leaves references inside CDATA as they are', () => {
  assert.deepEqual(treeOf('<x><![CDATA[<b>&amp;]]></x>'), { x: '<b>&amp;' });
});

for (const [name, text] of [
  ['an undefined entity', '<x>&nbsp;</x>'],
  ['a bare ampersand', '<x>a & b</x>'],
  ['a reference to no character', '<x>&#0;</x>'],
  ['a reference to a surrogate', '<x>&#xD800;</x>'],
  ['a reference beyond Unicode', '<x>&#x110000;</x>'],
  ['a document that stops half-way', '<x><b>1</b>'],
  ['tags that cross', '<x><b></x></b>'],
  ['no XML at all', 'no healthy upstream'],
  ['nothing', ''],
  ['an element named __proto__', '<x><__proto__>1</__proto__></x>'],
  ['too deep a nesting', '<x>'.repeat(500) + '</x>'.repeat(500)],
] as const) {
  test(`refuses ${name}`, () => {
    assert.equal(readXml(text).kind, 'refused');
  });
}

const BILLION_LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol0 "lol">${Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY lol${level + 1} "${`&lol${level};`.repeat(10)}">`,
).join('')}]><x>&lol9;</x>`;

for (const [name, text] of [
  ['a billion laughs', BILLION_LAUGHS],
  ['an external entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ['an empty document type', '<!DOCTYPE x><x/>'],
  ['a document type in lower case', '<!doctype x><x/>'],
  ['an entity declaration without a document type', '<x><!ENTITY a "b"></x>'],
] as const) {
  test(`refuses ${name} unread`, () => {
    assert.deepEqual(readXml(text), {
      kind: 'refused',
      reason: 'a document type or entity declaration',
    });
  });
}

test('writes what it can read back, whatever the text holds', () => {
  const text = `<&>"'é😀]]>&amp;`;
  const written = writeXml({ x: { '@_a': text, y: [text, '2'], z: { '@_nil': 'true' } } });
  assert.deepEqual(treeOf(written), { x: { '@_a': text, y: [text, '2'], z: { '@_nil': 'true' } } });
});
