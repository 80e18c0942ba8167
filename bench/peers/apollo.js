import { serveApollo } from './serve-apollo.js';

await serveApollo([]);
