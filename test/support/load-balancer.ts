import { Agent, createServer, get, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/** How often it asks each server whether it is ready; it believes the second answer in a row. */
const CHECK_EVERY_MS = 100;
const CHECKS_TO_FALL = 2;

/** One of those that requests are spread over. */
interface Backend {
  readonly url: string;
  /** Connections are kept, as every load balancer does. */
  readonly agent: Agent;
  /** Checks in a row that it did not pass; null before it passed one. */
  failures: number | null;
  served: number;
}

/**
 * A load balancer: it spreads requests over the servers that say they are ready, sends none of them
 * twice, and notes whatever its clients have to see of a server's end.
 */
export class LoadBalancer {
  readonly #server: Server;
  readonly #backends = new Set<Backend>();
  readonly #faults: string[] = [];
  readonly #upgraded = new Set<Duplex>();
  #turn = 0;

  private constructor() {
    this.#server = createServer((incoming, response) => this.#forward(incoming, response));
    this.#server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) =>
      this.#forwardUpgrade(incoming, client, head),
    );
  }

  /** A load balancer that is gone when the test ends. */
  static async start(t: TestContext): Promise<LoadBalancer> {
    const balancer = new LoadBalancer();
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    const timer = setInterval(() => balancer.#checkAll(), CHECK_EVERY_MS);
    atEnd(t, async () => {
      clearInterval(timer);
      for (const socket of balancer.#upgraded) socket.destroy();
      for (const { agent } of balancer.#backends) agent.destroy();
      balancer.#server.closeAllConnections();
      await new Promise((resolve) => balancer.#server.close(resolve));
    });
    return balancer;
  }

  /** Where clients find it: `http://127.0.0.1:port`. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it is gone');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What clients had to see that they should not. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Spreads requests over a server, too, as soon as it is ready. */
  add(url: string): void {
    const agent = new Agent({ keepAlive: true });
    this.#backends.add({ url, agent, failures: null, served: 0 });
  }

  /** Whether a server is sent requests. */
  isUsing(url: string): boolean {
    return this.#ready().some((backend) => backend.url === url);
  }

  /** How many requests and sockets a server was sent. */
  countServed(url: string): number {
    return [...this.#backends].find((backend) => backend.url === url)?.served ?? 0;
  }

  #ready(): readonly Backend[] {
    return [...this.#backends].filter(
      ({ failures }) => failures !== null && failures < CHECKS_TO_FALL,
    );
  }

  #next(): Backend | null {
    const ready = this.#ready();
    this.#turn += 1;
    const backend = ready[this.#turn % ready.length] ?? null;
    if (backend === null) this.#faults.push('no server was ready');
    else backend.served += 1;
    return backend;
  }

  #checkAll(): void {
    for (const backend of this.#backends) {
      const fail = (): void => {
        if (backend.failures !== null) backend.failures += 1;
      };
      const check = get(`${backend.url}/health/ready`, { agent: false }, (answer) => {
        answer.resume();
        if (answer.statusCode === 200) backend.failures = 0;
        else fail();
      });
      check.on('error', fail);
    }
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const backend = this.#next();
    if (backend === null) return void response.writeHead(503).end();
    const { method = 'GET', url: path = '/', headers } = incoming;
    const outgoing = request(backend.url + path, {
      agent: backend.agent,
      method,
      headers: withoutHop(headers),
    });
    const blame = (error: Error): void => {
      this.#faults.push(`${method} ${path} at ${backend.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    };
    outgoing.on('error', blame);
    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      if (status >= 500) this.#faults.push(`${method} ${path} at ${backend.url}: ${status}`);
      answer.on('error', blame);
      response.writeHead(status, withoutHop(answer.headers));
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  }

  #forwardUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy());
    const backend = this.#next();
    if (backend === null) return void client.destroy();
    const { url: path = '/', headers } = incoming;
    const outgoing = request(backend.url + path, { agent: false, headers });
    outgoing.on('error', (error) => {
      this.#faults.push(`an upgrade at ${backend.url}: ${error.message}`);
      client.destroy();
    });
    outgoing.on('response', ({ statusCode }) => {
      this.#faults.push(`an upgrade at ${backend.url}: ${statusCode}`);
      client.destroy();
    });
    outgoing.on('upgrade', (answer, server, serverHead) => {
      for (const socket of [client, server]) {
        this.#upgraded.add(socket);
        socket.once('close', () => this.#upgraded.delete(socket));
      }
      server.on('error', () => server.destroy());
      const lines = Object.entries(answer.headers).map(
        ([name, value]) => `${name}: ${String(value)}\r\n`,
      );
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      client.write(serverHead);
      server.write(head);
      client.pipe(server).pipe(client);
    });
    outgoing.end();
  }
}

const OF_ONE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

/** What is said of one connection is not passed on to the next. */
function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.filter(([name]) => !OF_ONE_CONNECTION.includes(name)));
}
