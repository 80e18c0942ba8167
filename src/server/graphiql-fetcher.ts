/** What GraphiQL asks of a fetcher. */
export interface GraphiqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
}

export interface GraphiqlOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly documentAST?: {
    readonly definitions: readonly {
      readonly kind: string;
      readonly operation?: string;
      readonly name?: { readonly value: string } | undefined;
    }[];
  };
}

export type GraphiqlFetcher = (
  request: GraphiqlRequest,
  options?: GraphiqlOptions,
) => Promise<unknown> | AsyncIterableIterator<unknown, void>;

export interface FetcherOptions {
  readonly endpoint: string;
  /** How long to wait before coming back. */
  readonly pauseMs: number;
}

/**
 * Makes GraphiQL's fetcher. A subscription outlives its connection: it comes back with the position
 * that it saw last, until the server says that nothing more can come.
 */
export function createGraphiqlFetcher(to: FetcherOptions): GraphiqlFetcher {
  return (request, options = {}) => {
    const headers = options.headers ?? {};
    if (isSubscription(request, options)) return follow(request, headers, to);
    return post(to.endpoint, request, { headers }).then((response) => response.json());
  };
}

function isSubscription(request: GraphiqlRequest, options: GraphiqlOptions): boolean {
  const operations = (options.documentAST?.definitions ?? []).filter(
    ({ kind, name }) =>
      kind === 'OperationDefinition' &&
      (!request.operationName || name?.value === request.operationName),
  );
  return operations.some(({ operation }) => operation === 'subscription');
}

interface PostInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function post(url: string, request: GraphiqlRequest, init: PostInit): Promise<Response> {
  const headers = { ...init.headers, 'content-type': 'application/json' };
  return fetch(url, { ...init, method: 'POST', headers, body: JSON.stringify(request) });
}

/** One server-sent event: its fields by name. */
function fieldsOf(text: string): Map<string, string> {
  return new Map(
    text.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
}

/** The events of a response, until it ends or breaks off. */
async function* read(response: Response): AsyncGenerator<Map<string, string>, void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return;
      const events = (text + chunk.value).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) yield fieldsOf(event);
    }
  } finally {
    // What nobody reads to its end would keep its connection.
    await reader?.cancel();
  }
}

/** Why the server says that the stream ends; null when it does not. */
function reasonOf(result: { readonly data?: Readonly<Record<string, unknown>> | null }): unknown {
  const [event] = Object.values(result.data ?? {});
  if (typeof event !== 'object' || event === null || !('end' in event)) return null;
  const { end } = event;
  return typeof end === 'object' && end !== null && 'reason' in end ? end.reason : null;
}

/** A generator alone would only hear at its next result that nobody wants more. */
function follow(
  request: GraphiqlRequest,
  headers: Readonly<Record<string, string>>,
  options: FetcherOptions,
): AsyncIterableIterator<unknown, void> {
  const leaving = new AbortController();
  const results = resume(request, { headers, signal: leaving.signal }, options);
  return {
    next: () => results.next(),
    return: () => {
      leaving.abort();
      return results.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* resume(
  request: GraphiqlRequest,
  { headers, signal }: Required<PostInit>,
  { endpoint, pauseMs }: FetcherOptions,
): AsyncGenerator<unknown, void> {
  let lastId = '';
  for (;;) {
    let reason: unknown = null;
    try {
      const seen = lastId === '' ? {} : { 'last-event-id': lastId };
      const response = await post(`${endpoint}/stream`, request, {
        headers: { ...headers, ...seen, accept: 'text/event-stream' },
        signal,
      });
      if (response.status >= 400 && response.status < 500) return yield await response.json();
      for await (const fields of read(response)) {
        const isResumable = ['DRAINING', 'LAGGED'].includes(String(reason));
        if (fields.get('event') === 'complete' && !isResumable) return;
        if (fields.get('event') !== 'next') continue;
        const result = JSON.parse(fields.get('data') ?? 'null');
        lastId = fields.get('id') ?? lastId;
        reason = reasonOf(result);
        yield result;
      }
    } catch (error) {
      if (signal.aborted) return;
      // The connection broke off, or nobody listens just now.
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** The text of the above, for a page: it uses nothing but itself and the browser. */
export function fetcherScript(): string {
  const parts = [
    createGraphiqlFetcher,
    isSubscription,
    post,
    fieldsOf,
    read,
    reasonOf,
    follow,
    resume,
  ];
  return parts.map(String).join('\n');
}
