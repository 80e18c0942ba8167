import type { ImportJobInput } from './wire.ts';

/**
 * The example of "Get the status of an import job" (https://docs.micro.so/api), word for word.
 *
 * It contradicts itself: a complete job with a job-level error, and no rows but the result of one,
 * which was both created and refused.
 */
export const PUBLISHED_IMPORT = {
  job_id: 'job_id',
  status: 'complete',
  total: 0,
  created_at: '2019-12-27T18:11:19.117Z',
  error: { code: 'code', message: 'message' },
  expires_at: '2019-12-27T18:11:19.117Z',
  failed: 0,
  processed: 0,
  results: [
    {
      id: '182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e',
      created: true,
      error: { code: 'code', message: 'message' },
      existing: true,
    },
  ],
  succeeded: 0,
  updated_at: '2019-12-27T18:11:19.117Z',
} satisfies ImportJobInput;
