import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PUBLISHED_REQUEST,
  PUBLISHED_SUMMARIES,
  RECORDED_ANSWER,
} from '../../../src/providers/marketing-cloud/published.ts';
import { readXml } from '../../../src/providers/marketing-cloud/xml.ts';
import { connect, look, lookThrough, OAUTH, observationOf, serve } from './setup.ts';

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'text/xml', soapaction: '"Retrieve"' };
  const answer = await fetch(`${url}/Service.asmx`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

/** The first `Results` element, as a parser without our wire shapes sees it. */
function resultIn(xml: string): unknown {
  const reading = readXml(xml);
  assert.equal(reading.kind, 'read');
  return JSON.parse(JSON.stringify(reading.tree), (key, value) =>
    key === '' ? value?.Envelope?.Body?.RetrieveResponseMsg?.Results : value,
  );
}

test('the simulator takes the published request and answers it', async (t) => {
  const { vendor } = await serve(t);
  const { status, text } = await post(vendor.url, PUBLISHED_REQUEST);
  assert.equal(status, 200);
  assert.match(text, /<soap:Envelope .*<soap:Body><RetrieveResponseMsg /);
  assert.match(text, /<OverallStatus>OK<\/OverallStatus>/);
  assert.match(text, /<TaskResultID>125574039<\/TaskResultID>/);
});

test('the simulator answers the published request for 130040236 as recorded', async (t) => {
  const { vendor } = await serve(t);
  const { text } = await post(vendor.url, PUBLISHED_REQUEST.replace('125574039', '130040236'));
  assert.deepEqual(resultIn(text), resultIn(RECORDED_ANSWER));
  assert.doesNotMatch(text, /<ID>/);
});

test('the recorded answer reads as a success in which everything was written', async (t) => {
  const answer = { status: 200, headers: { 'content-type': 'text/xml' }, body: RECORDED_ANSWER };
  const [found] = await lookThrough(t, answer, ['130040236']);
  const { job, counters, resources, rowErrors } = observationOf(found);
  assert.equal(job.outcome, 'SUCCEEDED');
  assert.equal(job.effect, 'ALL');
  assert.equal(job.providerStatus, 'Completed');
  assert.equal(job.startedAt, null);
  assert.equal(counters.total, null);
  assert.equal(counters.succeeded, 2);
  assert.equal(counters.duplicated, 0);
  assert.equal(resources[0]?.type, 'Data Extensions');
  assert.equal(resources[0]?.key, 'MyDE');
  assert.deepEqual(rowErrors, { availability: 'COMPLETE', totalCount: 0, limit: null });
});

test('every published id can be looked at', async (t) => {
  const { vendor } = await serve(t);
  const ids = PUBLISHED_SUMMARIES.map((summary) => summary.TaskResultID);
  assert.deepEqual(ids, ['130040236', '129159023', '1234', '125574039']);
  const looks = await look(connect({ authUrl: vendor.url, auth: OAUTH }), ids);
  assert.deepEqual(
    looks.map((found) => observationOf(found).job.outcome),
    // The second was recorded with NumberSuccessful as its only counter.
    ['SUCCEEDED', 'UNKNOWN', 'COMPLETED_WITH_ERRORS', 'SUCCEEDED'],
  );
});

test('the published dates are read in the vendor’s own time', async (t) => {
  const { vendor } = await serve(t);
  const [found] = await look(connect({ authUrl: vendor.url, auth: OAUTH }), ['1234']);
  const { job } = observationOf(found);
  assert.equal(job.startedAt, Date.parse('2023-10-16T16:22:26Z'));
  assert.equal(job.finishedAt, Date.parse('2023-10-16T16:22:31Z'));
});
