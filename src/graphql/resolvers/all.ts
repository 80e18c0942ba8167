import type { Resolvers } from '../generated/resolver-types.ts';
import { DateTime, Json } from '../scalars.ts';
import { ImportChange } from './import-change.ts';
import { ImportChangeGap } from './import-change-gap.ts';
import { Import } from './import.ts';
import { ImportEvent } from './import-event.ts';
import { ImportProviderError } from './import-provider-error.ts';
import { ImportProvider } from './import-provider.ts';
import { ImportProviderHealth } from './import-provider-health.ts';
import { ImportRevision } from './import-revision.ts';
import { ImportRow } from './import-row.ts';
import { ImportedResource } from './imported-resource.ts';
import { Job } from './job.ts';
import { JobError } from './job-error.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { RowError } from './row-error.ts';
import { RowErrorGroup } from './row-error-group.ts';
import { Subscription } from './subscription.ts';

/** One entry per type whose fields are not simply those of what it stands for. */
export const resolvers: Resolvers = {
  DateTime,
  Import,
  ImportChange,
  ImportChangeGap,
  ImportEvent,
  ImportProvider,
  ImportProviderError,
  ImportProviderHealth,
  ImportRevision,
  ImportRow,
  ImportedResource,
  JSON: Json,
  Job,
  JobError,
  Mutation,
  Query,
  RowError,
  RowErrorGroup,
  Subscription,
};
