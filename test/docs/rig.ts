import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { SYSTEM_CLOCK } from '../../src/domain/clock.ts';
import { atEnd } from '../support/at-end.ts';
import { createFolder } from '../support/ledgers.ts';
import { ask, at, until } from '../support/world.ts';
import { Line } from '../support/line.ts';

const RECORD = `mutation ($input: RecordImportInput!) {
  recordImport(input: $input) { import { revision } userErrors { message } }
}`;

/** So many rows has every load; with the last of them it is complete. */
export const ROWS = 40;

/** A vendor that nobody asks, so that only a test changes anything. */
const VENDOR = {
  id: 'micro',
  kind: 'micro',
  baseUrl: 'http://127.0.0.1:9',
  teamId: '0f0e4c1a-5b7d-4e2f-9a63-1c8d2b7e4f50',
  apiKey: 'key',
  poll: { minInterval: '1h', maxInterval: '1h' },
  retention: { imports: '1d' },
};

export interface StartOptions {
  /** The name of the store's file. */
  readonly store?: string;
  /** How much later it is by now. */
  readonly laterMs?: number;
}

/** A service on a store in a file, behind a line that can be cut. */
export class Rig {
  readonly line: Line;
  readonly #folder: string;
  #app: App | null = null;

  private constructor(line: Line, folder: string) {
    this.line = line;
    this.#folder = folder;
  }

  /** A rig that is gone when the test ends. */
  static async start(t: TestContext): Promise<Rig> {
    const rig = new Rig(await Line.lay(t), await createFolder(t));
    atEnd(t, () => rig.stop());
    await rig.start();
    return rig;
  }

  async start({ store = 'imports.db', laterMs = 0 }: StartOptions = {}): Promise<void> {
    const config = parseConfig({
      name: 'test',
      text: JSON.stringify({
        port: 0,
        store: { url: `sqlite:${join(this.#folder, store)}` },
        live: { drainFor: '100ms' },
        providers: [VENDOR],
      }),
      environment: {},
    });
    this.#app = await startApp(config, {
      clock: { ...SYSTEM_CLOCK, now: () => Date.now() + laterMs },
      random: () => 0.5,
      fetch: globalThis.fetch,
      logger: pino({ level: 'silent' }),
    });
    this.line.leadTo(this.#app.url);
  }

  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    await app?.stop();
  }

  async restart(options: StartOptions = {}): Promise<void> {
    await this.stop();
    await this.start(options);
  }

  /** Hands in how far a load is; answers its revision. */
  async report(load: string, processed: number): Promise<number> {
    const response = {
      job_id: null,
      status: processed === ROWS ? 'complete' : 'processing',
      total: ROWS,
      processed,
      succeeded: processed,
      failed: 0,
    };
    const input = { providerId: VENDOR.id, externalId: load, response };
    const data = await this.ask(RECORD, { input });
    assert.deepEqual(at(data, 'recordImport.userErrors'), []);
    return Number(at(data, 'recordImport.import.revision'));
  }

  /** The position of a load's latest revision. */
  async positionOf(load: string): Promise<string> {
    const data = await this.ask('query ($id: ID!) { import(id: $id) { position } }', {
      id: `${VENDOR.id}:${load}`,
    });
    return String(at(data, 'import.position'));
  }

  /** Resolves once a load was deleted. */
  async isGone(load: string): Promise<void> {
    const filter = { ids: [`${VENDOR.id}:${load}`] };
    const query = 'query ($filter: ImportFilter) { imports(filter: $filter) { nodes { id } } }';
    await until(async () => at(await this.ask(query, { filter }), 'imports.nodes.0') === undefined);
  }

  /** Runs an operation past the line. */
  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    assert.ok(this.#app, 'the service is running');
    const { data, errors } = await ask(this.#app.url, query, variables);
    assert.deepEqual(errors, []);
    return data;
  }
}
