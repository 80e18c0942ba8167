import { createServer } from 'node:http';
import { BY_ID, HOST, IMPORTS, PORT } from './constants.js';

// No GraphQL: reads the request, picks the answer by the operation's name, and writes it as JSON.
const ANSWERS = {
  LatestImports: ({ first }) => ({ imports: { nodes: IMPORTS.slice(0, first) } }),
  OneImport: ({ id }) => ({ import: BY_ID.get(id) ?? null }),
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { operationName, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const answer = ANSWERS[operationName];
    const data = answer === undefined ? { __typename: 'Query' } : answer(variables);
    const body = JSON.stringify({ data });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(PORT, HOST);
