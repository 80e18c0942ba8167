import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { Duration } from '../../src/duration.ts';
import { noticeWithinMs } from '../../src/stopping.ts';

const PAGE = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const COMPOSE = readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8');
const { live, drain } = parseConfig({ name: 'test', text: '{}', environment: {} });

/** The default as the page has it. */
function toldOf(key: string, default_: RegExp): number {
  const [, value = ''] = new RegExp(`\\| \`${key}\` +\\| ${default_.source}`).exec(PAGE) ?? [];
  return Duration.parse(value);
}

test('the times on the page are those of the configuration', () => {
  assert.equal(
    toldOf('drain.noticeWithin', /`(\w+)` with/),
    noticeWithinMs(drain, { isShared: true }),
  );
  assert.equal(noticeWithinMs(drain, { isShared: false }), 0);
  assert.equal(toldOf('live.drainFor', /`(\w+)`/), live.drainForMs);
  assert.equal(toldOf('drain.finishWithin', /`(\w+)`/), drain.finishWithinMs);
});

test('those who end what does not stop wait for longer than it takes', () => {
  const [, all = ''] = /at most `[^`]+`:\s(\d+)\ss/.exec(PAGE) ?? [];
  const allMs = noticeWithinMs(drain, { isShared: true }) + live.drainForMs + drain.finishWithinMs;
  assert.equal(Number(all) * 1_000, allMs + 5_000);
  const [, grace = ''] = /terminationGracePeriodSeconds: (\d+)/.exec(PAGE) ?? [];
  const [, compose = ''] = /stop_grace_period: (\d+)s/.exec(COMPOSE) ?? [];
  for (const seconds of [grace, compose]) assert.ok(Number(seconds) > Number(all), seconds);
});
