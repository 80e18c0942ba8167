import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FaultEnvelope,
  ImportResultsSummary,
  RetrieveEnvelope,
  TokenAnswer,
} from '../../../src/providers/marketing-cloud/wire.ts';

test('a summary may lack everything', () => {
  const summary = ImportResultsSummary.parse({});
  assert.equal(summary.TaskResultID, null);
  assert.equal(summary.TotalRows, null);
  assert.deepEqual(summary.ImportStatus, { word: null, status: 'unrecognized' });
});

test('an unknown status keeps the vendor’s word', () => {
  const summary = ImportResultsSummary.parse({ ImportStatus: 'Waiting' });
  assert.deepEqual(summary.ImportStatus, { word: 'Waiting', status: 'unrecognized' });
});

test('text beside attributes is read, and nil is nothing whatever it holds', () => {
  const summary = ImportResultsSummary.parse({
    DestinationID: { '#text': 'MyDE', '@_type': 'xsd:string' },
    ImportType: { '#text': 'x', '@_nil': 'true' },
    ID: { '@_nil': '1' },
  });
  assert.equal(summary.DestinationID, 'MyDE');
  assert.equal(summary.ImportType, null);
  assert.equal(summary.ID, null);
});

for (const count of ['-1', '1.5', 'many', '1,000', '1e3', '99999999999']) {
  test(`the count ${count} does not fit`, () => {
    assert.equal(ImportResultsSummary.safeParse({ NumberErrors: count }).success, false);
  });
}

test('one result or many or none make a list', () => {
  assert.deepEqual(resultsOf({}), []);
  assert.deepEqual(resultsOf({ Results: { ID: '1' } }), [{ ID: '1' }]);
  assert.deepEqual(resultsOf({ Results: [{ ID: '1' }, { ID: '2' }] }), [{ ID: '1' }, { ID: '2' }]);
});

test('faults of both SOAP versions read alike', () => {
  const old = { faultcode: 'soap:Server', faultstring: 'Unplanned Outage', detail: '' };
  const detail = { apifault: { Code: '2', Message: 'Unplanned Outage' } };
  const young = {
    Code: { Value: 'soap:Receiver' },
    Reason: { Text: { '#text': 'Unplanned Outage', '@_lang': 'en' } },
    Detail: detail,
  };
  assert.deepEqual(FaultEnvelope.parse({ Envelope: { Body: { Fault: old } } }), {
    code: 'soap:Server',
    reason: 'Unplanned Outage',
    apiCode: null,
  });
  assert.deepEqual(FaultEnvelope.parse({ Envelope: { Body: { Fault: young } } }), {
    code: 'soap:Receiver',
    reason: 'Unplanned Outage',
    apiCode: '2',
  });
});

test('a token’s lifetime is a positive number, even as text', () => {
  assert.equal(lifetimeOf(1079), 1079);
  assert.equal(lifetimeOf('1079'), 1079);
  for (const bad of [0, -1, 'soon', null, undefined]) assert.equal(lifetimeOf(bad), undefined);
});

function resultsOf(results: object): readonly unknown[] {
  return RetrieveEnvelope.parse({
    Envelope: { Body: { RetrieveResponseMsg: { OverallStatus: 'OK', ...results } } },
  }).Envelope.Body.RetrieveResponseMsg.Results;
}

function lifetimeOf(expires_in: unknown): number | undefined {
  return TokenAnswer.safeParse({ access_token: 't', expires_in }).data?.expires_in;
}
