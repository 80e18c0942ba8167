import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FAULTS } from '../support/faults.ts';
import type { Consequence, NextLook } from '../support/faults.ts';

const PAGE = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');

const NEXT_LOOK: Readonly<Record<NextLook, string>> = {
  soon: 'soon',
  far: 'later',
  'as asked': 'when it said',
  never: 'none',
};

test('the table on the page is the one that every vendor is tested by', () => {
  const rows = [...PAGE.matchAll(/^\| … (.+) \|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  );
  const expected = Object.entries(FAULTS).flatMap(([fault, { usually, except = {} }]) => [
    rowOf(fault, usually),
    ...Object.entries(except).map(([vendor, other]) => rowOf(`${fault}: ${vendor}`, other)),
  ]);
  assert.deepEqual(rows, expected);
});

function rowOf(fault: string, { shows, freshness, error, health, next }: Consequence) {
  const isHealthy = health.error === null;
  const failing = health.pause === null ? '`DEGRADED`' : '`DOWN`';
  return [
    fault,
    shows,
    `\`${freshness}\``,
    error === null ? 'none' : `\`${error.toUpperCase().replaceAll('-', '_')}\``,
    isHealthy ? '`HEALTHY`' : failing,
    NEXT_LOOK[next],
  ];
}
