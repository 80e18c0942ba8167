import type { ImportFilter } from '../../ledger/ledger.ts';
import { parseImportId } from '../find-import.ts';
import { readWithPruned } from '../gap.ts';
import { ENDED } from './import-topic.ts';
import type { TopicServices } from './topic.ts';
import type { Seen, Topic, TopicPage } from './topic.ts';

const PAGE = 100;

/** Every import that matches a filter: where each stands, then each change, also out of the filter. */
export class ImportsTopic implements Topic {
  readonly ids: readonly string[] | null;
  readonly #filter: ImportFilter;
  readonly #services: TopicServices;
  /** One of the named imports that had not ended when it was last seen to. */
  #running: string | null = null;

  constructor(filter: ImportFilter, services: TopicServices) {
    this.#filter = filter;
    this.#services = services;
    this.ids = filter.ids ?? null;
  }

  async read({ after, since }: Seen): Promise<TopicPage> {
    const ledger = this.#services.ledger;
    // Before the changes: the end must not come before the finish that it follows.
    const haveAllEnded = await this.#haveAllEnded();
    const { page, pruned } = await readWithPruned(after, ledger, () =>
      ledger.listChanges({
        filter: this.#filter,
        first: PAGE,
        after: after ?? 0,
        ...(since && { since }),
      }),
    );
    const events = page.changes.map((change) => ({ ...change, toldGap: 0, gap: null, end: null }));
    return {
      events,
      end: page.endPosition,
      latest: page.latest,
      hasMore: page.hasMore,
      hasEnded: haveAllEnded && !page.hasMore,
      pruned,
      again: null,
    };
  }

  /** Only named imports can all have ended; to any other filter something may yet be added. */
  async #haveAllEnded(): Promise<boolean> {
    const { ids } = this.#filter;
    if (ids === undefined) return false;
    // While that one runs, the others need not be looked for.
    if (this.#running !== null && (await this.#findRunning([this.#running])) !== null) return false;
    this.#running = await this.#findRunning(ids);
    return this.#running === null;
  }

  /** The first of these imports that may still change. */
  async #findRunning(ids: readonly string[]): Promise<string | null> {
    const { ledger, watcher } = this.#services;
    const known = await ledger.findImports(ids);
    const running = ids.find((id) => {
      const isWatched = watcher.findProvider(parseImportId(id).providerId) !== null;
      return isWatched && !ENDED.has(known.get(id)?.freshness.state ?? 'PENDING');
    });
    return running ?? null;
  }
}
