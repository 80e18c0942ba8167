import { z } from 'zod';
import { collect, keyOf } from './config-problems.ts';
import type { ConfigProblem } from './config-error.ts';
import { Common } from './config-shape.ts';
import type { Retention } from './config-shape.ts';
import type { Connect, Provider, RequestBudget } from './providers/provider.ts';
import { findProvider, listProviderKinds } from './providers/registry.ts';
import type { RowValuesPolicy } from './watcher/row-guard.ts';

export interface ProviderConfig {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
  readonly connect: Connect;
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly appearsWithinMs: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly maxResponseBytes: number;
  readonly budget: RequestBudget;
  readonly rowValues: RowValuesPolicy;
  readonly maxRows: number;
  readonly retention: Retention;
}

interface ProviderReading {
  readonly problems: ConfigProblem[];
  readonly index: number;
  /** What hashes of row values are keyed with; null when there is none. */
  readonly key: string | null;
}

/** One entry of the configuration; none, and problems, when it cannot be used. */
export function parseProvider(
  entry: unknown,
  { problems, index, key }: ProviderReading,
): readonly ProviderConfig[] {
  const path = ['providers', index];
  const common = Common.safeParse(entry);
  collect(common, { problems, path });
  const named = z.object({ kind: z.string() }).safeParse(entry).data;
  const provider = named === undefined ? null : findProvider(named.kind);
  if (named !== undefined && provider === null) {
    const kinds = listProviderKinds().join(', ');
    const message = `${JSON.stringify(named.kind)} is not a kind of provider; it must be one of ${kinds}`;
    problems.push({ key: keyOf([...path, 'kind']), message });
  }
  if (provider === null) return [];
  const settings = provider.settings.safeParse(withoutCommon(entry));
  collect(settings, { problems, path });
  const rowValues = common.success ? rowValuesOf(common.data.rowValues, key) : null;
  if (common.success && rowValues === null) {
    const message =
      'hash needs a key: set rowValuesKey beside providers, such as rowValuesKey: "${ROW_VALUES_KEY}"';
    problems.push({ key: keyOf([...path, 'rowValues']), message });
  }
  if (!common.success || !settings.success || rowValues === null) return [];
  const { id, name, poll, appearsWithin, timeout, concurrency, maxResponseBytes, budget } =
    common.data;
  const { maxRows, retention } = common.data;
  return [
    {
      id,
      name: name ?? provider.title,
      provider,
      connect: settings.data,
      minIntervalMs: poll.minInterval,
      maxIntervalMs: poll.maxInterval,
      appearsWithinMs: appearsWithin ?? provider.capabilities.appearsWithinMs,
      timeoutMs: timeout,
      concurrency,
      maxResponseBytes,
      budget: {
        perSecond: budget?.perSecond ?? provider.defaultBudget.perSecond,
        perMonth: budget?.perMonth ?? provider.defaultBudget.perMonth,
      },
      rowValues,
      maxRows,
      retention,
    },
  ];
}

/** Null when hashes are wanted and there is no key for them. */
function rowValuesOf(kind: RowValuesPolicy['kind'], key: string | null): RowValuesPolicy | null {
  if (kind !== 'hash') return { kind };
  return key === null ? null : { kind, key };
}

function withoutCommon(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return entry;
  const common = Object.keys(Common.shape);
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !common.includes(key)));
}
