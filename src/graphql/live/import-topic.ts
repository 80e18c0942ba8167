import { delay } from '../../domain/clock.ts';
import { importId } from '../../domain/import.ts';
import type { FreshnessState, Import } from '../../domain/import.ts';
import type { EventModel } from '../models.ts';
import type { Seen, Topic, TopicPage, TopicServices } from './topic.ts';

/** After these, nothing more can come. */
export const ENDED: ReadonlySet<FreshnessState> = new Set([
  'SETTLED',
  'GONE',
  'NOT_FOUND',
  'UNTRACKED',
]);

/** An import that is in no ledger is asked for again after this, while somebody subscribes. */
const ASK_AGAIN_MS = 10_000;

/** One import: where it stands, then each change, until nothing more can come. */
export class ImportTopic implements Topic {
  readonly ids: readonly string[];
  readonly #id: string;
  readonly #found: Import;
  readonly #services: TopicServices;
  #asking: Promise<void> | null = null;
  #isMissing = false;

  /** `found` is what was known when the subscription was asked for. */
  constructor(found: Import, services: TopicServices) {
    this.#id = importId(found.ref);
    this.#found = found;
    this.#services = services;
    this.ids = [this.#id];
  }

  async read({ after }: Seen, signal: AbortSignal): Promise<TopicPage> {
    const { ledger, watcher } = this.#services;
    const known = (await ledger.findImports([this.#id])).get(this.#id) ?? null;
    const current = known ?? this.#found;
    const events = after === null ? [eventOf(current)] : await this.#changes(after);
    const isWatched = watcher.findProvider(current.ref.providerId) !== null;
    const isMissing = known === null && this.#isMissing;
    const hasEnded = !isWatched || isMissing || ENDED.has(current.freshness.state);
    const seen = events.at(-1)?.position ?? current.position ?? 0;
    return {
      events,
      // The same for all that have seen its latest change, whatever they have seen of others.
      end: seen,
      hasMore: false,
      latest: seen,
      hasEnded,
      pruned: 0,
      again: known === null && !hasEnded ? this.#ask(signal) : null,
    };
  }

  async #changes(after: number): Promise<readonly EventModel[]> {
    const filter = { ids: [this.#id] };
    const page = await this.#services.ledger.listChanges({ filter, first: 1, after });
    return page.changes.map(({ import: changed, skippedRevisions }) => ({
      ...eventOf(changed),
      skippedRevisions,
    }));
  }

  /** Asks for an import that is in no ledger: once, however many subscribe. */
  #ask(signal: AbortSignal): Promise<void> {
    this.#asking ??= this.#lookUp(signal).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #lookUp(signal: AbortSignal): Promise<void> {
    const { watcher, clock } = this.#services;
    const answer = await watcher.ask(this.#found.ref);
    this.#isMissing = answer.kind === 'not-found';
    if (answer.kind === 'failed') await delay(clock, ASK_AGAIN_MS, signal);
  }
}

function eventOf(shown: Import): EventModel {
  return {
    import: shown,
    position: shown.position ?? 0,
    skippedRevisions: 0,
    membership: null,
    toldGap: 0,
    gap: null,
    end: null,
  };
}
