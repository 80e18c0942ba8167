import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A length of time as people write it (`500ms`, `2s`, `5m`, `1h`, `7d`), in milliseconds. */
export const Duration = z.string().transform((text, context) => {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  for (const [name, unitMs] of Object.entries(UNIT_MS)) {
    if (name === unit) return Number(amount) * unitMs;
  }
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not a duration; write a number and ms, s, m, h or d, such as 2s`,
  });
  return z.NEVER;
});

/** A length of time that is more than none. */
export const PositiveDuration = Duration.refine((ms) => ms > 0, { error: 'must be more than 0' });

/** A length of time, or `forever`, which is null. */
export const DurationOrForever = z.union([z.literal('forever').transform(() => null), Duration], {
  error: 'must be forever, or a number and ms, s, m, h or d, such as 90d',
});
