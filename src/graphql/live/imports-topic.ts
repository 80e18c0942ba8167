import type { ImportFilter } from '../../ledger/ledger.ts';
import type { GraphServices } from '../context.ts';
import { findGap } from '../gap.ts';
import { ENDED } from './import-topic.ts';
import type { Seen, Topic, TopicPage } from './topic.ts';

const PAGE = 100;

/** Every import that matches a filter: where each stands, then each change, also out of the filter. */
export class ImportsTopic implements Topic {
  readonly ids: readonly string[] | null;
  readonly #filter: ImportFilter;
  readonly #ledger: GraphServices['ledger'];

  constructor(filter: ImportFilter, { ledger }: Pick<GraphServices, 'ledger'>) {
    this.#filter = filter;
    this.#ledger = ledger;
    this.ids = filter.ids ?? null;
  }

  async read({ after, since }: Seen): Promise<TopicPage> {
    const page = await this.#ledger.listChanges({
      filter: this.#filter,
      first: PAGE,
      after: after ?? 0,
      ...(since && { since }),
    });
    // After the page: what is deleted while it is read is not in it, and is to be told of.
    const gap = await findGap(after, { ledger: this.#ledger });
    const events = page.changes.map(
      ({ import: changed, position, skippedRevisions, membership }) => ({
        import: changed,
        position,
        skippedRevisions,
        membership,
        gap: null,
        end: null,
      }),
    );
    return {
      events,
      end: page.endPosition,
      latest: page.latest,
      hasMore: page.hasMore,
      hasEnded: !page.hasMore && (await this.#haveAllEnded()),
      gap,
      again: null,
    };
  }

  /** Only named imports can all have ended; to any other filter something may yet be added. */
  async #haveAllEnded(): Promise<boolean> {
    const { ids } = this.#filter;
    if (ids === undefined) return false;
    const known = await this.#ledger.findImports(ids);
    return ids.every((id) => ENDED.has(known.get(id)?.freshness.state ?? 'PENDING'));
  }
}
