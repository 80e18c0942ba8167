import autocannon from 'autocannon';

/**
 * Sends one request over and over, as `{ url, body, connections, seconds }` in the first argument
 * says, and writes what came of it as JSON. A process of its own, so that no server shares it.
 */
const { url, body, connections, seconds } = JSON.parse(process.argv[2]);
const times = [];
const run = autocannon({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body,
  connections,
  duration: seconds,
});
// Autocannon's own percentiles are whole milliseconds.
run.on('response', (_client, _status, _bytes, responseTime) => times.push(responseTime));
const result = await run;
times.sort((a, b) => a - b);
const percentile = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
process.stdout.write(
  JSON.stringify({
    requests: times.length,
    requestsPerSecond: times.length / result.duration,
    p50Ms: percentile(0.5) ?? 0,
    p99Ms: percentile(0.99) ?? 0,
    failures: result.errors + result.non2xx,
  }),
);
