# Builds the bundle that `npm run start:dist` runs, and an image with that and nothing else.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    STORE_URL=sqlite:/data/imports.db \
    IMPORTS_CONFIG=/etc/imports/imports.config.yml
WORKDIR /app
# Only the type of its modules is read from it.
COPY package.json ./
COPY --from=build /app/dist ./dist
# All that the bundle leaves out: GraphiQL's page, for where it is asked for.
COPY --from=build /app/node_modules/@graphql-yoga/render-graphiql ./node_modules/@graphql-yoga/render-graphiql
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that SIGTERM reaches it.
CMD ["node", "dist/src/bundle/main.js"]
