import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImportRef, importId, isImportRef, refOfNoImport } from '../../src/domain/import.ts';

const WELL_FORMED: readonly (readonly [string, string, string])[] = [
  ['catalog:load-1', 'catalog', 'load-1'],
  ['a:b', 'a', 'b'],
  [
    'my-crm-2:0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50',
    'my-crm-2',
    '0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50',
  ],
  ['crm:with:colons::in:it', 'crm', 'with:colons::in:it'],
  ['crm:../..?#%2f"<>', 'crm', '../..?#%2f"<>'],
  ['crm:two words', 'crm', 'two words'],
  [`crm:${'x'.repeat(200)}`, 'crm', 'x'.repeat(200)],
];
for (const [id, providerId, externalId] of WELL_FORMED) {
  test(`${id.slice(0, 40)} names an import, and is its name`, () => {
    assert.deepEqual(findImportRef(id), { providerId, externalId });
    assert.equal(importId({ providerId, externalId }), id);
  });
}

const MALFORMED = {
  nothing: '',
  'no colon': 'catalog',
  'no provider': ':load-1',
  'no external id': 'catalog:',
  'a capital in the provider': 'Catalog:load-1',
  'a digit first in the provider': '1catalog:load-1',
  'a space before the provider': ' catalog:load-1',
  'an underscore in the provider': 'my_crm:load-1',
  'a space before the external id': 'catalog: load-1',
  'a space behind the external id': 'catalog:load-1 ',
  'only a space': 'catalog: ',
  'a line end': 'catalog:load-1\n',
  'a line end in the middle': 'catalog:load\n1',
  'a line end behind the provider': 'catalog\n:load-1',
  'a tab': 'catalog:load\t1',
  'a NUL': 'catalog:load\u00001',
  'a letter beyond ASCII': 'catalog:löad',
  'half of a surrogate pair': 'catalog:\ud800',
  'more than 200 characters': `catalog:${'x'.repeat(201)}`,
};
for (const [what, id] of Object.entries(MALFORMED)) {
  test(`an id with ${what} names no import`, () => {
    assert.equal(findImportRef(id), null);
    assert.equal(importId(refOfNoImport(id)), id);
    assert.equal(isImportRef(refOfNoImport(id)), false);
  });
}

test('an id of a megabyte is refused as fast as any', () => {
  for (const filler of ['a', ' ', ':', 'a ', '-']) {
    assert.equal(findImportRef(`catalog:${filler.repeat(1_000_000)}`), null);
    assert.equal(findImportRef(`${filler.repeat(1_000_000)}:\n`), null);
  }
});
