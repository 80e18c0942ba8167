import type {
  ProviderCapabilities,
  ProviderDataSource,
  RequestBudget,
} from '../providers/provider.ts';
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
  /** No look takes longer: after this a claim is free again. */
  readonly leaseMs: number;
  /** Makes the data source, given what asks the budget before each request. */
  connect(admit: (signal: AbortSignal) => Promise<void>): ProviderDataSource;
}
