import { z } from 'zod';

/** What a replica has done so far. Times are in milliseconds. */
export const Counts = z.object({
  looks: z.number(),
  /** Statements that claimed something, and what they claimed. */
  claims: z.number(),
  claimed: z.number(),
  /** Looks that showed something new. */
  revisions: z.number(),
  /** From asking the store to its answer, over all questions. */
  storeMs: z.number(),
  questions: z.number(),
  cpuMs: z.number(),
});
export type Counts = z.infer<typeof Counts>;

/** What a replica answers when it stops: which import it looked at when, and how late. */
export const Looks = z.object({
  indexes: z.array(z.number()),
  at: z.array(z.number()),
  /** Behind what the schedule said, in milliseconds. */
  lagMs: z.array(z.number()),
});
export type Looks = z.infer<typeof Looks>;

export const Order = z.enum(['start', 'counts', 'looks']);
export type Order = z.infer<typeof Order>;
