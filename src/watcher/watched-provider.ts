import type {
  ProviderCapabilities,
  ProviderDataSource,
  RequestBudget,
} from '../providers/provider.ts';
import type { RowValuesPolicy } from './row-guard.ts';
import type { Cadence } from './schedule.ts';

/** One configured provider, ready to be looked at. */
export interface WatchedProvider {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  readonly cadence: Cadence;
  readonly budget: RequestBudget;
  /** How many looks may run at once. */
  readonly concurrency: number;
  /** What is kept of the input of failed rows. */
  readonly rowValues: RowValuesPolicy;
  /** The most failed rows that are kept of an import, and the most others. */
  readonly maxRows: number;
  /** No look takes longer without saying so: after this a claim is free again. */
  readonly leaseMs: number;
  /** Makes the data source, given what asks the budget before each request. */
  connect(admit: (signal: AbortSignal) => Promise<void>): ProviderDataSource;
}
