import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createClient as createStreams } from 'graphql-sse';
import { watch } from '../../docs/live/dashboard.ts';
import type { Held, Watched } from '../../docs/live/dashboard.ts';
import type { ShownImport } from '../../docs/live/following.ts';
import { poll } from '../../docs/live/polling.ts';
import { connect } from '../../docs/live/socket.ts';
import { at, until } from '../support/world.ts';
import { Rig, ROWS } from './rig.ts';

const LIST = `query ($filter: ImportFilter) {
  imports(filter: $filter, first: 500) {
    nodes { position id revision job { id phase outcome } counters { processed failed } }
  }
}`;

type Listed = ShownImport & { readonly position: string | null };

const WAYS: Readonly<Record<string, (host: string, watched: Watched) => AsyncGenerator<Held>>> = {
  'a WebSocket': (host, watched) => watch(connect(`ws://${host}/graphql`), watched),
  'server-sent events': (host, watched) => {
    const client = createStreams({ url: `http://${host}/graphql/stream`, retryAttempts: 0 });
    return watch(client, watched);
  },
  polling: (host, watched) => poll(`http://${host}/graphql`, watched, 50),
};

const RUNNING = { phases: ['QUEUED', 'RUNNING'] };

describe('the page on live lists', { concurrency: true }, () => {
  for (const [name, start] of Object.entries(WAYS)) {
    test(`a list over ${name} is what a query answers, over cuts and a restart`, async (t) => {
      const rig = await Rig.start(t);
      for (const load of ['a', 'b', 'c']) await rig.report(load, 1);
      const board = new Board(t);
      const showing = board.showAll(start(rig.line.host, board.watching(RUNNING)));
      await board.shows(await list(rig, RUNNING));

      rig.line.cut();
      await rig.report('a', ROWS);
      await rig.report('d', 1);
      await rig.report('b', 2);
      await board.shows(await list(rig, RUNNING));

      rig.line.tear();
      await rig.report('b', 3);
      await rig.report('c', ROWS);
      await rig.restart();
      for (const load of ['e', 'f']) await rig.report(load, 1);
      await rig.report('f', ROWS);
      await rig.line.refuse();
      await rig.report('d', ROWS);
      await rig.report('e', 2);
      rig.line.accept();
      await board.shows(await list(rig, RUNNING));
      assert.deepEqual(board.ids, ['micro:b', 'micro:e']);

      board.leave();
      await showing;
    });

    test(`a list over ${name} goes on from what was listed`, async (t) => {
      const rig = await Rig.start(t);
      for (const load of ['a', 'b', 'c']) await rig.report(load, 1);
      const listed = await list(rig, RUNNING);
      await rig.report('a', ROWS);
      await rig.report('d', 1);
      await rig.report('c', 2);
      const board = new Board(t);
      const held = new Map(listed.map((shown) => [shown.id, shown]));
      const after = listed.find(({ position }) => position !== null)?.position ?? null;
      const watched = { ...board.watching(RUNNING), held, after };
      const showing = board.showAll(start(rig.line.host, watched));
      await board.shows(await list(rig, RUNNING));
      assert.deepEqual(board.ids, ['micro:b', 'micro:c', 'micro:d']);
      board.leave();
      await showing;
    });

    test(`a list over ${name} starts anew when imports were deleted for their age`, async (t) => {
      const rig = await Rig.start(t);
      for (const load of ['old', 'new']) await rig.report(load, 1);
      const board = new Board(t);
      const showing = board.showAll(start(rig.line.host, board.watching({})));
      await board.shows(await list(rig, {}));
      await rig.line.refuse();
      await rig.report('old', ROWS);
      await rig.restart({ laterMs: 2 * DAY_MS });
      await rig.isGone('old');
      rig.line.accept();
      await board.shows(await list(rig, {}));
      assert.deepEqual(board.ids, ['micro:new']);
      board.leave();
      await showing;
    });

    test(`a list over ${name} starts anew when the store is another one`, async (t) => {
      const rig = await Rig.start(t);
      for (const load of ['a', 'b']) await rig.report(load, 1);
      const board = new Board(t);
      const showing = board.showAll(start(rig.line.host, board.watching({})));
      await board.shows(await list(rig, {}));
      await rig.restart({ store: 'another.db' });
      await rig.report('b', 2);
      await board.shows(await list(rig, {}));
      assert.deepEqual(board.ids, ['micro:b']);
      board.leave();
      await showing;
    });
  }

  test('a list that nobody looks at any more leaves nothing behind, also after a cut', async (t) => {
    const rig = await Rig.start(t);
    await rig.report('a', 1);
    const board = new Board(t);
    const client = connect(`ws://${rig.line.host}/graphql`);
    const showing = board.showAll(watch(client, board.watching({})));
    await board.shows(await list(rig, {}));
    rig.line.cut();
    await rig.report('a', 2);
    await board.shows(await list(rig, {}));
    board.leave();
    await showing;
    await until(() => rig.line.load === 0);
  });
});

const DAY_MS = 86_400_000;

/** What a query answers, past the line. */
async function list(rig: Rig, filter: Watched['filter']): Promise<readonly Listed[]> {
  const nodes = at(await rig.ask(LIST, { filter }), 'imports.nodes');
  assert.ok(Array.isArray(nodes));
  return nodes;
}

/** A list as somebody sees it. */
class Board {
  readonly #leaving = new AbortController();
  readonly #waiting = new Set<() => void>();
  #shown: readonly object[] = [];

  constructor(t: TestContext) {
    t.after(() => this.leave());
  }

  watching(filter: Watched['filter']): Watched {
    return { filter, signal: this.#leaving.signal };
  }

  async showAll(lists: AsyncIterable<Held>): Promise<void> {
    for await (const held of lists) {
      this.#shown = inOrder([...held.values()]);
      for (const look of this.#waiting) look();
    }
  }

  /** Resolves once it shows these and nothing else. */
  shows(expected: readonly ShownImport[]): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isDeepStrictEqual(this.#shown, inOrder(expected))) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  get ids(): readonly unknown[] {
    return this.#shown.map((shown) => at(shown, 'id'));
  }

  leave(): void {
    this.#leaving.abort();
  }
}

function inOrder(imports: readonly ShownImport[]): readonly object[] {
  return imports
    .map(({ id, revision, job, counters }) => ({ id, revision, job, counters }))
    .toSorted((a, b) => a.id.localeCompare(b.id));
}
