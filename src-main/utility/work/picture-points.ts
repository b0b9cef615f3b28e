import type { ImageShape } from '../../shared/dataset.ts';
import { Random } from '../../shared/random.ts';
import { ownDescriber } from './few-shot/own-describer.ts';
import { principalOf } from './few-shot/principal.ts';
import type { Products } from './few-shot/products.ts';

const atOnce = 256;
/** In so many pictures words are looked for, and the directions in which pictures differ. */
const [lookedAt, judged] = [1000, 1500];
/** Numbers a picture, of few pictures no more than a third of how many they are. */
const wanted = 200;

/** Pictures as points that lie near each other where they look alike, by nothing learnt elsewhere (see `ownDescriber`): samples × size. */
export async function picturePoints(
  pixels: Uint8Array,
  image: ImageShape,
  threads: number,
  products: Products,
  step: (share: number) => Promise<void>,
): Promise<{ points: Float32Array; size: number }> {
  const area = image.height * image.width * image.channels;
  const samples = pixels.length / area;
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  new Random(0x70696374).shuffle(order);
  const read = (some: Int32Array): Promise<Uint8Array> => {
    const found = new Uint8Array(some.length * area);
    some.forEach((one, i) => found.set(pixels.subarray(one * area, (one + 1) * area), i * area));
    return Promise.resolve(found);
  };
  const describer = await ownDescriber(order.slice(0, lookedAt), read, image, threads);
  try {
    const { size } = describer;
    const seen = order.slice(0, judged);
    const plain = new Float32Array(seen.length * size);
    for (let from = 0; from < seen.length; from += atOnce) {
      const some = seen.subarray(from, from + atOnce);
      plain.set(await describer.describe(await read(some), some.length), from * size);
      await step(0);
    }
    const numbers = Math.min(wanted, Math.ceil(seen.length / 3));
    const { mean, axes, count } = await principalOf(plain, size, numbers, products, () => step(0.1));
    const points = new Float32Array(samples * count);
    for (let from = 0; from < samples; from += atOnce) {
      const to = Math.min(samples, from + atOnce);
      const rows = await describer.describe(pixels.subarray(from * area, to * area), to - from);
      for (let at = 0; at < rows.length;) for (let k = 0; k < size; k++) rows[at++] -= mean[k];
      points.set(await products.multiply(rows, axes, to - from, size, count), from * count);
      await step(0.2 + (0.8 * to) / samples);
    }
    return { points, size: count };
  } finally {
    await describer.close();
  }
}
