import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

const REFUSAL =
  'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** The network between clients and a server, for a test to break. */
export class Line {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #refused = new Set<() => void>();
  #port = 0;
  #made = 0;
  #isRefusing = false;

  private constructor() {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** A line that is gone when the test ends. */
  static async lay(t: TestContext): Promise<Line> {
    const line = new Line();
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    atEnd(t, async () => {
      line.cut();
      await new Promise((resolve) => line.#server.close(resolve));
    });
    return line;
  }

  /** Where clients find the server: `127.0.0.1:port`. */
  get host(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the line is gone');
    return `127.0.0.1:${address.port}`;
  }

  /** Leads to a server from now on. */
  leadTo(url: string): void {
    this.#port = Number(new URL(url).port);
  }

  /** Connections break, all of them or those chosen. */
  cut(isChosen = (): boolean => true): void {
    for (const link of [...this.#links].filter(isChosen)) link.break();
  }

  /** Every connection is closed as if all had been said. */
  hangUp(): void {
    for (const link of this.#links) link.client.end();
  }

  /** Every connection breaks in the middle of what the server says next. */
  tear(): void {
    for (const link of this.#links) link.isTorn = true;
  }

  /** Nothing passes any more over the connections that there are, and nobody is told. */
  mute(): void {
    for (const link of this.#links) link.isMute = true;
  }

  /** Clients are sent bytes that the server did not send. */
  say(bytes: Uint8Array): void {
    for (const { client } of this.#links) client.write(bytes);
  }

  /** How many connections were made so far. */
  get made(): number {
    return this.#made;
  }

  /** How many connections there are. */
  get load(): number {
    return this.#links.size;
  }

  /** Breaks every connection, and answers 503 until `accept`; resolves once somebody was refused. */
  async refuse(): Promise<void> {
    this.#isRefusing = true;
    const refused = new Promise<void>((resolve) => this.#refused.add(resolve));
    this.cut();
    await refused;
  }

  accept(): void {
    this.#isRefusing = false;
  }

  #accept(client: Socket): void {
    client.on('error', () => client.destroy());
    if (this.#isRefusing) {
      client.once('data', () => client.end(REFUSAL));
      for (const resolve of this.#refused) resolve();
      this.#refused.clear();
      return;
    }
    const link = new Link(client, connect(this.#port, '127.0.0.1'));
    this.#links.add(link);
    this.#made += 1;
    client.once('close', () => this.#links.delete(link));
  }
}

/** One connection, from a client to the server. */
class Link {
  readonly client: Socket;
  readonly #server: Socket;
  isMute = false;
  isTorn = false;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.#server = server;
    client.on('data', (bytes) => this.#pass(bytes, server));
    server.on('data', (bytes) => (this.isTorn ? this.#tear(bytes) : this.#pass(bytes, client)));
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.on('error', () => end.destroy());
      end.once('close', () => other.destroy());
    }
  }

  break(): void {
    for (const socket of [this.client, this.#server]) {
      // Node keeps the handle of a socket that is reset while it is being ended.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (!this.isMute) to.write(bytes);
  }

  #tear(bytes: Buffer): void {
    this.client.write(bytes.subarray(0, bytes.length / 2), () => this.break());
  }
}
