import assert from 'node:assert/strict';
import test from 'node:test';
import { TRANSPORTS } from '../support/transports.ts';
import { at, startWorld } from '../support/world.ts';

const ONE = `subscription ($id: ID!, $after: String) {
  importChanged(id: $id, after: $after) { position }
}`;

const MANY = `subscription ($filter: ImportFilter, $after: String) {
  importsChanged(filter: $filter, after: $after) { position }
}`;

const RECORD = `mutation ($response: JSON!) {
  recordImport(input: { providerId: "micro", externalId: "load", response: $response }) {
    import { id position }
  }
}`;

const RUNNING = {
  job_id: null,
  status: 'processing',
  total: 10,
  processed: 1,
  succeeded: 1,
  failed: 0,
};

const KNOWN = { id: 'micro:load' };

/** Positions that nobody was given, made of one that somebody was. */
function wrongPositions(position: string): Readonly<Record<string, RegExp>> {
  const [place = '', storeId = ''] = position.split('.');
  const isNone = /is not a position; pass one that an import, a change or an event gave you/;
  const otherStore = storeId.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  return {
    nonsense: isNone,
    '': isNone,
    '7': isNone,
    [place]: isNone,
    [`${position} `]: isNone,
    [position.toUpperCase()]: isNone,
    [`p0${place.slice(1)}.${storeId}`]: isNone,
    [`p${'z'.repeat(50)}.${storeId}`]: isNone,
    [`${place}.${otherStore}`]: /of another store.*leave it out and read from the beginning/,
    [`pzzzz.${storeId}`]: /beyond the latest change.*leave it out and read from the beginning/,
  };
}

const MANY_WORDS = Array.from({ length: 101 }, () => 'QUEUED');

/** What has a default may stand where null may not, and can be null all the same. */
const ONE_BY_DEFAULT =
  'subscription ($id: ID = "micro:load") { importChanged(id: $id) { position } }';

const UNCONFIGURED = /no provider "nobody" is configured; importProviders lists those that are/;

/** What is asked for, the code that refuses it, and what its message says. */
const REFUSALS = [
  [ONE, { id: 'micro:unheard-of' }, 'IMPORT_NOT_FOUND', /vendor knows no import micro:unheard-of/],
  [ONE, { id: 'nobody:load' }, 'UNKNOWN_PROVIDER', UNCONFIGURED],
  [ONE, { id: 'load' }, 'INVALID_IMPORT_ID', /must be <providerId>:<externalId>/],
  [MANY, { filter: { ids: [] } }, 'INVALID_FILTER', /filter\.ids: names nothing.*leave it out/],
  [MANY, { filter: { phases: [] } }, 'INVALID_FILTER', /filter\.phases: names nothing/],
  [MANY, { filter: { outcomes: [] } }, 'INVALID_FILTER', /filter\.outcomes: names nothing/],
  [MANY, { filter: { providerIds: [] } }, 'INVALID_FILTER', /filter\.providerIds: names nothing/],
  [MANY, { filter: { providerIds: ['nobody'] } }, 'UNKNOWN_PROVIDER', UNCONFIGURED],
  [MANY, { filter: { ids: ['load'] } }, 'INVALID_IMPORT_ID', /must be <providerId>:<externalId>/],
  [MANY, { filter: { phases: MANY_WORDS } }, 'INVALID_FILTER', /filter\.phases: at most 100/],
  [
    ONE_BY_DEFAULT,
    { id: null },
    'BAD_USER_INPUT',
    /\$id must not be null where it stands; leave it out/,
  ],
] as const;

for (const { name, follow } of TRANSPORTS) {
  test(`${name} is told what is wrong with what it asks for, and what to do`, async (t) => {
    const world = await startWorld(t);
    const { url } = world.app;
    const recorded = await world.ask(RECORD, { response: RUNNING });
    const position = String(at(recorded.data, 'recordImport.import.position'));
    const positions = Object.entries(wrongPositions(position)).flatMap(
      ([after, message]) =>
        [
          [ONE, { ...KNOWN, after }, 'INVALID_CURSOR', message],
          [MANY, { after }, 'INVALID_CURSOR', message],
        ] as const,
    );
    await Promise.all(
      [...REFUSALS, ...positions].map(async ([query, variables, code, message]) => {
        const answers = await Array.fromAsync(follow(t, { url, query, variables }));
        const asked = JSON.stringify(variables);
        assert.equal(answers.length, 1, asked);
        const [{ data, errors } = { data: undefined, errors: [] }] = answers;
        assert.equal(data, null, asked);
        assert.equal(errors.length, 1, asked);
        assert.equal(errors[0]?.extensions?.code, code, asked);
        assert.match(errors[0]?.message ?? '', message, asked);
        assert.ok((errors[0]?.message.length ?? 0) < 300, asked);
      }),
    );
  });

  test(`${name} is told of variables and operations that do not fit the schema`, async (t) => {
    const world = await startWorld(t);
    const { url } = world.app;
    const wrong = [
      [ONE, {}, /\$id/],
      [MANY, { filter: { phases: ['RUNING'] } }, /RUNING/],
      [MANY, { filter: { changedSince: 'yesterday' } }, /yesterday|date/i],
      [MANY, { filter: { colour: 'red' } }, /colour/],
      ['subscription { importsChanged { nothing } }', {}, /nothing/],
    ] as const;
    for (const [query, variables, message] of wrong) {
      const answer = Array.fromAsync(follow(t, { url, query, variables }));
      // Apollo Client makes an error of its own of an answer that is no stream.
      const told = await answer.then(
        ([first]) => first?.errors[0]?.message ?? '',
        (error: unknown) => String(at(error, 'bodyText') ?? error),
      );
      assert.match(told, message, query);
      assert.doesNotMatch(told, /something failed inside/, query);
    }
  });
}
