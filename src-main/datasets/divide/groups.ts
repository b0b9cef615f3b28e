import { Random, streams } from '../../shared/random.ts';

/** Which group each sample is in: numbers from 0 in order of first appearance, -1 where it is in none. */
export interface Groups {
  ids: Int32Array;
  count: number;
}

/**
 * Puts whole groups into parts so that each part gets its share of the samples, and of every class as nearly as whole groups allow.
 * A sample in no group may go anywhere. `shares` sum to 1; a part with share 0 stays empty. Returns the part of each sample.
 *
 * A greedy search like scikit-learn's StratifiedGroupKFold: the groups that weigh most are placed first, each where it lowers
 * Σ over parts and classes of (share reached - share wanted)² / share wanted the most. Groups that weigh the same come in an order drawn by the seed.
 */
export function assignGroups(
  groups: Groups,
  labels: Int32Array | null,
  shares: readonly number[],
  seed: number,
): Uint8Array {
  const { offsets, members, count } = membersOf(groups);
  const kinds = new Kinds(labels, groups.ids.length);
  const order = heaviestFirst(offsets, members, count, kinds, seed);
  const parts = shares.flatMap((share, p) => (share > 0 ? [p] : []));
  /** Of part p and kind k, at p · kinds + k: which share of the kind it has. */
  const reached = new Float64Array(shares.length * kinds.count);
  const result = new Uint8Array(groups.ids.length);
  for (const g of order) {
    const [from, to] = [offsets[g], offsets[g + 1]];
    const touched = kinds.tally(members, from, to);
    let best = parts[0];
    let lowest = Infinity;
    for (const p of parts) {
      let change = 0;
      for (const k of touched) {
        const adds = kinds.share(k);
        const misses = reached[p * kinds.count + k] - shares[p];
        change += (kinds.weight(k) * adds * (adds + 2 * misses)) / shares[p];
      }
      if (change < lowest - 1e-15) [lowest, best] = [change, p];
    }
    for (const k of touched) reached[best * kinds.count + k] += kinds.share(k);
    for (let i = from; i < to; i++) result[members[i]] = best;
  }
  return result;
}

/** The samples by group: those of group g are members[offsets[g]] … members[offsets[g+1] - 1]. Who is in none is a group alone. */
function membersOf({ ids, count }: Groups): { offsets: Int32Array; members: Int32Array; count: number } {
  let all = count;
  const own = ids.map((id) => (id < 0 ? all++ : id));
  const offsets = new Int32Array(all + 1);
  for (const id of own) offsets[id + 1]++;
  for (let g = 0; g < all; g++) offsets[g + 1] += offsets[g];
  const filled = offsets.slice();
  const members = new Int32Array(ids.length);
  own.forEach((id, sample) => (members[filled[id]++] = sample));
  return { offsets, members, count: all };
}

/** What is to be spread evenly: each class, those without a label, and the number of samples itself (the last kind). */
class Kinds {
  readonly count: number;
  readonly #labels: Int32Array | null;
  readonly #totals: Float64Array;
  readonly #tallied: Float64Array;
  #touched: number[] = [];

  constructor(labels: Int32Array | null, samples: number) {
    const classes = labels ? labels.reduce((most, label) => Math.max(most, label), -1) + 1 : 0;
    this.#labels = labels;
    this.count = classes + 2;
    this.#totals = new Float64Array(this.count);
    this.#tallied = new Float64Array(this.count);
    for (let i = 0; i < samples; i++) this.#totals[this.#kindOf(i)]++;
    this.#totals[this.count - 1] = samples;
  }

  /** Counts the samples members[from … to-1]; the kinds that are among them. */
  tally(members: Int32Array, from: number, to: number): readonly number[] {
    for (const k of this.#touched) this.#tallied[k] = 0;
    this.#touched = [this.count - 1];
    this.#tallied[this.count - 1] = to - from;
    for (let i = from; i < to; i++) {
      const k = this.#kindOf(members[i]);
      if (this.#tallied[k]++ === 0) this.#touched.push(k);
    }
    return this.#touched;
  }

  /** Which share of the kind was tallied. */
  share(k: number): number {
    return this.#tallied[k] / this.#totals[k];
  }

  /** The sizes of the parts count as much as all classes together. */
  weight(k: number): number {
    return k === this.count - 1 ? Math.max(1, this.count - 2) : 1;
  }

  #kindOf(sample: number): number {
    const label = this.#labels ? this.#labels[sample] : -1;
    return label < 0 ? this.count - 2 : label;
  }
}

function heaviestFirst(
  offsets: Int32Array,
  members: Int32Array,
  count: number,
  kinds: Kinds,
  seed: number,
): Int32Array {
  const weights = new Float64Array(count);
  for (let g = 0; g < count; g++) {
    for (const k of kinds.tally(members, offsets[g], offsets[g + 1]))
      weights[g] += kinds.weight(k) * kinds.share(k) ** 2;
  }
  const order = new Int32Array(count).map((_, g) => g);
  new Random(seed, streams.split).shuffle(order);
  // Typed arrays sort stably: groups of equal weight keep the order that was drawn.
  return order.sort((a, b) => weights[b] - weights[a]);
}
