import type { ErrorBody } from './simulated-errors.ts';

/** https://developer.collibra.com/api/guides/working-with-the-import-api-v2/import-results/retrieving-the-import-summary */
const SUMMARY = {
  resourceTypes: [
    {
      resourceType: 'ASSET',
      counters: { added: 2, removed: 6, updated: 4, failed: 8 },
      subcategories: [
        {
          category: { id: 'c91833f3-0da1-442e-9abc-c2d00533a213', name: 'asset1' },
          counters: { added: 1, removed: 3, updated: 2, failed: 4 },
        },
        {
          category: { id: '9a915ebc-b082-4da6-800c-fd1341dd8cf1', name: 'asset2' },
          counters: { added: 1, removed: 3, updated: 2, failed: 4 },
        },
      ],
    },
    {
      resourceType: 'MAPPING',
      counters: { added: 1, removed: 3, updated: 2, failed: 4 },
      subcategories: null,
    },
    {
      resourceType: 'DOMAIN',
      counters: { added: 1, removed: 3, updated: 2, failed: 4 },
      subcategories: [
        {
          category: { id: 'c60cfe31-47e5-4be9-815c-a1f28b74a36b', name: 'domain' },
          counters: { added: 1, removed: 3, updated: 2, failed: 4 },
        },
      ],
    },
  ],
  errorsCount: 16,
  importJobState: 'COMPLETED',
};

/** https://developer.collibra.com/api/references/job/jobs: completed, and half way. */
const JOB_V1 = {
  id: '495756bd-419c-4fea-beb4-8a70253d8079',
  createdBy: '4d250cc5-e583-4640-9874-b93d82c7a6cb',
  createdOn: '2017-07-21T17:32:28Z',
  lastModifiedBy: 'a073ff90-e7bc-4b35-ba90-c4d475f642fe',
  lastModifiedOn: '2017-07-21T17:32:28Z',
  user: '387ca4ee-d48c-4902-b887-9cbfe11f4dac',
  selfManaged: false,
  name: 'Sample job.',
  type: 'SAMPLE',
  state: 'COMPLETED',
  result: 'SUCCESS',
  progressPercentage: 50,
  startDate: '2017-07-21T17:32:28Z',
  endDate: '2017-07-21T17:32:28Z',
  message: 'Import finished in 12s.',
};

/** Fields of https://github.com/collibra/import-api-examples dgc-rest.json; the values are ours. */
const RUNNING_JOB = {
  id: '495756bd-419c-4fea-beb4-8a70253d8079',
  createdBy: '4d250cc5-e583-4640-9874-b93d82c7a6cb',
  createdOn: 1790000000000,
  lastModifiedBy: '4d250cc5-e583-4640-9874-b93d82c7a6cb',
  lastModifiedOn: 1790000004000,
  system: false,
  resourceType: 'Job',
  name: 'Import',
  type: 'IMPORT',
  userId: '4d250cc5-e583-4640-9874-b93d82c7a6cb',
  visibility: 10,
  progressPercentage: 50.0,
  cancelable: true,
  startDate: 1790000001000,
  state: 'RUNNING',
  result: 'NOT_SET',
  message: 'Importing',
};

/** The page of the summary names no job: this one is made for it, of the running job's fields. */
const SUMMARIZED_JOB = {
  ...RUNNING_JOB,
  id: '00000000-0000-4000-8000-000000000016',
  lastModifiedOn: 1790000013000,
  progressPercentage: 100.0,
  cancelable: false,
  endDate: 1790000013000,
  state: 'COMPLETED',
  result: 'COMPLETED_WITH_ERROR',
  message: 'Import finished in 12s.',
};

const SUMMARIZED_JOB_V1 = {
  ...JOB_V1,
  id: SUMMARIZED_JOB.id,
  type: 'IMPORT',
  result: 'COMPLETED_WITH_ERROR',
  progressPercentage: 100,
};

const ERROR = {
  errorType: 'RUNTIME',
  resourceType: 'ASSET',
  errorMessage: 'error message',
  command: { indices: [1, 2, 3], identifier: '3fa85f64-5717-4562-b3fc-2c963f66afa6' },
};

/** https://developer.collibra.com/api/rest/import-api/Content/API/ImportAPIv2/co_listing-import-errors.htm */
export const ERRORS_PAGE = { total: 1000, offset: 10, limit: 100, results: [ERROR] };

/**
 * No page shows the sixteen errors of the published summary: these are made of the one that is
 * shown, as many of each type as the summary counts.
 */
const SUMMARIZED_ERRORS = SUMMARY.resourceTypes
  .flatMap(({ resourceType, counters }) =>
    Array.from({ length: counters.failed }, () => resourceType),
  )
  .map((resourceType, index) => ({
    ...ERROR,
    resourceType,
    command: index === 0 ? ERROR.command : { ...ERROR.command, indices: [index + 3] },
  }));

/** All errors of a published import, by its id. */
export const PUBLISHED_ERRORS: ReadonlyMap<string, readonly ErrorBody[]> = new Map([
  [SUMMARIZED_JOB.id, SUMMARIZED_ERRORS],
]);

/** Collibra's published examples, as they stand, by the path that answers with them. */
export const PUBLISHED: Readonly<Record<string, unknown>> = {
  [`/rest/2.0/jobs/${RUNNING_JOB.id}`]: RUNNING_JOB,
  [`/rest/jobs/v1/jobs/${JOB_V1.id}`]: JOB_V1,
  [`/rest/2.0/jobs/${SUMMARIZED_JOB.id}`]: SUMMARIZED_JOB,
  [`/rest/jobs/v1/jobs/${SUMMARIZED_JOB.id}`]: SUMMARIZED_JOB_V1,
  [`/rest/2.0/import/results/${SUMMARIZED_JOB.id}/summary`]: SUMMARY,
};
