import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, assertUntouched, TRACK } from '../support/graphql-http.ts';
import type { Asked } from '../support/graphql-http.ts';
import { startLiveServer } from '../support/live-server.ts';

const OLD = 'application/json';
const NEW = 'application/graphql-response+json';

const SIMPLE: readonly (readonly [string, Asked])[] = [
  [
    'a form',
    { body: `query=${TRACK}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  [
    'a form of parts',
    {
      body: '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{ __typename }\r\n--x--\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    },
  ],
  [
    'plain text',
    { body: JSON.stringify({ query: TRACK }), headers: { 'content-type': 'text/plain' } },
  ],
  [
    'plain text that wants JSON',
    {
      body: JSON.stringify({ query: TRACK }),
      headers: { 'content-type': 'text/plain', accept: OLD },
    },
  ],
  [
    'a body of no type',
    { body: JSON.stringify({ query: TRACK }), headers: { 'content-type': '' } },
  ],
  ['a link', { method: 'GET', parameters: { query: '{ __typename }' } }],
  [
    'a link in a browser',
    {
      method: 'GET',
      parameters: { query: '{ __typename }' },
      headers: { accept: 'text/html,*/*;q=0.8', 'sec-fetch-site': 'none' },
    },
  ],
  [
    'a script of another page',
    {
      method: 'GET',
      parameters: { query: '{ __typename }' },
      headers: { accept: OLD, 'sec-fetch-site': 'cross-site' },
    },
  ],
  [
    'a request of another origin',
    {
      method: 'GET',
      parameters: { query: '{ __typename }' },
      headers: { accept: NEW, origin: 'https://evil.example' },
    },
  ],
  [
    'a GET with the type of a form',
    {
      method: 'GET',
      parameters: { query: '{ __typename }' },
      headers: { 'content-type': 'text/plain' },
    },
  ],
];

for (const [name, asked] of SIMPLE) {
  test(`${name}, which any page can have a browser send, is not executed`, async (t) => {
    const server = await startLiveServer(t);
    const response = await ask(server.url, asked);
    assert.ok([400, 415].includes(response.status), String(response.status));
    assert.doesNotMatch(await response.text(), /"data"/);
    await assertUntouched(server);
  });
}

test('a GET that no page of another origin can have sent is executed', async (t) => {
  const server = await startLiveServer(t);
  const parameters = { query: '{ __typename }' };
  const headers: readonly Readonly<Record<string, string>>[] = [
    { accept: OLD },
    { accept: NEW, 'sec-fetch-site': 'same-origin' },
    { accept: NEW, origin: server.url },
    { 'apollo-require-preflight': 'yes' },
    { 'content-type': OLD },
  ];
  for (const some of headers) {
    const response = await ask(server.url, { method: 'GET', parameters, headers: some });
    assert.equal(response.status, 200, JSON.stringify(some));
    assert.deepEqual(await response.json(), { data: { __typename: 'Query' } });
  }
});
