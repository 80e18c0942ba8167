import { FOLLOW, pause, recover } from './following.ts';
import type { Followed, FollowData, ImportEvent, Iterating } from './following.ts';

/** Every change of an import, each once, over any number of sockets, until it has settled. */
export async function* follow(
  client: Iterating<FollowData>,
  { id, after = null, signal }: Followed,
): AsyncGenerator<ImportEvent> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const events = client.iterate({ query: FOLLOW, variables: { id, after } });
    const leave = (): void => void events.return?.();
    signal.addEventListener('abort', leave);
    try {
      for await (const { data, errors } of events) {
        if (!data) throw errors;
        const event = data.importChanged;
        after = event.position;
        if (event.import) failures = 0;
        yield event;
        if (event.end?.reason === 'SETTLED') return;
      }
    } catch (error) {
      after = recover(after, Array.isArray(error) ? error : []);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
    await pause(failures);
  }
}
