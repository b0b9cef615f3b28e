/** Samples joined to those most like them, row by row: row i's neighbours are `to[from[i]]` up to `to[from[i + 1]]`. Symmetric, without loops. */
export interface Graph {
  from: Int32Array;
  to: Int32Array;
  weight: Float32Array;
}

/**
 * `nearest`: of each sample its `count` nearest others, `likeness`: the cosine to them. Weights fall with distance, measured by how far apart samples
 * lie there (Zelnik-Manor and Perona, "Self-Tuning Spectral Clustering", NIPS 2004), so that sparse regions hold together as dense ones do.
 */
export function graphOf(nearest: Int32Array, likeness: Float32Array, count: number): Graph {
  const samples = nearest.length / count;
  const square = (i: number): number => Math.max(0, 2 - 2 * likeness[i]);
  const reach = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    for (let k = i * count; k < (i + 1) * count; k++) reach[i] = Math.max(reach[i], Math.sqrt(square(k)));
  }
  // Each edge once from either end; where both name it, the same weight twice.
  const degrees = new Int32Array(samples + 1);
  const named = (i: number, j: number): boolean => {
    for (let k = j * count; k < (j + 1) * count; k++) if (nearest[k] === i) return true;
    return false;
  };
  const both = new Uint8Array(nearest.length);
  for (let i = 0; i < samples; i++) {
    for (let k = i * count; k < (i + 1) * count; k++) {
      degrees[i + 1]++;
      if (named(i, nearest[k])) both[k] = 1;
      else degrees[nearest[k] + 1]++;
    }
  }
  for (let i = 0; i < samples; i++) degrees[i + 1] += degrees[i];
  const [from, at] = [degrees, degrees.slice()];
  const to = new Int32Array(from[samples]);
  const weight = new Float32Array(to.length);
  const put = (i: number, j: number, value: number): void => {
    to[at[i]] = j;
    weight[at[i]++] = value;
  };
  for (let i = 0; i < samples; i++) {
    for (let k = i * count; k < (i + 1) * count; k++) {
      const j = nearest[k];
      const value = Math.exp((-4 * square(k)) / (reach[i] * reach[j] + 1e-12));
      put(i, j, value);
      if (!both[k]) put(j, i, value);
    }
  }
  return { from, to, weight };
}

/** D⁻½WD⁻½: its greatest eigenvalue is 1. In place. */
export function normalised({ from, to, weight }: Graph): Graph {
  const root = new Float32Array(from.length - 1);
  for (let i = 0; i < root.length; i++) {
    let sum = 0;
    for (let k = from[i]; k < from[i + 1]; k++) sum += weight[k];
    root[i] = 1 / Math.sqrt(sum + 1e-12);
  }
  for (let i = 0; i < root.length; i++) {
    for (let k = from[i]; k < from[i + 1]; k++) weight[k] *= root[i] * root[to[k]];
  }
  return { from, to, weight };
}

/** So many columns are summed at once, in registers: three times as fast as into `out`. Questions about labels come in fives (see `heldOut`). */
const block = 5;

/** out = graph · x, with `columns` values a sample. */
export function times({ from, to, weight }: Graph, x: Float32Array, columns: number, out: Float32Array): void {
  const whole = columns - (columns % block);
  for (let i = 0; i + 1 < from.length; i++) {
    const [begin, end, own] = [from[i], from[i + 1], i * columns];
    for (let c = 0; c < whole; c += block) {
      let [s0, s1, s2, s3, s4] = [0, 0, 0, 0, 0];
      for (let k = begin; k < end; k++) {
        const w = weight[k];
        const at = to[k] * columns + c;
        s0 += w * x[at];
        s1 += w * x[at + 1];
        s2 += w * x[at + 2];
        s3 += w * x[at + 3];
        s4 += w * x[at + 4];
      }
      out[own + c] = s0;
      out[own + c + 1] = s1;
      out[own + c + 2] = s2;
      out[own + c + 3] = s3;
      out[own + c + 4] = s4;
    }
    for (let c = whole; c < columns; c++) {
      let sum = 0;
      for (let k = begin; k < end; k++) sum += weight[k] * x[to[k] * columns + c];
      out[own + c] = sum;
    }
  }
}
