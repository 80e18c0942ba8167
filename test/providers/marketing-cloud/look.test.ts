import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../src/domain/provider-error.ts';
import { readXml } from '../../../src/providers/marketing-cloud/xml.ts';
import { ORDINARY_LOAD } from '../../../src/providers/simulation.ts';
import {
  connect,
  countOf,
  ENDED_LOAD,
  errorOf,
  look,
  lookThrough,
  OAUTH,
  observationOf,
  retrieved,
  serve,
  serveAnswers,
  START,
  target,
  USERNAME,
} from './setup.ts';

test('follows a load from its first appearance to its end', async (t) => {
  const { vendor, clock } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH }, clock);
  const id = vendor.start({ ...ORDINARY_LOAD, rows: 10, failedRows: 2, appearsAfterMs: 1_000 });

  assert.equal(errorOf((await look(source, [id]))[0]).kind, 'not-found');
  clock.now = START + 1_000;
  assert.equal(observationOf((await look(source, [id]))[0]).job.phase, 'QUEUED');
  clock.now = START + 2_000;
  const reading = observationOf((await look(source, [id]))[0]);
  assert.equal(reading.job.phase, 'RUNNING');
  assert.equal(reading.job.providerStatus, 'IOWork');
  clock.now = START + 9_000;
  const running = observationOf((await look(source, [id]))[0]);
  assert.equal(running.job.providerStatus, 'Processing');
  assert.equal(running.job.startedAt, START + 2_000);
  clock.now = START + 10_000;
  const { job, counters } = observationOf((await look(source, [id]))[0]);
  assert.equal(job.phase, 'FINISHED');
  assert.equal(job.outcome, 'COMPLETED_WITH_ERRORS');
  assert.equal(job.effect, 'SOME');
  assert.equal(job.startedAt, START + 2_000);
  assert.equal(job.finishedAt, START + 10_000);
  assert.equal(counters.total, 10);
  assert.equal(counters.succeeded, 8);
  assert.equal(counters.failed, 2);
});

test('a load that failed as a whole is FAILED and wrote nothing', async (t) => {
  const { vendor } = await serve(t);
  const id = vendor.start({ ...ENDED_LOAD, ending: 'failed' });
  const [found] = await look(connect({ authUrl: vendor.url, auth: OAUTH }), [id]);
  assert.equal(observationOf(found).job.outcome, 'FAILED');
  assert.equal(observationOf(found).job.effect, 'NONE');
});

test('asks for twenty imports in one call and for a thousand in fifty, with one token', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const ids = Array.from({ length: 1_000 }, () => vendor.start(ENDED_LOAD));
  assert.equal(source.largestBatch, 20);

  const batches = [];
  for (let from = 0; from < ids.length; from += source.largestBatch) {
    batches.push(look(source, ids.slice(from, from + source.largestBatch)));
  }
  const looks = (await Promise.all(batches)).flat();

  assert.equal(looks.length, 1_000);
  for (const found of looks) assert.equal(observationOf(found).job.outcome, 'SUCCEEDED');
  assert.equal(countOf(vendor, '/Service.asmx'), 50);
  assert.equal(countOf(vendor, '/v2/token'), 1);
});

test('answers in the order asked, each for itself, twice for one asked twice', async (t) => {
  const { vendor } = await serve(t);
  const first = vendor.start({ ...ENDED_LOAD, rows: 1 });
  const second = vendor.start({ ...ENDED_LOAD, rows: 2 });
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const looks = await look(source, [second, '999', first, 'nonsense', second]);
  assert.equal(observationOf(looks[0]).counters.total, 2);
  assert.equal(errorOf(looks[1]).kind, 'not-found');
  assert.equal(observationOf(looks[2]).counters.total, 1);
  assert.equal(errorOf(looks[3]).kind, 'not-found');
  assert.equal(observationOf(looks[4]).counters.total, 2);
  assert.equal(countOf(vendor, '/Service.asmx'), 1);
});

test('does not ask about ids that cannot be a TaskResultID', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const ids = ['0', '-1', '007', '1.5', '2147483648', '99999999999', 'abc', '1234 ', '<x/>', ''];
  for (const found of await look(source, ids)) assert.equal(errorOf(found).kind, 'not-found');
  assert.deepEqual(vendor.requests, []);
  assert.deepEqual(await look(source, []), []);
});

