import assert from 'node:assert/strict';
import { test } from 'node:test';
import FuelSdk from 'sfmc-fuelsdk-node';
import { z } from 'zod';
import { countOf, ENDED_LOAD, serve } from './setup.ts';

// Salesforce's own client against our simulator: https://www.npmjs.com/package/sfmc-fuelsdk-node

const Answer = z.object({
  OverallStatus: z.string(),
  RequestID: z.string(),
  Results: z.array(z.object({ TaskResultID: z.string(), ImportStatus: z.string() })),
});

function connect(url: string): FuelSdk {
  return new FuelSdk('a', 'b', null, {
    authOrigin: url,
    authOptions: { authVersion: 2, accountId: 1 },
  });
}

type RetrieveOptions = Parameters<FuelSdk['SoapClient']['retrieve']>[2];

function retrieve(
  client: FuelSdk,
  options: RetrieveOptions,
  properties: readonly string[] = ['TaskResultID', 'ImportStatus'],
): Promise<z.infer<typeof Answer>> {
  return new Promise((resolve, reject) => {
    client.SoapClient.retrieve('ImportResultsSummary', properties, options, (error, answer) => {
      if (error === null) resolve(Answer.parse(answer?.body));
      else reject(error);
    });
  });
}

function filterOf(operator: string, rightOperand: string | readonly string[]): RetrieveOptions {
  return { filter: { leftOperand: 'TaskResultID', operator, rightOperand } };
}

test('fuelsdk retrieves one import with equals', async (t) => {
  const { vendor } = await serve(t);
  const answer = await retrieve(connect(vendor.url), filterOf('equals', '1234'));
  assert.equal(answer.OverallStatus, 'OK');
  assert.deepEqual(answer.Results, [{ TaskResultID: '1234', ImportStatus: 'Completed' }]);
});

test('fuelsdk retrieves several imports with IN, and none for an unknown one', async (t) => {
  const { vendor } = await serve(t);
  const client = connect(vendor.url);
  const several = await retrieve(client, filterOf('IN', ['1234', '130040236', '5']));
  assert.deepEqual(
    several.Results.map((result) => result.TaskResultID),
    ['130040236', '1234'],
  );
  assert.deepEqual((await retrieve(client, filterOf('equals', '5'))).Results, []);
  assert.equal(countOf(vendor, '/v2/token'), 1);
});

test('fuelsdk pages through more data', async (t) => {
  const { vendor } = await serve(t, { pageSize: 3 });
  const ids = Array.from({ length: 5 }, () => vendor.start(ENDED_LOAD));
  const client = connect(vendor.url);
  const first = await retrieve(client, filterOf('IN', ids));
  assert.equal(first.OverallStatus, 'MoreDataAvailable');
  const rest = await retrieve(client, {
    ...filterOf('IN', ids),
    continueRequest: first.RequestID,
  });
  assert.equal(rest.OverallStatus, 'OK');
  assert.deepEqual(
    [...first.Results, ...rest.Results].map((result) => result.TaskResultID),
    ids,
  );
});

test('fuelsdk sees a dead token’s fault, and succeeds once it is made to forget the token', async (t) => {
  const { vendor, simulator } = await serve(t);
  const client = connect(vendor.url);
  await retrieve(client, filterOf('equals', '1234'));
  simulator.expireTokens();
  // It tries again by itself, with the token it has.
  await assert.rejects(retrieve(client, filterOf('equals', '1234')), {
    faultstring: 'Token Expired',
  });
  assert.equal(countOf(vendor, '/v2/token'), 1);
  assert.equal(countOf(vendor, '/Service.asmx'), 3);
  client.FuelAuthClient.invalidateToken();
  const answer = await retrieve(client, filterOf('equals', '1234'));
  assert.equal(answer.Results.length, 1);
  assert.equal(countOf(vendor, '/v2/token'), 2);
});

test('fuelsdk reads the refusal of a property', async (t) => {
  const { vendor } = await serve(t);
  await assert.rejects(
    retrieve(connect(vendor.url), filterOf('equals', '1234'), ['Bogus']),
    /Request Property\(s\) Bogus do not match/,
  );
});
