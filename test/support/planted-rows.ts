import type { SimulatedAnswer } from '../../src/providers/simulation.ts';
import { textOf } from './simulated-answer.ts';

/** What stands in every row, and must not be where no row may be. */
export const SECRET = 'Xanthippe';

/** What becomes of the texts under these names: they quote a row in every way a vendor may. */
const PLANTED: Readonly<Record<string, (text: string) => unknown>> = {
  // Collibra; its command is the row, so what it holds is known.
  errorMessage: (text) => `${text} of "${SECRET}", ${SECRET} Smith and ${SECRET}@example.com`,
  identifier: (text) =>
    JSON.stringify({ text, name: `${SECRET} Smith`, tags: [SECRET, { [SECRET.length]: SECRET }] }),
  // Qobra, as above.
  details: (text) => `${text}\\nValueError: '${SECRET}' of ${SECRET} Smith`,
  description: (text) => `${text} for '${SECRET}'`,
  // Micro, and the job of Collibra: nothing is known of the row.
  message: (text) => `${text} for "${SECRET} Smith" <${SECRET}@example.com>`,
  // Marketing Cloud, likewise.
  validationErrorDetails: (text) => `${text} for "${SECRET} Smith"`,
};

/** What a vendor says that cannot keep a row. */
export const ROW_IN_FAILURE = `cannot keep {email: ${SECRET}@example.com, name: ${SECRET} Smith}, "${SECRET} Smith" <${SECRET}@example.com>`;

/** An answer with the secret in it. */
export function plant(answer: SimulatedAnswer): SimulatedAnswer {
  const text = textOf(answer);
  if (answer.status >= 400 && !text.startsWith('<')) {
    return { ...answer, body: JSON.stringify({ message: ROW_IN_FAILURE }) };
  }
  if (answer.status >= 300 || !text.startsWith('{')) return { ...answer, body: text };
  return { ...answer, body: JSON.stringify(planted(JSON.parse(text))) };
}

function planted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(planted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    if (name === 'row' && typeof inner === 'object') {
      return [name, { ...inner, name: `${SECRET} Smith`, tags: [[SECRET]] }];
    }
    const change = PLANTED[name];
    return [name, typeof inner === 'string' && change ? change(inner) : planted(inner)];
  });
  return Object.fromEntries(entries);
}
