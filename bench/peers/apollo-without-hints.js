import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { serveApollo } from './serve-apollo.js';

await serveApollo([ApolloServerPluginCacheControlDisabled()]);
