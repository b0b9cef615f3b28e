import { afterAll, expect, it } from 'vitest';
import { choleskySlowly, solved } from '../../src-main/linear-algebra/cholesky.ts';
import { sharpened } from '../../src-main/evaluation/sharpened.ts';
import { Random } from '../../src-main/shared/random.ts';
import { Products } from '../../src-main/utility/work/few-shot/products.ts';
import { picturePoints } from '../../src-main/utility/work/picture-points.ts';
import { likenessRows, ridgeWitness, type Rows } from '../../src-main/utility/work/ridge-witness.ts';

const pause = () => Promise.resolve();
const products = new Products(1);
afterAll(() => products.close());

const rowsOf = (values: Float32Array, size: number): Rows => ({
  samples: values.length / size,
  size,
  of: (from, to) => values.slice(from * size, to * size),
});

it('leaves each sample out just as learning from all others does', async () => {
  const random = new Random(5);
  const [n, size, classes, ridge] = [30, 4, 3, 0.7];
  const values = Float32Array.from({ length: n * size }, () => random.normal());
  const labels = Int32Array.from({ length: n }, () => random.below(classes));
  const found = await ridgeWitness(rowsOf(values, size), labels, classes, ridge, products, pause);
  const scores = new Float32Array(n * classes);
  for (let out = 0; out < n; out++) {
    const gram = new Float64Array(size * size);
    const targets = new Float64Array(size * classes);
    for (let i = 0; i < n; i++) {
      if (i === out) continue;
      const row = values.subarray(i * size, (i + 1) * size);
      row.forEach((value, a) => {
        targets[a * classes + labels[i]] += value;
        row.forEach((other, b) => (gram[a * size + b] += value * other));
      });
    }
    const weights = solved(await choleskySlowly(gram, size, ridge, pause), size, targets, classes);
    for (let k = 0; k < classes; k++) {
      for (let a = 0; a < size; a++) scores[out * classes + k] += values[out * size + a] * weights[a * classes + k];
    }
  }
  const expected = sharpened(scores, labels, classes);
  found.forEach((value, at) => expect(value).toBeCloseTo(expected[at], 4));
});

it('says nothing where there is nothing to learn from', async () => {
  const found = await ridgeWitness(rowsOf(new Float32Array(0), 0), new Int32Array(0), 2, 1, products, pause);
  expect(found.length).toBe(0);
  const empty: Rows = { samples: 3, size: 0, of: () => new Float32Array(0) };
  expect([...(await ridgeWitness(empty, Int32Array.of(0, 1, 1), 2, 1, products, pause))]).toEqual(Array(6).fill(0.5));
});

it('takes products of rows for likenesses, also of samples that are the same', async () => {
  const points = Float32Array.of(0, 0, 0, 0, 3, 0, 3, 1);
  const rows = await likenessRows(points, 2, products, pause);
  const made = await rows.of(0, 4);
  const product = (i: number, j: number): number => {
    let sum = 0;
    for (let a = 0; a < rows.size; a++) sum += made[i * rows.size + a] * made[j * rows.size + a];
    return sum;
  };
  expect(product(0, 1)).toBeCloseTo(1, 2);
  expect(product(2, 2)).toBeCloseTo(1, 2);
  expect(product(0, 2)).toBeLessThan(product(3, 2));
});

it('tells classes by what is near, and is not moved by a sample’s own wrong label', async () => {
  const random = new Random(5);
  const n = 120;
  const truth = Int32Array.from({ length: n }, (_, i) => i % 3);
  const points = Float32Array.from({ length: n * 2 }, (_, at) => {
    const angle = (truth[at >> 1] * 2 * Math.PI) / 3;
    return (at % 2 ? Math.sin(angle) : Math.cos(angle)) * 3 + 0.5 * random.normal();
  });
  const labels = truth.map((is, i) => (i % 15 === 0 ? (is + 1) % 3 : is));
  const found = await ridgeWitness(await likenessRows(points, 2, products, pause), labels, 3, 0.1, products, pause);
  for (let i = 0; i < n; i++) {
    const row = [...found.subarray(i * 3, i * 3 + 3)];
    expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
    expect(row.indexOf(Math.max(...row))).toBe(truth[i]);
  }
});

/** Pictures of a bar that lies or stands, of which each 12th has the other label. */
function bars(samples: number, side = 12): { pixels: Uint8Array; labels: Int32Array; wrong: number[] } {
  const random = new Random(8);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 2);
  const pixels = new Uint8Array(samples * side * side);
  for (let n = 0; n < samples; n++) {
    const at = random.below(side);
    for (let i = 0; i < side * side; i++) {
      const lit = (labels[n] === 0 ? Math.floor(i / side) : i % side) === at;
      pixels[n * side * side + i] = random.below(60) + (lit ? 180 : 0);
    }
  }
  const wrong = Array.from({ length: Math.floor(samples / 12) }, (_, i) => 12 * i);
  for (const i of wrong) labels[i] = 1 - labels[i];
  return { pixels, labels, wrong };
}
const image = { height: 12, width: 12, channels: 1 };

it('knows pictures by their looks: wrong labels are those that all others speak against', async () => {
  const { pixels, labels, wrong } = bars(240);
  const { points, size } = await picturePoints(pixels, image, 1, products, pause);
  const rows = await likenessRows(points, size, products, pause);
  const found = await ridgeWitness(rows, labels, 2, 0.1, products, pause);
  const against = Array.from(labels.keys()).filter((i) => found[2 * i + labels[i]] < 0.5);
  const right = against.filter((i) => wrong.includes(i)).length;
  expect(right / wrong.length).toBeGreaterThanOrEqual(0.9);
  expect(right / against.length).toBeGreaterThanOrEqual(0.9);
});

it('ends where it is cancelled, at any piece of the work', async () => {
  const { pixels, labels } = bars(30);
  const cancelled = new Error('cancelled');
  const after = (steps: number) => {
    let left = steps;
    return () => (left-- > 0 ? Promise.resolve() : Promise.reject(cancelled));
  };
  await expect(picturePoints(pixels, image, 1, products, after(1))).rejects.toBe(cancelled);
  const { points, size } = await picturePoints(pixels, image, 1, products, pause);
  await expect(likenessRows(points, size, products, after(0))).rejects.toBe(cancelled);
  const rows = await likenessRows(points, size, products, pause);
  for (const steps of [0, 1, 2, 3]) {
    await expect(ridgeWitness(rows, labels, 2, 0.1, products, after(steps))).rejects.toBe(cancelled);
  }
});
