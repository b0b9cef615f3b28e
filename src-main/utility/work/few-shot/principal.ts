import { symmetricEigen } from '../../../linear-algebra/symmetric-eigen.ts';
import { Random } from '../../../shared/random.ts';
import { transposed, type Products } from './products.ts';

const oversampled = 16;
const rounds = 6;

/** What is taken from rows, and the directions (columns of size × count) along which they differ most. */
export interface Principal {
  mean: Float32Array;
  axes: Float32Array;
  count: number;
}

/** Principal components of some rows, by iterating a subspace (Halko, Martinsson, Tropp, "Finding Structure with Randomness", 2011, algorithm 4.4). */
export async function principalOf(
  rows: Float32Array,
  size: number,
  wanted: number,
  products: Products,
  pause: () => Promise<void>,
): Promise<Principal> {
  const samples = rows.length / size;
  const mean = new Float32Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] += rows[i] / samples;
  const centred = rows.slice();
  for (let i = 0; i < rows.length; i++) centred[i] -= mean[i % size];
  const across = transposed(centred, samples, size);
  const width = Math.min(wanted + oversampled, size, samples);
  const count = Math.min(wanted, width);
  let basis = new Float32Array(size * width);
  new Random(0x70636173).fillNormal(basis);
  for (let round = 0; round < rounds; round++) {
    const seen = await products.multiply(centred, await orthonormal(basis, size, width, pause), samples, size, width);
    basis = (await products.multiply(across, seen, size, samples, width)) as Float32Array<ArrayBuffer>;
    await pause();
  }
  const q = await orthonormal(basis, size, width, pause);
  const seen = await products.multiply(centred, q, samples, size, width);
  const inner = new Float64Array(width * width);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < width; a++) {
      for (let b = 0; b <= a; b++) inner[a * width + b] += seen[i * width + a] * seen[i * width + b];
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) inner[b * width + a] = inner[a * width + b];
  const { vectors } = symmetricEigen(inner, width);
  const turn = new Float32Array(width * count);
  for (let a = 0; a < width; a++) for (let c = 0; c < count; c++) turn[a * count + c] = vectors[c * width + a];
  return { mean, axes: await products.multiply(q, turn, size, width, count), count };
}

/** Columns made orthonormal, one after another (Gram and Schmidt, twice). */
async function orthonormal(
  basis: Float32Array,
  size: number,
  width: number,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const columns = transposed(basis, size, width);
  for (let a = 0; a < width; a++) {
    const own = columns.subarray(a * size, (a + 1) * size);
    for (let turn = 0; turn < 2; turn++) {
      for (let b = 0; b < a; b++) {
        const other = columns.subarray(b * size, (b + 1) * size);
        let along = 0;
        for (let k = 0; k < size; k++) along += own[k] * other[k];
        for (let k = 0; k < size; k++) own[k] -= along * other[k];
      }
      const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
      // A direction that there is none of is left empty.
      for (let k = 0; k < size; k++) own[k] = length > 1e-12 ? own[k] / length : 0;
    }
    if (a % 32 === 31) await pause();
  }
  return transposed(columns, width, size);
}
