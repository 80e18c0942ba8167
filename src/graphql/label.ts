import type { ImportLabels } from '../domain/import.ts';

export interface LabelModel {
  readonly key: string;
  readonly value: string;
}

export function labelModels(labels: ImportLabels): readonly LabelModel[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}
