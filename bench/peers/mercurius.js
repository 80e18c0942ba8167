import Fastify from 'fastify';
import mercurius from 'mercurius';
import { createSchema, HOST, PORT } from './constants.js';

const app = Fastify({ logger: false });
app.register(mercurius, { schema: createSchema(), jit: 1, graphiql: false, path: '/graphql' });
await app.listen({ host: HOST, port: PORT });
