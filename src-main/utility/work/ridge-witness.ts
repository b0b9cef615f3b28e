import { choleskySlowly, inverseTransposed, solvedLower } from '../../linear-algebra/cholesky.ts';
import { sharpened } from '../../evaluation/sharpened.ts';
import { scalar, tensor } from '../../onnx/tensors.ts';
import { Random } from '../../shared/random.ts';
import { throughTriangle, transposed, type Products } from './few-shot/products.ts';

const rowsAtOnce = 1024;
/** So many samples stand for all where likeness is learnt from; fewer where there are very many. */
const [fewestLandmarks, mostLandmarks] = [300, 1500];
const mostLikenesses = 3e8;
/** Added to likenesses between landmarks, so that two that are the same do no harm. */
const jitter = 1e-3;
/** σ² is the median squared distance between landmarks divided by this. */
const narrowness = 0.5;

/** Rows of all samples, samples × size, made as they are asked for. */
export interface Rows {
  samples: number;
  size: number;
  /** Those that were given last may be overwritten. */
  of(from: number, to: number): Float32Array | Promise<Float32Array>;
  /** These rows times an upper triangle, size × size, where that is less work than to make them first. */
  times?(triangle: Float32Array): Promise<Rows>;
}

/**
 * What all samples but the one asked say of its class, by regression on the labels, of which leaving one out has a closed form: f₋ᵢ = (fᵢ − hᵢᵢ yᵢ) / (1 − hᵢᵢ),
 * with the hat matrix H (Allen's PRESS, 1974). Worked out by ONNX Runtime in pieces: no more than some rows are held at once. `ridge` is what the matrix
 * of all rows' products gets on its diagonal.
 * Returns samples × classes, rows that sum to 1.
 */
export async function ridgeWitness(
  rows: Rows,
  labels: Int32Array,
  classes: number,
  ridge: number,
  products: Products,
  step: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const { samples, size } = rows;
  // There is nothing to learn from.
  if (size === 0) return new Float32Array(samples * classes).fill(1 / classes);
  const gram = new Float64Array(size * size);
  const targets = new Float64Array(size * classes);
  let share = 0;
  const pause = (): Promise<void> => step(share);
  for (let from = 0; from < samples; from += rowsAtOnce) {
    const to = Math.min(samples, from + rowsAtOnce);
    const some = await rows.of(from, to);
    const inner = await products.gram(some, to - from, size);
    for (let at = 0; at < gram.length; at++) gram[at] += inner[at];
    for (let i = from; i < to; i++) {
      for (let a = 0, at = (i - from) * size; a < size; a++) targets[a * classes + labels[i]] += some[at++];
    }
    share = (0.4 * to) / samples;
    await pause();
  }
  const factor = await choleskySlowly(gram, size, ridge, pause);
  // Of L⁻ᵀ and L⁻¹ alone: all that is asked of the rows φ is |L⁻¹ φ|² and (L⁻¹ φ)ᵀ (L⁻¹ targets).
  const weights = Float32Array.from(solvedLower(factor, size, targets, classes));
  const white = await inverseTransposed(factor, size, pause);
  const whitened = await timesTriangle(rows, white, products);
  const scores = new Float32Array(samples * classes);
  for (let from = 0; from < samples; from += rowsAtOnce) {
    const to = Math.min(samples, from + rowsAtOnce);
    const some = await whitened.of(from, to);
    const fitted = await products.multiply(some, weights, to - from, size, classes);
    for (let i = 0; i < to - from; i++) {
      // hᵢᵢ = |L⁻¹ φᵢ|²
      let leverage = 0;
      for (let a = i * size; a < (i + 1) * size; a++) leverage += some[a] * some[a];
      const left = Math.max(1e-3, 1 - leverage);
      for (let k = 0; k < classes; k++) {
        const own = labels[from + i] === k ? Math.min(leverage, 1 - 1e-3) : 0;
        scores[(from + i) * classes + k] = (fitted[i * classes + k] - own) / left;
      }
    }
    share = 0.6 + (0.4 * to) / samples;
    await pause();
  }
  return sharpened(scores, labels, classes);
}

/**
 * Points as rows whose products are likenesses, exp(−d²/σ²), as far as landmarks drawn from them tell (Nyström's approximation, Williams and Seeger,
 * NIPS 2000). `points`: samples × size.
 */
export async function likenessRows(
  points: Float32Array,
  size: number,
  products: Products,
  pause: () => Promise<void>,
): Promise<Rows> {
  const samples = points.length / size;
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  new Random(0x6c616e64).shuffle(order);
  const affordable = Math.floor(mostLikenesses / Math.max(1, samples));
  const drawn = order.subarray(0, Math.max(fewestLandmarks, Math.min(mostLandmarks, affordable)));
  const m = drawn.length;
  const landmarks = new Float32Array(m * size);
  drawn.forEach((sample, a) => landmarks.set(points.subarray(sample * size, (sample + 1) * size), a * size));
  const across = transposed(landmarks, m, size);
  const lengths = squares(landmarks, size);
  const between = await products.multiply(landmarks, across, m, size, m);
  for (let a = 0, at = 0; a < m; a++)
    for (let b = 0; b < m; b++, at++) between[at] = Math.max(0, lengths[a] + lengths[b] - 2 * between[at]);
  const middle = between.filter((square, at) => at % 7 === 0 && square > 0).sort();
  const scale = narrowness / (middle[middle.length >> 1] || 1);
  await pause();
  const alike = Float64Array.from(between, (square) => Math.exp(-square * scale));
  await pause();
  const white = await inverseTransposed(await choleskySlowly(alike, m, jitter, pause), m, pause);
  // −d² scale as one product: (2 scale x, −scale |x|², 1) · (y, 1, −scale |y|²).
  const others = new Float32Array((size + 2) * m);
  others.set(across);
  others.fill(1, size * m, (size + 1) * m);
  for (let a = 0; a < m; a++) others[(size + 1) * m + a] = -scale * lengths[a];
  const through = async (triangle: Float32Array): Promise<Rows> => {
    const made = await products.prepare(size + 2, m, (g, a) => {
      const exponents = g.matmul(a, g.constant(tensor('float', [size + 2, m], others)));
      const likenesses = g.exp(g.op('Min', [exponents, g.constant(scalar('float', 0))]));
      return throughTriangle(g, likenesses, triangle, m);
    });
    return {
      samples,
      size: m,
      of(from, to) {
        const rows = new Float32Array((to - from) * (size + 2));
        for (let i = from, at = 0; i < to; i++) {
          let square = 0;
          for (let k = i * size; k < (i + 1) * size; k++) {
            rows[at++] = 2 * scale * points[k];
            square += points[k] * points[k];
          }
          rows[at++] = -scale * square;
          rows[at++] = 1;
        }
        return made(rows, to - from);
      },
      times: async (next) => through(await products.multiply(triangle, next, m, m, m)),
    };
  };
  return through(white);
}

async function timesTriangle(rows: Rows, triangle: Float32Array, products: Products): Promise<Rows> {
  if (rows.times) return rows.times(triangle);
  const { size } = rows;
  const times = await products.prepare(size, size, (g, a) => throughTriangle(g, a, triangle, size));
  return { ...rows, of: async (from, to) => times(await rows.of(from, to), to - from) };
}

function squares(rows: Float32Array, size: number): Float32Array {
  const found = new Float32Array(rows.length / size);
  for (let i = 0, at = 0; i < found.length; i++) for (let k = 0; k < size; k++, at++) found[i] += rows[at] ** 2;
  return found;
}
