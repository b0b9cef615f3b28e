import { describe, expect, it } from 'vitest';
import { eachNearest, type Multiply } from '../../src-main/evaluation/nearest.ts';
import { Random } from '../../src-main/shared/random.ts';
import { multiply } from '../support/multiply.ts';

const noPause = () => Promise.resolve();

/** Each one's nearest by all distances in 64 bits, the first of those as far. */
function oneByOne(points: Float32Array, size: number, asked: Int32Array, among: Int32Array, most: number): number[][] {
  return Array.from(asked, (one) =>
    Array.from(among)
      .filter((other) => other !== one)
      .map((other) => {
        let square = 0;
        for (let k = 0; k < size; k++) square += (points[one * size + k] - points[other * size + k]) ** 2;
        return { other, square };
      })
      .sort((a, b) => a.square - b.square)
      .slice(0, most)
      .map(({ other }) => other),
  );
}

async function found(
  points: Float32Array,
  size: number,
  asked: Int32Array,
  among: Int32Array,
  most: number,
  by: Multiply = multiply,
): Promise<number[][]> {
  const all: number[][] = [];
  await eachNearest({ points, size, asked, among, most }, by, noPause, (i, nearest) => {
    all[i] = [...nearest.places.subarray(0, nearest.count)];
    const scores = [...nearest.scores.subarray(0, nearest.count)];
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });
  return all;
}

describe('the nearest of some', () => {
  const random = new Random(9);
  const [samples, size] = [300, 7];
  const every = Int32Array.from({ length: samples }, (_, i) => i);
  const shuffled = every.slice();
  random.shuffle(shuffled);
  const among = shuffled.subarray(0, 120);
  const cloud = Float32Array.from({ length: samples * size }, () => random.normal());

  it.each([
    ['a cloud', cloud],
    [
      'a cloud far from the origin, where 32-bit products round away what tells apart',
      cloud.map((x) => x * 0.01 + 5000),
    ],
    ['two clouds far from each other', cloud.map((x, at) => x + (Math.floor(at / size) % 2 ? 30_000 : -30_000))],
    ['a cloud with one very far out', cloud.map((x, at) => (at < size ? x * 1e9 : x))],
    ['whole numbers, many as far as others', cloud.map((x) => Math.round(x))],
    ['points that are the same', new Float32Array(samples * size).fill(3)],
    ['numbers too large for a product', cloud.map((x) => x * 1e30)],
  ])('are those found one by one: %s', async (_, points) => {
    expect(await found(points, size, every, among, 10)).toEqual(oneByOne(points, size, every, among, 10));
  });

  it('are all others, where there are few', async () => {
    const few = Int32Array.of(4, 9, 2);
    expect(await found(cloud, size, few, few, 10)).toEqual(oneByOne(cloud, size, few, few, 10));
  });

  it('are measured only where the products leave a doubt', async () => {
    let wrong = 0;
    // Products that say of half of the others that they are far away are believed.
    const lying: Multiply = async (...of) => {
      await multiply(...of);
      const product = of[5];
      for (let at = 0; at < product.length; at += 2) product[at] = -1e9;
    };
    const told = await found(cloud, size, every, among, 10, lying);
    told.forEach((places) => {
      wrong += places.filter((place) => among.indexOf(place) % 2 === 0).length;
    });
    // But the first ten, which are measured anyhow.
    expect(wrong).toBeLessThan(samples * 5);
  });
});
