/** Counts who watches which imports. A thousand who watch one import count like one. */
export class Interest {
  readonly #counts = new Map<string, number>();

  /** Answers the ids that nobody watched before, and how to stop watching. */
  add(ids: readonly string[]): { readonly newIds: readonly string[]; readonly stop: () => void } {
    const own = new Set(ids);
    const newIds = [...own].filter((id) => !this.#counts.has(id));
    for (const id of own) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    let isOn = true;
    const stop = (): void => {
      if (!isOn) return;
      isOn = false;
      for (const id of own) this.#subtract(id);
    };
    return { newIds, stop };
  }

  isWatched(id: string): boolean {
    return this.#counts.has(id);
  }

  #subtract(id: string): void {
    const left = (this.#counts.get(id) ?? 0) - 1;
    if (left > 0) this.#counts.set(id, left);
    else this.#counts.delete(id);
  }
}
