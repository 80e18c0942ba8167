import { EventSource } from 'eventsource'; // a browser has its own
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { FOLLOW, pause, recover } from './following.ts';
import type { Followed, FollowData, ImportEvent } from './following.ts';

/** Shows every change of an import, each once; resolves when it has settled. */
export async function follow(
  url: string,
  show: (event: ImportEvent) => void,
  { id, after = null, signal }: Followed,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const variables = JSON.stringify({ id, after });
    const source = new EventSource(`${url}?${new URLSearchParams({ query: FOLLOW, variables })}`);
    const over = Promise.withResolvers<readonly GraphQLFormattedError[] | null>();
    const leave = (): void => over.resolve(null);
    signal.addEventListener('abort', leave);
    source.addEventListener('next', (message) => {
      const { data, errors = [] }: FormattedExecutionResult<FollowData> = JSON.parse(message.data);
      if (!data) return over.resolve(errors);
      after = message.lastEventId;
      failures = 0;
      show(data.importChanged);
      // After any other end it comes back by itself, and says what it has seen.
      if (data.importChanged.end?.reason === 'SETTLED') over.resolve(null);
    });
    source.addEventListener('error', () => {
      // After an answer other than 200, and only then, it does not come back by itself.
      if (source.readyState === EventSource.CLOSED) over.resolve([]);
    });
    const errors = await over.promise;
    source.close();
    signal.removeEventListener('abort', leave);
    if (errors === null) return;
    after = recover(after, errors);
    await pause(failures);
  }
}
