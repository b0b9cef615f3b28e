import { Random } from '../shared/random.ts';

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
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const reference = drawn(pool);
  return vote(pool, pause, (one, nearest) => {
    for (const other of reference) {
      if (other === one) continue;
      const limit = -nearest.least;
      let distance = 0;
      for (let k = 0; k < size && distance < limit; k++)
        distance += (points[one * size + k] - points[other * size + k]) ** 2;
      if (distance < limit) nearest.offer(other, -distance);
    }
  });
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
  return vote(pool, pause, (one, nearest) => {
    alike.fill(0);
    for (const token of wordsOf(one)) {
      const texts = containing.get(token);
      if (texts) for (const place of texts) alike[place] += weight(texts);
    }
    reference.forEach((other, place) => {
      if (other !== one && alike[place] > 0) nearest.offer(other, alike[place] / Math.sqrt(lengths[place]));
    });
  });
}

/** Small pictures of images, no side longer than 8: by which the eye knows them again, and kinds of clothes and digits lie together. */
export function smallPictures(
  pixels: ArrayLike<number>,
  { height, width, channels }: { height: number; width: number; channels: number },
): { points: Float32Array; size: number } {
  const block = Math.ceil(Math.max(height, width) / 8);
  const across = Math.ceil(width / block);
  const size = Math.ceil(height / block) * across * channels;
  const area = height * width * channels;
  const points = new Float32Array((pixels.length / area) * size);
  for (let at = 0; at < pixels.length; at++) {
    const [image, pixel] = [Math.floor(at / area), Math.floor((at % area) / channels)];
    const [row, column] = [Math.floor(pixel / width / block), Math.floor((pixel % width) / block)];
    points[image * size + (row * across + column) * channels + (at % channels)] += pixels[at];
  }
  return { points, size };
}

function drawn({ labels, asked }: Pool): Int32Array {
  const count = Math.max(fewest, Math.min(most, Math.floor(mostPairs / Math.max(1, asked.length))));
  const order = new Int32Array(labels.length).map((_, i) => i);
  if (labels.length > count) new Random(0x6e656172).shuffle(order);
  return order.subarray(0, count);
}

/** The best few of those offered. */
class Nearest {
  readonly places = new Int32Array(neighbours);
  readonly #scores = new Float64Array(neighbours);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** What the next one must surpass. */
  get least(): number {
    return this.count < neighbours ? -Infinity : this.#scores[neighbours - 1];
  }

  offer(place: number, score: number): void {
    if (score <= this.least) return;
    let at = Math.min(this.count, neighbours - 1);
    for (; at > 0 && this.#scores[at - 1] < score; at--) {
      this.#scores[at] = this.#scores[at - 1];
      this.places[at] = this.places[at - 1];
    }
    this.#scores[at] = score;
    this.places[at] = place;
    this.count = Math.min(neighbours, this.count + 1);
  }
}

/** Half a vote for each class beforehand: ten neighbours are no proof. */
async function vote(
  { labels, asked, classes }: Pool,
  pause: () => Promise<void>,
  search: (one: number, nearest: Nearest) => void,
): Promise<Float32Array> {
  const votes = new Float32Array(asked.length * classes).fill(0.5);
  const nearest = new Nearest();
  for (const [i, one] of asked.entries()) {
    nearest.clear();
    search(one, nearest);
    for (const place of nearest.places.subarray(0, nearest.count)) votes[i * classes + labels[place]]++;
    const sum = nearest.count + classes / 2;
    for (let k = 0; k < classes; k++) votes[i * classes + k] /= sum;
    if (i % 64 === 0) await pause();
  }
  return votes;
}
