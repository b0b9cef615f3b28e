import { Random } from '../shared/random.ts';
import { eachNearest, Nearest, type Multiply } from './nearest.ts';

/** What the labels of the samples most like one say of its class. A sample never speaks for itself. */

const neighbours = 10;
/** So many are compared with, drawn from all; fewer where very many ask. */
const [fewest, most] = [1000, 10_000];
const mostPairs = 2e9;
/** A token that more of the texts have than this tells nothing. */
const common = 0.3;

/** Samples that may be neighbours of others. */
export interface Pool {
  labels: Int32Array;
  /** Places in the pool of the samples asked about. */
  asked: Int32Array;
  classes: number;
}

/** By Euclidean distance. `points`: of the pool, samples × size. Returns asked × classes, rows that sum to 1. */
export async function classesNearby(
  points: Float32Array,
  size: number,
  pool: Pool,
  multiply: Multiply,
  step: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const votes = new Votes(pool);
  const search = { points, size, asked: pool.asked, among: drawn(pool), most: neighbours };
  let seen = 0;
  await eachNearest(
    search,
    multiply,
    () => step(seen / pool.asked.length),
    (i, nearest) => {
      votes.count(i, nearest);
      seen = i + 1;
    },
  );
  return votes.shares;
}

/** By the cosine of tf-idf vectors, each token counted once a text. `tokens`: of the pool, texts × length; what fills texts up is common to most. */
export async function classesOfLikeTexts(
  tokens: Int32Array,
  length: number,
  pool: Pool,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const reference = drawn(pool);
  const wordsOf = (text: number): Set<number> => new Set(tokens.subarray(text * length, (text + 1) * length));
  const containing = new Map<number, number[]>();
  reference.forEach((text, place) => {
    for (const token of wordsOf(text)) {
      const known = containing.get(token);
      if (known) known.push(place);
      else containing.set(token, [place]);
    }
  });
  for (const [token, texts] of containing) if (texts.length > reference.length * common) containing.delete(token);
  const weight = (texts: readonly number[]): number => Math.log(reference.length / texts.length) ** 2;
  const lengths = new Float64Array(reference.length);
  for (const texts of containing.values()) for (const place of texts) lengths[place] += weight(texts);
  const alike = new Float64Array(reference.length);
  const votes = new Votes(pool);
  const nearest = new Nearest(neighbours);
  for (const [i, one] of pool.asked.entries()) {
    nearest.clear();
    alike.fill(0);
    for (const token of wordsOf(one)) {
      const texts = containing.get(token);
      if (texts) for (const place of texts) alike[place] += weight(texts);
    }
    reference.forEach((other, place) => {
      if (other !== one && alike[place] > 0) nearest.offer(other, alike[place] / Math.sqrt(lengths[place]));
    });
    votes.count(i, nearest);
    if (i % 64 === 0) await pause();
  }
  return votes.shares;
}

/** Small pictures of images, no side longer than 8: by which the eye knows them again, and kinds of clothes and digits lie together. */
export async function smallPictures(
  pixels: ArrayLike<number>,
  { height, width, channels }: { height: number; width: number; channels: number },
  pause: () => Promise<void>,
): Promise<{ points: Float32Array; size: number }> {
  const block = Math.ceil(Math.max(height, width) / 8);
  const across = Math.ceil(width / block);
  const size = Math.ceil(height / block) * across * channels;
  const area = height * width * channels;
  /** Which number of its small picture a pixel counts for. */
  const place = Int32Array.from({ length: area }, (_, at) => {
    const pixel = Math.floor(at / channels);
    const [row, column] = [Math.floor(pixel / width / block), Math.floor((pixel % width) / block)];
    return (row * across + column) * channels + (at % channels);
  });
  const points = new Float32Array((pixels.length / area) * size);
  for (let image = 0, at = 0; at < pixels.length; image++) {
    for (let k = 0; k < area; k++, at++) points[image * size + place[k]] += pixels[at];
    if (image % 1024 === 0) await pause();
  }
  return { points, size };
}

function drawn({ labels, asked }: Pool): Int32Array {
  const count = Math.max(fewest, Math.min(most, Math.floor(mostPairs / Math.max(1, asked.length))));
  const order = new Int32Array(labels.length).map((_, i) => i);
  if (labels.length > count) new Random(0x6e656172).shuffle(order);
  return order.subarray(0, count);
}

/** Half a vote for each class beforehand: ten neighbours are no proof. */
class Votes {
  readonly shares: Float32Array;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.shares = new Float32Array(pool.asked.length * pool.classes).fill(0.5);
  }

  /** Those of the neighbours of the one that was asked as number `i`. */
  count(i: number, nearest: Nearest): void {
    const { labels, classes } = this.#pool;
    const row = this.shares.subarray(i * classes, (i + 1) * classes);
    for (let n = 0; n < nearest.count; n++) row[labels[nearest.places[n]]]++;
    const sum = nearest.count + classes / 2;
    for (let k = 0; k < classes; k++) row[k] /= sum;
  }
}
