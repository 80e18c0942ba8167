import { createHash } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { graphError } from './errors.ts';

/** Operations that are known beforehand. */
export interface PersistedList {
  /** Texts by what they are called by, such as the SHA-256 of the text. */
  readonly texts: ReadonlyMap<string, string>;
  /**
   * Whether nothing else is executed. Not for a graph with a router in front: the operations that a
   * router makes are nobody's list.
   */
  readonly isOnly: boolean;
}

export interface PersistedRequest {
  /** Empty when only its hash is sent. */
  readonly query: string;
  readonly extensions?: unknown;
}

const NO_LIST: PersistedList = { texts: new Map(), isOnly: false };

/** Characters of texts that clients have registered; the ones used least make room for others. */
const MOST_REGISTERED = 2_097_152;

/** What clients send instead of a text, or to have it remembered: Apollo's protocol. */
const PersistedQuery = z.object({ version: z.literal(1), sha256Hash: z.string().min(1) });

/** Operations that clients may name rather than send: those of a list, and those they registered. */
export class PersistedOperations {
  readonly #list: PersistedList;
  readonly #listed: ReadonlySet<string>;
  readonly #registered = new LRUCache<string, string>({
    maxSize: MOST_REGISTERED,
    sizeCalculation: (text) => text.length,
  });

  constructor(list: PersistedList | null) {
    this.#list = list ?? NO_LIST;
    this.#listed = new Set(this.#list.texts.values());
  }

  /** The text that a request means, or why it means none that is executed. */
  resolve({ query, extensions }: PersistedRequest): string | GraphQLError {
    const named = read(extensions);
    if (named === null) return this.#admit(query);
    if (!named.success) return INVALID;
    const { sha256Hash } = named.data;
    const known = this.#list.texts.get(sha256Hash) ?? this.#registered.get(sha256Hash);
    if (query === '') return known ?? (this.#list.isOnly ? NOT_IN_LIST : NOT_FOUND);
    if (query === known) return query;
    return hashOf(query) === sha256Hash ? this.#admit(query) : MISMATCH;
  }

  /** Remembers the text of a request that was found to be an operation, if that is asked for. */
  register({ query, extensions }: PersistedRequest): void {
    const named = read(extensions);
    if (named === null || !named.success || query === '' || this.#list.isOnly) return;
    const { sha256Hash } = named.data;
    if (!this.#list.texts.has(sha256Hash)) this.#registered.set(sha256Hash, query);
  }

  #admit(query: string): string | GraphQLError {
    return this.#list.isOnly && !this.#listed.has(query) ? NOT_IN_LIST : query;
  }
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Null when a request has no such extension. */
function read(extensions: unknown): ReturnType<typeof PersistedQuery.safeParse> | null {
  if (typeof extensions !== 'object' || extensions === null) return null;
  return 'persistedQuery' in extensions
    ? PersistedQuery.safeParse(extensions.persistedQuery)
    : null;
}

const INVALID = graphError(
  'BAD_REQUEST',
  'extensions.persistedQuery: must be { "version": 1, "sha256Hash": "…" }',
);

const MISMATCH = graphError(
  'BAD_REQUEST',
  'extensions.persistedQuery.sha256Hash: is not the SHA-256 of the query, in hexadecimal',
);

/** Clients know what to do by this message. */
const NOT_FOUND = graphError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');

const NOT_IN_LIST = graphError(
  'PERSISTED_QUERY_NOT_IN_LIST',
  'only operations of a list are executed here, and this is none of them; have it added, or send one that is, by its id or to the letter',
);
