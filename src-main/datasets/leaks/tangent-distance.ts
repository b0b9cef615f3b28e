import type { NearPrint } from './plane-index.ts';
import { printSize, searched, ways } from './picture-print.ts';

/**
 * How far prints are from one, whichever way its picture is shifted or scaled a little: what is left of the difference beside the ways in which
 * the print then moves (Simard, LeCun and Denker, "Efficient pattern recognition using a new transformation distance", 1993).
 */
export class TangentDistance {
  readonly #prints: Float32Array;
  readonly #difference = new Float32Array(printSize);
  #all: Float32Array = new Float32Array();
  readonly #tangents = new Float32Array(ways * printSize);

  constructor(prints: Float32Array) {
    this.#prints = prints;
  }

  /** From here on measured from these views of one picture: `Prints.all` of it, made comparable. */
  from(all: Float32Array): void {
    this.#all = all;
    const tangents = this.#tangents;
    for (let t = 0; t < ways; t++) {
      const at = t * printSize;
      const one = (searched + 2 * t) * printSize;
      for (let k = 0; k < printSize; k++) tangents[at + k] = all[one + k] - all[one + printSize + k];
      // Each is made upright to those before it (Gram and Schmidt).
      for (let s = 0; s < t; s++) {
        const along = dot(tangents, at, tangents, s * printSize);
        for (let k = 0; k < printSize; k++) tangents[at + k] -= along * tangents[s * printSize + k];
      }
      const length = Math.sqrt(dot(tangents, at, tangents, at));
      for (let k = 0; k < printSize; k++) tangents[at + k] *= length > 1e-6 ? 1 / length : 0;
    }
  }

  /** The `most` of these prints that are nearest, nearest first. */
  nearest(found: readonly NearPrint[], most: number): number[] {
    const measured = found.map(({ item, of }) => {
      const whole = this.#apart(item, 0);
      return { item, apart: of === 0 ? whole : Math.min(whole, this.#apart(item, of)) };
    });
    measured.sort((a, b) => a.apart - b.apart);
    return measured.slice(0, most).map(({ item }) => item);
  }

  /** The square of the distance, 0 … 4. */
  #apart(item: number, view: number): number {
    const difference = this.#difference;
    const [theirs, own] = [item * printSize, view * printSize];
    for (let k = 0; k < printSize; k++) difference[k] = this.#prints[theirs + k] - this.#all[own + k];
    let apart = dot(difference, 0, difference, 0);
    for (let t = 0; t < ways; t++) apart -= dot(difference, 0, this.#tangents, t * printSize) ** 2;
    return apart;
  }
}

function dot(a: Float32Array, from: number, b: Float32Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < printSize; k++) sum += a[from + k] * b[at + k];
  return sum;
}
