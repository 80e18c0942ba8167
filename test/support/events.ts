import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/** One server-sent event as it came. */
export interface ServerEvent {
  readonly event: string;
  /** Null when it has none. */
  readonly id: string | null;
  readonly data: string;
}

export interface EventRequest {
  /** Of the server: `http://host:port`. */
  readonly url: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a browser's `EventSource` would ask for a stream. */
export function streamUrl({ url, query, variables = {} }: EventRequest): string {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return `${url}/graphql/stream?${parameters.toString()}`;
}

/** Reads a stream by GET, event by event, as it comes off the wire. */
export async function* readEvents(
  t: TestContext,
  request: EventRequest,
): AsyncGenerator<ServerEvent, void> {
  const leaving = new AbortController();
  atEnd(t, () => leaving.abort());
  const response = await fetch(streamUrl(request), {
    headers: { accept: 'text/event-stream', ...request.headers },
    signal: leaving.signal,
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks.filter((block) => /^data:/m.test(block)).map(parseEvent);
  }
}

function parseEvent(block: string): ServerEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const [name = '', ...rest] = line.split(': ');
      return [name, rest.join(': ')];
    }),
  );
  return {
    event: fields.get('event') ?? 'message',
    id: fields.get('id') ?? null,
    data: fields.get('data') ?? '',
  };
}
