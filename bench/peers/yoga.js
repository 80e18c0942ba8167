import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { createSchema, HOST, PORT } from './constants.js';

const yoga = createYoga({
  schema: createSchema(),
  graphiql: false,
  landingPage: false,
  logging: 'error',
  multipart: false,
});
createServer(yoga).listen(PORT, HOST);
