import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { atEnd } from '../../support/at-end.ts';

/** A request as it passed. */
export interface Passed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Stands before a server and sees what HTTP requests it is sent. */
export interface Tap {
  readonly url: string;
  readonly passed: readonly Passed[];
}

/** Sets a tap that is gone when the test ends. */
export async function setTap(t: TestContext, target: string): Promise<Tap> {
  const passed: Passed[] = [];
  const server = createServer((incoming, response) => {
    const { url: path = '', method, headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      passed.push({ path, headers, body: Buffer.concat(chunks).toString() });
    });
    const outgoing = request(new URL(path, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the tap is set nowhere');
  return { url: `http://127.0.0.1:${address.port}`, passed };
}
