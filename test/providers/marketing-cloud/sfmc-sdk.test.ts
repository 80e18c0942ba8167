import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sdk from 'sfmc-sdk';
import { countOf, ENDED_LOAD, serve } from './setup.ts';

// A client that others wrote, against our simulator: https://www.npmjs.com/package/sfmc-sdk

const TYPE = 'ImportResultsSummary';
const PROPERTIES = ['TaskResultID', 'ImportStatus', 'NumberSuccessful'];

function connect(url: string): Sdk {
  const account = {
    client_id: 'a',
    client_secret: 'b',
    account_id: 1,
    // Its constructor takes only addresses of this form; the real one comes after.
    auth_url: `https://${'x'.repeat(28)}.auth.marketingcloudapis.com/`,
  };
  // With its default of one attempt it never gets to try a renewed token.
  const sdk = new Sdk(account, { requestAttempts: 2 });
  sdk.auth.authObject.auth_url = `${url}/`;
  return sdk;
}

function filterOf(operator: string, rightOperand: string | readonly string[]) {
  return { filter: { leftOperand: 'TaskResultID', operator, rightOperand } };
}

function idsOf(answer: { readonly Results?: readonly { readonly TaskResultID: number }[] }) {
  return (answer.Results ?? []).map((result) => result.TaskResultID);
}

test('sfmc-sdk retrieves one import with equals', async (t) => {
  const { vendor } = await serve(t);
  const answer = await connect(vendor.url).soap.retrieve(
    TYPE,
    PROPERTIES,
    filterOf('equals', '130040236'),
  );
  assert.equal(answer.OverallStatus, 'OK');
  assert.equal(answer.Results[0].ImportStatus, 'Completed');
  assert.equal(answer.Results[0].NumberSuccessful, 2);
});

test('sfmc-sdk retrieves three imports with IN', async (t) => {
  const { vendor } = await serve(t);
  const answer = await connect(vendor.url).soap.retrieve(
    TYPE,
    PROPERTIES,
    filterOf('IN', ['1234', '130040236', '125574039']),
  );
  assert.deepEqual(idsOf(answer), [130040236, 1234, 125574039]);
});

test('sfmc-sdk retrieves with two filters joined by OR', async (t) => {
  const { vendor } = await serve(t);
  const answer = await connect(vendor.url).soap.retrieve(TYPE, PROPERTIES, {
    filter: {
      leftOperand: filterOf('equals', '1234').filter,
      operator: 'OR',
      rightOperand: filterOf('equals', '125574039').filter,
    },
  });
  assert.deepEqual(idsOf(answer), [1234, 125574039]);
});

test('sfmc-sdk finds no results for an unknown import', async (t) => {
  const { vendor } = await serve(t);
  const answer = await connect(vendor.url).soap.retrieve(TYPE, PROPERTIES, filterOf('equals', '5'));
  assert.equal(answer.OverallStatus, 'OK');
  assert.equal(answer.Results, undefined);
});

test('sfmc-sdk pages through more data', async (t) => {
  const { vendor } = await serve(t);
  const ids = Array.from({ length: 7 }, () => vendor.start(ENDED_LOAD));
  const answer = await connect(vendor.url).soap.retrieveBulk(TYPE, PROPERTIES, {
    ...filterOf('IN', ids),
    options: { BatchSize: 3 },
  });
  assert.deepEqual(idsOf(answer).map(String), ids);
  assert.equal(countOf(vendor, '/Service.asmx'), 3);
});

test('sfmc-sdk renews a dead token and succeeds', async (t) => {
  const { vendor, simulator } = await serve(t);
  const sdk = connect(vendor.url);
  await sdk.soap.retrieve(TYPE, PROPERTIES, filterOf('equals', '1234'));
  simulator.expireTokens();
  const answer = await sdk.soap.retrieve(TYPE, PROPERTIES, filterOf('equals', '1234'));
  assert.deepEqual(idsOf(answer), [1234]);
  assert.equal(countOf(vendor, '/v2/token'), 2);
  assert.equal(countOf(vendor, '/Service.asmx'), 3);
});

test('sfmc-sdk reads the refusals of types, properties and clients', async (t) => {
  const { vendor } = await serve(t);
  const sdk = connect(vendor.url);
  await assert.rejects(sdk.soap.retrieve('Foo', PROPERTIES), /Unable to find a handler/);
  await assert.rejects(sdk.soap.retrieve(TYPE, ['Bogus']), /Request Property\(s\) Bogus/);
  vendor.setScenario('unauthorized');
  await assert.rejects(sdk.soap.retrieve(TYPE, PROPERTIES), /Login Failed/);
  await assert.rejects(
    connect(vendor.url).soap.retrieve(TYPE, PROPERTIES),
    /Client authentication failed/,
  );
});

test('sfmc-sdk starts an import and watches it', async (t) => {
  const { vendor, clock } = await serve(t);
  const sdk = connect(vendor.url);
  const performed = await sdk.soap.perform('ImportDefinition', 'start', { CustomerKey: 'nightly' });
  assert.equal(performed.OverallStatus, 'OK');
  const id = String(performed.Results[0].Result.Task.ID);
  clock.now += 60_000;
  const answer = await sdk.soap.retrieve(TYPE, PROPERTIES, filterOf('equals', id));
  assert.equal(answer.Results[0].ImportStatus, 'Completed');
});

test('sfmc-sdk reads the failed rows over REST, and renews a dead token for them', async (t) => {
  const { vendor, simulator } = await serve(t);
  const sdk = connect(vendor.url);
  const path = '/data/v1/async/import/1234';
  const summary = await sdk.rest.get(`${path}/validationsummary`);
  // The published client's own example, but for the id.
  assert.deepEqual(summary, {
    id: '1234',
    importValidationSummary: [
      { validationErrorType: 'RequiredFieldMissing', validationErrorCodeId: 1, errorsCount: 2 },
    ],
  });
  simulator.expireTokens();
  const { importValidationResult } = await sdk.rest.get(`${path}/validationresult`);
  assert.equal(importValidationResult.length, 2);
  assert.equal(countOf(vendor, '/v2/token'), 2);
});
