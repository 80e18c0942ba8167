import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fleetConfig } from '../../src/simulated-fleet.ts';
import type { SimulatedFleet } from '../../src/simulated-fleet.ts';
import { atEnd } from './at-end.ts';
import { createFolder } from './ledgers.ts';
import type { ReplicaVendors } from './replica-vendors.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { at } from './world.ts';

export interface ReplicasOptions {
  readonly vendors: ReplicaVendors;
  /** The store that all of them share. */
  readonly storeUrl: string;
  readonly count: number;
  /** Keys that every provider gets. */
  readonly provider: Readonly<Record<string, unknown>>;
}

interface Replica {
  /** A process that is started again is another one. */
  readonly name: string;
  readonly service: Service;
  readonly doors: SimulatedFleet;
  /** Null until it listens. */
  url: string | null;
}

/** Processes of the service on one store. They are gone when the test ends. */
export class Replicas {
  readonly #t: TestContext;
  readonly #options: ReplicasOptions;
  readonly #folder: string;
  readonly #running: Replica[] = [];
  readonly #waiting = new Set<() => void>();
  /** What those wrote to their logs that are gone. */
  readonly #logs: string[] = [];
  /** When those were killed that were. */
  readonly killedAt = new Map<string, number>();
  #started = 0;

  private constructor(t: TestContext, options: ReplicasOptions, folder: string) {
    this.#t = t;
    this.#options = options;
    this.#folder = folder;
  }

  /** All of them listen. */
  static async start(t: TestContext, options: ReplicasOptions): Promise<Replicas> {
    const replicas = new Replicas(t, options, await createFolder(t));
    atEnd(t, async () => {
      await Promise.all(replicas.#running.map(({ doors }) => doors.close()));
    });
    for (let place = 0; place < options.count; place += 1) await replicas.#start(place);
    await replicas.untilAllListen();
    return replicas;
  }

  get count(): number {
    return this.#options.count;
  }

  /** Where those are that listen. */
  get urls(): readonly string[] {
    return this.#running.map(({ url }) => url).filter((url) => url !== null);
  }

  /** What any of them logged above `info`. */
  get complaints(): readonly string[] {
    const lines = [...this.#logs, ...this.#running.flatMap(({ service }) => service.log)];
    return lines.filter((line) => !line.startsWith('{"level":30'));
  }

  /** One that listens, chosen by a number from 0 to 1; waits while none does. */
  async pick(chance: number): Promise<string> {
    await this.#until(() => this.urls.length > 0);
    return this.urls[Math.floor(chance * this.urls.length)] ?? '';
  }

  async untilAllListen(): Promise<void> {
    await this.#until(() => this.urls.length === this.count);
  }

  /** Kills one with SIGKILL, whatever it is at, and starts another in its place at once. */
  async kill(place: number): Promise<void> {
    const replica = this.#running[place];
    if (replica === undefined) throw new Error(`there is no replica ${place}`);
    const { service, doors, name } = replica;
    const exit = once(service.process, 'exit');
    this.killedAt.set(name, Date.now());
    service.process.kill('SIGKILL');
    await exit;
    replica.url = null;
    await doors.close();
    this.#logs.push(...service.log, service.errors());
    await this.#start(place);
  }

  async #start(place: number): Promise<void> {
    const { vendors, provider, storeUrl } = this.#options;
    this.#started += 1;
    const name = `${place}.${this.#started}`;
    const doors = await vendors.open(name);
    const config = JSON.parse(fleetConfig(doors, { live: { drainFor: '200ms' } }));
    for (const one of config.providers) Object.assign(one, provider);
    const file = `${name}.yml`;
    await writeFile(join(this.#folder, file), JSON.stringify(config));
    const environment = { STORE_URL: storeUrl, IMPORTS_CONFIG: file };
    const service = startService(this.#t, this.#folder, environment);
    const replica: Replica = { name, service, doors, url: null };
    this.#running[place] = replica;
    service.process.stdout.on('data', () => {
      replica.url ??= findUrl(service);
      this.#wake();
    });
    service.process.on('exit', () => this.#wake());
  }

  /** Throws when a replica ends that nobody killed. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
      for (const { service, name } of this.#running) {
        const { exitCode } = service.process;
        if (exitCode !== null) throw new Error(`replica ${name} ended: ${service.errors()}`);
      }
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

function findUrl({ log }: Service): string | null {
  const line = log.find((one) => one.includes('"msg":"listening"'));
  return line === undefined ? null : String(at(JSON.parse(line), 'url'));
}
