import { derived } from '../../../datasets/derived.ts';
import { Random } from '../../../shared/random.ts';
import type { JobContext } from '../../port/job-port.ts';
import { bytes, type Points } from './points.ts';
import type { Products } from './products.ts';

/** So many samples, drawn from all, carry labels to one another; the others hear from those next to them. More make it slower, and no better. */
const most = 20_000;

/** Samples as nodes of a graph, by their places. */
export interface Nodes {
  size: number;
  /** Of each node its nearest among the members, `count` of them. */
  nearest: Int32Array;
  likeness: Float32Array;
  count: number;
  placeOf(sample: number): number;
  rows(points: Points): Float32Array;
  /** `shares`: nodes × classes. Of these samples: their own, or their nearest members' by likeness. */
  forAll(shares: Float32Array, classes: number, samples: Int32Array): Float32Array;
}

/** The samples that stand for all, and who of them is nearest to each sample. */
export class Members {
  readonly samples: number;
  /** Their samples, in an order drawn once. */
  readonly list: Int32Array;
  readonly #place: Int32Array;
  readonly #nearest: Int32Array;
  readonly #likeness: Float32Array;
  readonly #count: number;

  private constructor(list: Int32Array, place: Int32Array, nearest: Int32Array, likeness: Float32Array) {
    this.samples = place.length;
    this.list = list;
    this.#place = place;
    this.#nearest = nearest;
    this.#likeness = likeness;
    this.#count = nearest.length / place.length;
  }

  static async of(
    blobs: string,
    points: Points,
    count: number,
    products: Products,
    context: JobContext,
  ): Promise<Members> {
    const samples = points.rows.length / points.size;
    const order = Int32Array.from({ length: samples }, (_, i) => i);
    new Random(0x6d656d62).shuffle(order);
    const list = order.slice(0, most);
    const place = new Int32Array(samples).fill(-1);
    list.forEach((sample, i) => (place[sample] = i));
    const from = { what: 'few-shot neighbours', way: 1, count, most, points: points.from };
    const found = await derived(blobs, from, ['nearest', 'likeness'], async () => {
      const own = (sample: number): number => place[sample];
      const step = (done: number): Promise<void> => {
        context.progress({ stage: 'embedding', unit: 'samples', done, total: samples });
        return context.pause();
      };
      const made = await products.nearest(points.rows, gathered(points, list), points.size, count, own, step);
      return { nearest: bytes(made.nearest), likeness: bytes(made.likeness) };
    });
    const nearest = new Int32Array(found.nearest.slice().buffer);
    return new Members(list, place, nearest, new Float32Array(found.likeness.slice().buffer));
  }

  /** The members, and behind them these samples where they are none. */
  with(labelled: Int32Array): Nodes {
    const more = labelled.filter((sample) => this.#place[sample] < 0);
    const nodes = Int32Array.from([...this.list, ...more]);
    const count = this.#count;
    const nearest = new Int32Array(nodes.length * count);
    const likeness = new Float32Array(nodes.length * count);
    nodes.forEach((sample, i) => {
      nearest.set(this.#nearest.subarray(sample * count, (sample + 1) * count), i * count);
      likeness.set(this.#likeness.subarray(sample * count, (sample + 1) * count), i * count);
    });
    const behind = new Map(Array.from(more, (sample, i) => [sample, this.list.length + i]));
    const placeOf = (sample: number): number => behind.get(sample) ?? this.#place[sample];
    const forAll: Nodes['forAll'] = (shares, classes, samples) => {
      const out = new Float32Array(samples.length * classes);
      samples.forEach((sample, i) => {
        const row = out.subarray(i * classes, (i + 1) * classes);
        const place = placeOf(sample);
        if (place >= 0) return row.set(shares.subarray(place * classes, (place + 1) * classes));
        let sum = 0;
        for (let k = sample * count; k < (sample + 1) * count; k++) {
          const weight = Math.exp(8 * (this.#likeness[k] - 1));
          const other = this.#nearest[k] * classes;
          sum += weight;
          for (let c = 0; c < classes; c++) row[c] += weight * shares[other + c];
        }
        for (let c = 0; c < classes; c++) row[c] /= sum;
      });
      return out;
    };
    return { size: nodes.length, nearest, likeness, count, placeOf, rows: (points) => gathered(points, nodes), forAll };
  }
}

export function gathered({ rows, size }: Pick<Points, 'rows' | 'size'>, samples: Int32Array): Float32Array {
  const out = new Float32Array(samples.length * size);
  samples.forEach((sample, i) => out.set(rows.subarray(sample * size, (sample + 1) * size), i * size));
  return out;
}
