import { startServer } from '../../src/server/server.ts';
import { openGate, OPERATION_LIMITS } from '../../test/support/gate.ts';
import { openParts, Settings } from './parts.ts';
import { serveOrders } from './serve-orders.ts';
import { readSettings } from './take-orders.ts';

/* This service, on a store in a file. */

await serveOrders(async () => {
  const settings = readSettings(Settings);
  const { schema, services, logger, change, pass, counts } = await openParts(settings);
  const { url } = await startServer({
    schema,
    services,
    publicUrl: null,
    gate: openGate(),
    limits: {
      laggedAfterMs: settings.laggedAfterMs,
      drainForMs: 0,
      initWithinMs: 3_000,
      pingEveryMs: settings.pingEveryMs,
      maxOperations: 100,
      maxConnections: 1_000_000,
      maxMessageBytes: 262_144,
      callbackUrls: [],
      maxCallbacks: 1,
    },
    random: Math.random,
    fetch,
    logger,
    host: '127.0.0.1',
    port: 0,
    isGraphiqlOn: false,
    isIntrospectionOn: false,
    corsOrigins: [],
    operationLimits: OPERATION_LIMITS,
    persistedOperations: null,
    maxRequestBytes: 1_000_000,
  });
  return { url: `${url.replace('http', 'ws')}/graphql`, prepare: () => {}, change, pass, counts };
});
