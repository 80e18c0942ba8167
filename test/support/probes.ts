/** What a probe is about. */
export interface Target {
  readonly providerId: string;
  readonly externalId: string;
}

type Variables = Readonly<Record<string, unknown>>;

export interface Probe {
  /** The field of a root type, or the type of an entity, that it asks for. */
  readonly of: string;
  readonly query: string;
  readonly variables: (target: Target) => Variables;
}

export const idOf = ({ providerId, externalId }: Target): string => `${providerId}:${externalId}`;
const byId = (target: Target): Variables => ({ id: idOf(target) });

/** Everything that the graph can tell of an import. */
const IMPORT = `id revision position job { phase outcome message } counters { total }
  resources { key } labels { key } freshness { state error { message } } provider { id }
  rows(first: 1) { totalCount availability nodes { id } } rowsExportUrl
  rowErrors(first: 1) { totalCount availability nodes { message values } }
  rowErrorGroups { message } history { nodes { revision } }`;

const ENTITIES = `query ($references: [_Any!]!) {
  _entities(representations: $references) {
    __typename
    ... on Import { ${IMPORT} }
    ... on Job { id phase outcome }
    ... on ImportProvider { id health { state } budget { usedThisMonth } }
  }
}`;

const entity = (reference: (target: Target) => Variables) => (target: Target) => ({
  references: [reference(target)],
});

/** One or more for each root field and each entity. */
export const PROBES: readonly Probe[] = [
  {
    of: 'Query.import',
    query: `query ($id: ID!) { import(id: $id) { ${IMPORT} } }`,
    variables: byId,
  },
  {
    of: 'Query.importByExternalId',
    query: `query ($providerId: ID!, $externalId: String!) {
      importByExternalId(providerId: $providerId, externalId: $externalId) { ${IMPORT} }
    }`,
    variables: (target) => ({ ...target }),
  },
  {
    of: 'Query.imports',
    query: `query ($id: ID!) { imports(filter: { ids: [$id] }) { nodes { ${IMPORT} } pageInfo { endCursor } } }`,
    variables: byId,
  },
  {
    of: 'Query.imports',
    query: `query ($id: ID!) { imports(filter: { providerIds: [$id] }) { nodes { id } } }`,
    variables: ({ providerId }) => ({ id: providerId }),
  },
  {
    of: 'Query.importChanges',
    query: `query ($id: ID!) { importChanges(filter: { ids: [$id] }) { nodes { position import { id } } endPosition hasMore } }`,
    variables: byId,
  },
  {
    of: 'Query.importChanges',
    query: `query ($id: ID!) { importChanges(filter: { providerIds: [$id] }) { nodes { import { id } } } }`,
    variables: ({ providerId }) => ({ id: providerId }),
  },
  {
    of: 'Query.importProvider',
    query: `query ($id: ID!) { importProvider(id: $id) { id name health { state } budget { usedThisMonth } } }`,
    variables: ({ providerId }) => ({ id: providerId }),
  },
  {
    of: 'Query.importProviders',
    query: `{ importProviders { id name } }`,
    variables: () => ({}),
  },
  {
    of: 'Mutation.trackImport',
    query: `mutation ($input: TrackImportInput!) { trackImport(input: $input) { import { ${IMPORT} } userErrors { field code message } } }`,
    variables: (target) => ({ input: { ...target } }),
  },
  {
    of: 'Mutation.untrackImport',
    query: `mutation ($id: ID!) { untrackImport(input: { id: $id }) { import { id } userErrors { field code message } } }`,
    variables: byId,
  },
  {
    of: 'Mutation.refreshImport',
    query: `mutation ($id: ID!) { refreshImport(input: { id: $id }) { import { id } userErrors { field code message } } }`,
    variables: byId,
  },
  {
    of: 'Mutation.recordImport',
    query: `mutation ($input: RecordImportInput!) { recordImport(input: $input) { import { id } userErrors { field code message } } }`,
    variables: (target) => ({ input: { ...target, response: { status: 'complete' } } }),
  },
  {
    of: 'Import',
    query: ENTITIES,
    variables: entity((target) => ({ __typename: 'Import', id: idOf(target) })),
  },
  {
    of: 'Import',
    query: ENTITIES,
    variables: entity((target) => ({ __typename: 'Import', ...target })),
  },
  {
    of: 'Job',
    query: ENTITIES,
    variables: entity((target) => ({ __typename: 'Job', id: idOf(target) })),
  },
  {
    of: 'ImportProvider',
    query: ENTITIES,
    variables: entity(({ providerId }) => ({ __typename: 'ImportProvider', id: providerId })),
  },
  {
    of: 'Subscription.importChanged',
    query: `subscription ($id: ID!) { importChanged(id: $id) { position import { ${IMPORT} } end { reason } } }`,
    variables: byId,
  },
  {
    of: 'Subscription.importsChanged',
    query: `subscription ($id: ID!) { importsChanged(filter: { ids: [$id] }) { position import { ${IMPORT} } end { reason } } }`,
    variables: byId,
  },
  {
    of: 'Subscription.importsChanged',
    query: `subscription ($id: ID!) { importsChanged(filter: { providerIds: [$id] }) { import { id } } }`,
    variables: ({ providerId }) => ({ id: providerId }),
  },
];
