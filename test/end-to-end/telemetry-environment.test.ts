import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startCollector } from '../support/collector.ts';
import { createFolder } from '../support/ledgers.ts';
import { startService, urlOf } from '../support/service.ts';
import { ask, until } from '../support/world.ts';

test('what is sent to a collector is as the configuration says, whatever the environment does', async (t) => {
  const collector = await startCollector(t);
  const folder = await createFolder(t);
  const traces = {
    url: collector.url,
    headers: { authorization: 'Bearer ${COLLECTOR_TOKEN}', 'x-tenant': 'acme' },
  };
  await writeFile(join(folder, 'imports.config.yml'), JSON.stringify({ telemetry: { traces } }));
  const service = startService(t, folder, {
    COLLECTOR_TOKEN: 'of-the-collector',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer of-the-environment,x-environment=yes',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-broken header=\u0001;;;',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_SERVICE_NAME: 'of-the-environment',
  });
  await ask(await urlOf(service), '{ imports { nodes { id } } }');
  service.process.kill('SIGTERM');
  await once(service.process, 'exit');
  await until(() => collector.spans().length > 0);
  assert.deepEqual([...new Set(collector.authorizations())], ['Bearer of-the-collector']);
  assert.match(collector.text(), /"x-tenant","acme"/);
  assert.doesNotMatch(collector.text(), /environment|gzip"|x-broken/);
  assert.deepEqual(
    service.log.filter((line) => line.includes('traces')),
    [],
  );
});
