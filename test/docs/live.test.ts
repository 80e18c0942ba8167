import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient as createStreams } from 'graphql-sse';
import { fromEvent, takeUntil } from 'rxjs';
import type { ApolloClient } from '@apollo/client';
import * as apollo from '../../docs/live/apollo.ts';
import * as eventSource from '../../docs/live/event-source.ts';
import type { Followed, ImportEvent } from '../../docs/live/following.ts';
import * as graphqlWs from '../../docs/live/graphql-ws.ts';
import { connect } from '../../docs/live/socket.ts';
import * as urql from '../../docs/live/urql.ts';
import { until } from '../support/world.ts';
import { ROWS, Rig } from './rig.ts';
import { REFUSAL, RESTART, Screen, STORM, weather } from './storm.ts';
import type { Weather } from './storm.ts';

type Show = (event: ImportEvent) => void;

interface Way {
  readonly name: string;
  /** Follows an import as the page does; resolves at the end. */
  readonly follow: (host: string, show: Show, followed: Followed) => Promise<void>;
  readonly befalls: Readonly<Record<string, Weather>>;
}

const WAYS: readonly Way[] = [
  {
    name: 'graphql-ws',
    befalls: { 'cuts and a restart': STORM },
    follow: (host, show, followed) =>
      showAll(graphqlWs.follow(connect(`ws://${host}/graphql`), followed), show),
  },
  {
    name: 'Apollo Client over a WebSocket',
    befalls: { 'cuts and a restart': STORM },
    follow: (host, show, followed) =>
      followWithApollo(apollo.overSocket(`ws://${host}/graphql`), show, followed),
  },
  {
    name: 'Apollo Client over multipart HTTP',
    befalls: { 'cuts and a restart': STORM },
    follow: (host, show, followed) =>
      followWithApollo(apollo.overHttp(`http://${host}/graphql`), show, followed),
  },
  {
    name: 'urql',
    befalls: { 'cuts and a restart': STORM },
    follow: (host, show, followed) =>
      showAll(urql.follow(urql.overSocket(`ws://${host}/graphql`), followed), show),
  },
  {
    name: 'graphql-sse',
    befalls: { 'cuts and a restart': STORM },
    follow: (host, show, followed) => {
      const client = createStreams({ url: `http://${host}/graphql/stream`, retryAttempts: 0 });
      return showAll(graphqlWs.follow(client, followed), show);
    },
  },
  {
    name: 'EventSource',
    befalls: { 'a refusal': REFUSAL, 'a restart': RESTART },
    follow: (host, show, followed) =>
      eventSource.follow(`http://${host}/graphql/stream`, show, followed),
  },
];

describe('the page on live imports', { concurrency: true }, () => {
  for (const { name, follow, befalls } of WAYS) {
    for (const [what, days] of Object.entries(befalls)) {
      test(`${name} shows each change once and in order over ${what}`, async (t) => {
        const rig = await Rig.start(t);
        await rig.report('load', 1);
        const screen = new Screen();
        const { signal } = leaver(t);
        const show: Show = (event) => screen.show(event);
        const following = follow(rig.line.host, show, { id: 'micro:load', signal });
        await Promise.all([weather(rig, screen, days), following]);
        screen.assertWhole();
      });
    }

    test(`${name} goes on from a position that it is given`, async (t) => {
      const rig = await Rig.start(t);
      await rig.report('load', 1);
      const after = await rig.positionOf('load');
      await rig.report('load', 2);
      await rig.report('load', ROWS);
      const events: ImportEvent[] = [];
      const { signal } = leaver(t);
      const show: Show = (event) => events.push(event);
      await follow(rig.line.host, show, { id: 'micro:load', after, signal });
      assert.deepEqual(
        events.map((event) => [event.import?.revision, event.skippedRevisions, event.end?.reason]),
        [
          [3, 1, undefined],
          [undefined, 0, 'SETTLED'],
        ],
      );
    });

    test(`${name} leaves nothing behind when nobody looks any more, also after a cut`, async (t) => {
      const rig = await Rig.start(t);
      await rig.report('load', 1);
      const screen = new Screen();
      const left = leaver(t);
      const show: Show = (event) => screen.show(event);
      const following = follow(rig.line.host, show, { id: 'micro:load', signal: left.signal });
      await screen.has(1);
      rig.line.cut();
      await rig.report('load', 2);
      await screen.has(2);
      left.abort();
      await following;
      await until(() => rig.line.load === 0);
    });

    test(`${name} does not try again what is refused`, async (t) => {
      const rig = await Rig.start(t);
      const { signal } = leaver(t);
      const following = follow(rig.line.host, () => undefined, { id: 'nonsense', signal });
      await assert.rejects(following, /"nonsense" is not an import id/);
    });
  }
});

async function showAll(events: AsyncIterable<ImportEvent>, show: Show): Promise<void> {
  for await (const event of events) show(event);
}

function followWithApollo(
  client: ApolloClient,
  show: Show,
  { signal, ...followed }: Followed,
): Promise<void> {
  const left = fromEvent(signal, 'abort');
  return apollo.follow(client, followed).pipe(takeUntil(left)).forEach(show);
}

/** Whoever still follows when a test ends, leaves. */
function leaver(t: TestContext): AbortController {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return controller;
}
