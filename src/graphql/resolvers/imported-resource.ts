import type { ImportedResourceResolvers } from '../generated/resolver-types.ts';
import { countersModel } from '../models.ts';

export const ImportedResource: ImportedResourceResolvers = {
  type: ({ resource }) => resource.type,
  key: ({ resource }) => resource.key,
  name: ({ resource }) => resource.name,
  counters: ({ resource, importPhase }) =>
    countersModel(resource.counters, resource.phase ?? importPhase),
  categories: ({ resource, importPhase }) =>
    resource.categories.map((category) => ({ resource: category, importPhase })),
  phase: ({ resource }) => resource.phase,
  progressPercent: ({ resource }) => resource.progressPercent,
  error: ({ resource }) => resource.error,
};
