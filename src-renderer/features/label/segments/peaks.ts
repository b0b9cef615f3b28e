/** Frames of the finest pieces, and how many pieces make one of the next coarser kind. */
const finest = 64;
const by = 4;

/** The least and greatest sample of any stretch of a sound, so that a view of it is drawn in time that only its width decides. */
export class Peaks {
  readonly frames: number;
  readonly #samples: Int16Array;
  readonly #channels: number;
  /** Pairs of least and greatest, of pieces that grow by `by`. */
  readonly #levels: Int16Array[];

  /** `samples`: all channels of a frame one after another. */
  constructor(samples: Int16Array, channels: number) {
    this.#samples = samples;
    this.#channels = channels;
    this.frames = Math.floor(samples.length / channels);
    this.#levels = [];
    let count = Math.ceil(this.frames / finest);
    const first = new Int16Array(2 * count);
    for (let i = 0; i < count; i++) {
      const [least, greatest] = this.#scan(i * finest, Math.min(this.frames, (i + 1) * finest));
      first[2 * i] = least;
      first[2 * i + 1] = greatest;
    }
    this.#levels.push(first);
    while (count > by) {
      const below = this.#levels.at(-1)!;
      const next = new Int16Array(2 * Math.ceil(count / by));
      for (let i = 0; i < next.length / 2; i++) {
        let [least, greatest] = [below[2 * i * by], below[2 * i * by + 1]];
        for (let k = i * by + 1; k < Math.min(count, (i + 1) * by); k++) {
          least = Math.min(least, below[2 * k]);
          greatest = Math.max(greatest, below[2 * k + 1]);
        }
        next[2 * i] = least;
        next[2 * i + 1] = greatest;
      }
      this.#levels.push(next);
      count = next.length / 2;
    }
  }

  /**
   * Least and greatest of `count` stretches of equal length from frame `from` up to `to`, one pair after another. A stretch of many frames may take
   * in up to half its length of its neighbours.
   */
  columns(from: number, to: number, count: number): Int16Array {
    const out = new Int16Array(2 * count);
    const width = (to - from) / count;
    let level = -1;
    for (let size = finest; level + 1 < this.#levels.length && size * 2 <= width; size *= by) level++;
    const size = level < 0 ? 1 : finest * by ** level;
    for (let i = 0; i < count; i++) {
      const first = Math.max(0, Math.floor((from + i * width) / size));
      const last = Math.max(first + 1, Math.ceil((from + (i + 1) * width) / size));
      const [least, greatest] = level < 0 ? this.#scan(first, last) : widest(this.#levels[level], first, last);
      out[2 * i] = least;
      out[2 * i + 1] = greatest;
    }
    return out;
  }

  #scan(from: number, to: number): [number, number] {
    const [first, last] = [from * this.#channels, Math.min(this.frames, to) * this.#channels];
    if (first >= last) return [0, 0];
    let [least, greatest] = [this.#samples[first], this.#samples[first]];
    for (let i = first + 1; i < last; i++) {
      const value = this.#samples[i];
      if (value < least) least = value;
      else if (value > greatest) greatest = value;
    }
    return [least, greatest];
  }
}

function widest(pairs: Int16Array, from: number, to: number): [number, number] {
  const end = Math.min(to, pairs.length / 2);
  if (from >= end) return [0, 0];
  let [least, greatest] = [pairs[2 * from], pairs[2 * from + 1]];
  for (let i = from + 1; i < end; i++) {
    least = Math.min(least, pairs[2 * i]);
    greatest = Math.max(greatest, pairs[2 * i + 1]);
  }
  return [least, greatest];
}
