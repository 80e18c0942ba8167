import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isEnumType, parse, validate } from 'graphql';
import { parseConfig } from '../../src/config.ts';
import { Duration } from '../../src/duration.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { blocksOf } from './blocks.ts';

const FOLDER = new URL('../../docs/', import.meta.url);
const PAGE = readFileSync(new URL('live.md', FOLDER), 'utf8');

test('the code on the page is that of the files, which are run', () => {
  const files = readdirSync(new URL('live/', FOLDER)).map((name) => `live/${name}`);
  const blocks = blocksOf(PAGE, 'ts');
  assert.deepEqual(blocks.map(({ name }) => name).toSorted(), files.toSorted());
  for (const { name, text } of blocks) {
    assert.equal(text, readFileSync(new URL(name, FOLDER), 'utf8'), name);
  }
});

test('the operations on the page are valid', () => {
  const schema = createSchema();
  const blocks = blocksOf(PAGE, 'graphql');
  assert.ok(blocks.length > 0);
  for (const { text } of blocks) assert.deepEqual(validate(schema, parse(text)), []);
});

test('the page tells of every reason for an end, and of every membership', () => {
  const schema = createSchema();
  for (const name of ['ImportStreamEndReason', 'ImportMembership']) {
    const type = schema.getType(name);
    assert.ok(isEnumType(type));
    for (const value of type.getValues()) assert.match(PAGE, new RegExp(`\`${value.name}\``));
  }
});

test('the limits on the page are those of the configuration', () => {
  const { live } = parseConfig({ name: 'test', text: '{}', environment: {} });
  const told = [...PAGE.matchAll(/^\| `(\w+)` +\| `?(\w+)`? +\|/gm)].map(
    ([, key = '', value = '']) => {
      if (value === 'none') return [key, []];
      return /^\d+$/.test(value) ? [key, Number(value)] : [`${key}Ms`, Duration.parse(value)];
    },
  );
  assert.deepEqual(Object.fromEntries(told), live);
});
