import { GIVEN_UP } from './answer.ts';
import type { Answer } from './answer.ts';

interface Wait {
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
}

/** Callers that wait for a look at an import: one wait an import, however many callers. */
export class Waiting {
  readonly #waits = new Map<string, Wait>();

  /** Joins those who wait for this import; `isFirst` when nobody did. */
  join(id: string): { readonly answer: Promise<Answer>; readonly isFirst: boolean } {
    const open = this.#waits.get(id);
    if (open !== undefined) return { answer: open.answer, isFirst: false };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waits.set(id, { answer: promise, resolve });
    return { answer: promise, isFirst: true };
  }

  /** The answer that an import is being waited for, if it is. */
  find(id: string): Promise<Answer> | null {
    return this.#waits.get(id)?.answer ?? null;
  }

  answer(id: string, answer: Answer): void {
    this.#waits.get(id)?.resolve(answer);
    this.#waits.delete(id);
  }

  /** Answers everyone that no look will come. */
  giveUp(): void {
    for (const id of this.#waits.keys()) this.answer(id, GIVEN_UP);
  }
}
