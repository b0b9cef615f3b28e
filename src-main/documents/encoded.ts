import type { Comparison } from './embedding.ts';

/** A vector as it is stored: 32-bit floats, the least byte first. */
export function storedVector(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * vector.length);
  const view = new DataView(bytes.buffer);
  vector.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}

/** Passages and a question by an encoder's vectors, all of length 1: how alike they are is their cosine, and 0 where that is less. */
export class EncodedQuestion implements Comparison {
  readonly #asked: Float32Array;
  readonly #scores: number[] = [];

  constructor(asked: Float32Array) {
    this.#asked = asked;
  }

  see(vector: Uint8Array): void {
    const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
    let sum = 0;
    for (let i = 0; i < this.#asked.length; i++) sum += this.#asked[i] * view.getFloat32(4 * i, true);
    this.#scores.push(Math.max(0, Math.min(1, sum)));
  }

  scores(): Float64Array {
    return Float64Array.from(this.#scores);
  }
}
