import type { SimulatedAnswer } from '../../src/providers/simulation.ts';

/** What an answer says, as one text. */
export function textOf({ body }: Pick<SimulatedAnswer, 'body'>): string {
  return typeof body === 'string' ? body : Array.from(body).join('');
}
