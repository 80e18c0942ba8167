import { z } from 'zod';

/** What the process was started with. */
export function readSettings<T>(shape: z.ZodType<T>): T {
  return shape.parse(JSON.parse(z.string().parse(process.argv[2])));
}

/** Answers orders until whoever gives them is gone. What fails ends the process. */
export function takeOrders(carryOut: (order: unknown) => Promise<unknown>): void {
  const reply = async (order: unknown): Promise<void> => say((await carryOut(order)) ?? null);
  process.on('message', (order) => void reply(order));
  process.once('disconnect', () => process.exit());
}

export function say(message: unknown): void {
  process.send?.(message);
}
