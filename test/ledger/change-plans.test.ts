import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportFilter } from '../../src/ledger/ledger.ts';
import { listChanges } from '../../src/ledger/sqlite/changes.ts';
import { text } from '../../src/ledger/columns.ts';
import type { Row } from '../../src/ledger/columns.ts';
import { Database } from '../../src/ledger/sqlite/database.ts';
import type { Parameters } from '../../src/ledger/sqlite/database.ts';
import { atEnd } from '../support/at-end.ts';

/** Says beside each list how it is read. */
class ExplainedDatabase extends Database {
  readonly plans: string[] = [];

  override all(sql: string, parameters: Parameters): readonly Row[] {
    const steps = super.all(`explain query plan ${sql}`, parameters);
    this.plans.push(...steps.map((step) => text(step, 'detail')));
    return super.all(sql, parameters);
  }
}

const RUN = { key: 'run', value: '7' };
const FILTERS: readonly ImportFilter[] = [
  {},
  { providerIds: ['catalog'] },
  { providerIds: ['catalog', 'crm'] },
  { phases: ['RUNNING'] },
  { phases: ['RUNNING', 'QUEUED'] },
  { outcomes: ['FAILED'] },
  { outcomes: ['FAILED', 'ABORTED'] },
  { labels: [RUN] },
  { labels: [RUN, { key: 'team', value: 'sales' }] },
  { ids: ['catalog:a'] },
  { ids: ['catalog:a', 'catalog:b', 'crm:c'] },
  { changedSince: 1 },
  { providerIds: ['crm'], phases: ['FINISHED'], outcomes: ['FAILED'], labels: [RUN] },
];

for (const filter of FILTERS) {
  test(`what is new is read alone and in its order, of ${JSON.stringify(filter)}`, (t) => {
    const database = new ExplainedDatabase(':memory:');
    atEnd(t, () => database.close());
    database.run('/* test */ update positions set last = 100', []);

    listChanges(database, { filter, first: 10, after: 99 });

    const plan = database.plans.join('\n');
    assert.match(plan, /SEARCH imports USING INDEX \S+ \(position>\? AND position<\?\)/);
    const others = database.plans.filter((step) => /^(?:SCAN|SEARCH) (?!json_each)/.test(step));
    for (const step of others) assert.match(step, /^SEARCH /);
    assert.doesNotMatch(plan, /TEMP B-TREE/);
    const turns = database.plans.filter((step) => step.startsWith('SEARCH turn'));
    for (const step of turns) assert.match(step, /\(position>\? AND position<\?\)$/);
  });
}

test('few imports are read by their ids, however much is new', (t) => {
  const database = new ExplainedDatabase(':memory:');
  atEnd(t, () => database.close());
  database.run('/* test */ update positions set last = 100', []);
  listChanges(database, { filter: { ids: ['catalog:a', 'crm:b'] }, first: 10, after: 1 });
  assert.match(database.plans.join('\n'), /SEARCH imports USING INDEX \S+ \(id=\?\)/);
});
