/** Something for each of many pairs of tokens. (One map of both numbers in one would have keys past 31 bits, which V8 looks up slowly.) */
export class PairMap<T> {
  readonly #rows: (Map<number, T> | undefined)[] = [];

  get(left: number, right: number): T | undefined {
    return this.#rows[left]?.get(right);
  }

  set(left: number, right: number, value: T): void {
    (this.#rows[left] ??= new Map()).set(right, value);
  }
}