test('asks about the largest TaskResultID there can be', async (t) => {
  const { vendor } = await serve(t);
  vendor.start({ ...ENDED_LOAD, externalId: '2147483647' });
  const [found] = await look(connect({ authUrl: vendor.url, auth: OAUTH }), ['2147483647']);
  assert.equal(observationOf(found).job.outcome, 'SUCCEEDED');
});

test('filters with equals for one id and with IN for several', async (t) => {
  const { url, asked } = await serveAnswers(t, () => retrieved([]));
  const source = connect({ soapUrl: url, auth: USERNAME });
  await look(source, ['5']);
  await look(source, ['5', '6']);
  assert.match(asked[0]?.body ?? '', /<SimpleOperator>equals<\/SimpleOperator><Value>5<\/Value></);
  assert.match(
    asked[1]?.body ?? '',
    /<SimpleOperator>IN<\/SimpleOperator><Value>5<\/Value><Value>6<\/Value></,
  );
});

test('asks for every property of the published request, and for dates and the total', async (t) => {
  const { url, asked } = await serveAnswers(t, () => retrieved([]));
  await look(connect({ soapUrl: url, auth: USERNAME }), ['5']);
  const names = [...(asked[0]?.body ?? '').matchAll(/<Properties>(\w+)<\/Properties>/g)];
  assert.deepEqual(
    names.map(([, name]) => name),
    [
      'ImportDefinitionCustomerKey',
      'ImportType',
      'ImportStatus',
      'ID',
      'ObjectID',
      'NumberDuplicated',
      'NumberErrors',
      'NumberSuccessful',
      'DestinationID',
      'TaskResultID',
      'StartDate',
      'EndDate',
      'TotalRows',
    ],
  );
});

