/** Samples of which something was said that is not on disk yet. */
export class Saving {
  /** How many answers each waits for. */
  #samples = $state.raw<ReadonlyMap<number, number>>(new Map());

  get count(): number {
    return this.#samples.size;
  }
  has(sample: number): boolean {
    return this.#samples.has(sample);
  }

  async during<T>(samples: readonly number[], act: () => Promise<T>): Promise<T> {
    this.#mark(samples, 1);
    try {
      return await act();
    } finally {
      this.#mark(samples, -1);
    }
  }

  #mark(samples: readonly number[], by: 1 | -1): void {
    const next = new Map(this.#samples);
    for (const sample of samples) {
      const count = (next.get(sample) ?? 0) + by;
      if (count > 0) next.set(sample, count);
      else next.delete(sample);
    }
    this.#samples = next;
  }
}
