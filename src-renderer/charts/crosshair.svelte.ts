/** One crosshair for several charts of the same x axis: pointing at one points at all. */
export class Crosshair {
  #x = $state<number | null>(null);
  #from = $state<string | null>(null);

  get x(): number | null {
    return this.#x;
  }
  /** The chart that the pointer is in. */
  get from(): string | null {
    return this.#from;
  }
  point(x: number | null, from: string | null): void {
    this.#x = x;
    this.#from = from;
  }
}