test('sends a user name and password that need escaping so that XML reads them back', async (t) => {
  const { url, asked } = await serveAnswers(t, () => retrieved([]));
  await look(connect({ soapUrl: url, auth: USERNAME }), ['5']);
  const reading = readXml(asked[0]?.body ?? '');
  assert.equal(reading.kind, 'read');
  assert.match(JSON.stringify(reading.tree), /"Username":"some-user"/);
  assert.match(JSON.stringify(reading.tree), /"#text":"p<&>\\"'é"/);
  assert.equal(asked[0]?.headers['soapaction'], 'Retrieve');
  assert.equal(asked.length, 1);
});

for (const suffix of ['', '/', '/some/prefix', '/some/prefix/']) {
  test(`finds the service below a soapUrl that ends in ${JSON.stringify(suffix)}`, async (t) => {
    const { url, asked } = await serveAnswers(t, () => retrieved([]));
    await look(connect({ soapUrl: `${url}${suffix}`, auth: USERNAME }), ['5']);
    assert.equal(asked[0]?.url.pathname, `${suffix.replace(/\/$/, '')}/Service.asmx`);
  });
}

test('a result for an import nobody asked about is ignored', async (t) => {
  const answer = retrieved([
    '<TaskResultID>99</TaskResultID><NumberErrors>many</NumberErrors>',
    '<TaskResultID>1</TaskResultID><ImportStatus>New</ImportStatus>',
  ]);
  const [found] = await lookThrough(t, answer);
  assert.equal(observationOf(found).job.phase, 'QUEUED');
});

for (const [name, stranger] of [
  ['another import', '<TaskResultID>99</TaskResultID>'],
  ['no import', '<ImportStatus>Completed</ImportStatus>'],
] as const) {
  test(`a missing import is not said to be gone when the answer is about ${name}`, async (t) => {
    const [found] = await lookThrough(t, retrieved([stranger]));
    assert.equal(errorOf(found).kind, 'unexpected-response');
  });
}

test('a summary that does not fit fails alone, and says where', async (t) => {
  const answer = retrieved([
    '<TaskResultID>1</TaskResultID><NumberErrors>many</NumberErrors>',
    '<TaskResultID>2</TaskResultID><ImportStatus>New</ImportStatus>',
  ]);
  const looks = await lookThrough(t, answer, ['1', '2', '3']);
  assert.equal(errorOf(looks[0]).kind, 'unexpected-response');
  assert.match(errorOf(looks[0]).message, /NumberErrors: expected a row count/);
  assert.doesNotMatch(errorOf(looks[0]).message, /many/);
  assert.equal(observationOf(looks[1]).job.phase, 'QUEUED');
  assert.equal(errorOf(looks[2]).kind, 'not-found');
});

test('of two summaries of one import the later one counts, wherever it stands', async (t) => {
  const early =
    '<TaskResultID>1</TaskResultID><ImportStatus>Error</ImportStatus><StartDate>10/16/2023 9:00:00 AM</StartDate>';
  const late =
    '<TaskResultID>1</TaskResultID><ImportStatus>Processing</ImportStatus><StartDate>10/16/2023 1:00:00 PM</StartDate>';
  for (const results of [
    [early, late],
    [late, early],
  ]) {
    const [found] = await lookThrough(t, retrieved(results));
    assert.equal(observationOf(found).job.phase, 'RUNNING');
  }
});

test('reads elements in any order, with any prefix, and entities in their text', async (t) => {
  const [found] = await lookThrough(t, {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><s:Body><p:RetrieveResponseMsg xmlns:p="http://exacttarget.com/wsdl/partnerAPI"><p:Results i:type="p:ImportResultsSummary"><p:ImportStatus>Processing</p:ImportStatus><p:NumberErrors i:nil="true"/><p:DestinationID>R&amp;D &lt;&#233;&gt;</p:DestinationID><p:TaskResultID>1</p:TaskResultID></p:Results><p:RequestID>r</p:RequestID><p:OverallStatus>OK</p:OverallStatus></p:RetrieveResponseMsg></s:Body><s:Header/></s:Envelope>`,
  });
  const { job, resources, counters } = observationOf(found);
  assert.equal(job.phase, 'RUNNING');
  assert.equal(resources[0]?.key, 'R&D <é>');
  assert.equal(counters.failed, null);
});

test('reads dates in the time zone of the config', async (t) => {
  const summary = '<TaskResultID>1</TaskResultID><StartDate>7/1/2024 10:00:00 AM</StartDate>';
  const { url } = await serveAnswers(t, () => retrieved([summary]));
  const source = connect({ soapUrl: url, auth: USERNAME, timeZone: 'America/Chicago' });
  const [found] = await look(source, ['1']);
  assert.equal(observationOf(found).job.startedAt, Date.parse('2024-07-01T15:00:00Z'));
});

test('follows pages to the end of the answer', async (t) => {
  const { vendor } = await serve(t, { pageSize: 2 });
  const ids = Array.from({ length: 5 }, () => vendor.start(ENDED_LOAD));
  const looks = await look(connect({ authUrl: vendor.url, auth: OAUTH }), ids);
  for (const found of looks) assert.equal(observationOf(found).job.outcome, 'SUCCEEDED');
  assert.equal(countOf(vendor, '/Service.asmx'), 3);
  assert.equal(countOf(vendor, '/v2/token'), 1);
});

test('a pager that repeats its RequestID is an unexpected response', async (t) => {
  const { url, asked } = await serveAnswers(t, () =>
    retrieved([], { status: 'MoreDataAvailable', requestId: 'same' }),
  );
  await assert.rejects(look(connect({ soapUrl: url, auth: USERNAME }), ['1']), isUnexpected);
  assert.equal(asked.length, 2);
});

test('a pager without end is an unexpected response', async (t) => {
  let page = 0;
  const { url, asked } = await serveAnswers(t, () => {
    page += 1;
    return retrieved([], { status: 'MoreDataAvailable', requestId: `r${page}` });
  });
  await assert.rejects(look(connect({ soapUrl: url, auth: USERNAME }), ['1']), isUnexpected);
  assert.equal(asked.length, 20);
});

test('more data without a RequestID to ask for it is an unexpected response', async (t) => {
  const answer = retrieved([], { status: 'MoreDataAvailable', requestId: '' });
  await assert.rejects(lookThrough(t, answer), isUnexpected);
});

test('an abort is passed on as it came', async (t) => {
  const { vendor } = await serve(t);
  const source = connect({ authUrl: vendor.url, auth: OAUTH });
  const reason = new Error('enough');
  await assert.rejects(source.look([target('1234')], AbortSignal.abort(reason)), reason);
});

function isUnexpected(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'unexpected-response';
}
