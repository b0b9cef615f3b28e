import { AtelierError } from '../shared/errors.ts';
import { Random, streams } from '../shared/random.ts';
import type { Samples } from './programs.ts';

/** Rows of at least this many bytes are copied by memcpy; for shorter ones the call costs more than a loop. */
const nativeCopyBytes = 64;

/**
 * The order in which an epoch visits the training samples: a permutation that follows from seed and epoch alone, so that
 * (epoch, offset) is all there is to save. The last batch of an epoch is smaller where the batch size does not divide the
 * number of samples: every sample is used exactly once an epoch, as with PyTorch's `drop_last=False`.
 */
export class EpochOrder {
  readonly order: Uint32Array;
  readonly #seed: number;
  #epoch = -1;

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.order = new Uint32Array(count);
  }

  /** Writes the epoch's order (counted from 0) into `order`. */
  begin(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (let i = 0; i < this.order.length; i++) this.order[i] = i;
    new Random(this.#seed, streams.shuffle, epoch).shuffle(this.order);
  }
}

/** Copies samples `order[from … from+count)` one after another into `x` and `y`, which may be longer. Makes no garbage. */
export class Gatherer {
  readonly #samples: Samples;
  readonly #rowLength: number;
  readonly #targetLength: number;
  readonly #source: Buffer;

  constructor(samples: Samples) {
    this.#samples = samples;
    this.#rowLength = samples.count === 0 ? 0 : samples.x.length / samples.count;
    this.#targetLength = samples.count === 0 ? 0 : samples.y.length / samples.count;
    this.#source = Buffer.from(samples.x.buffer, samples.x.byteOffset, samples.x.byteLength);
  }

  /** Elements of one sample. */
  get rowLength(): number {
    return this.#rowLength;
  }

  gather(order: Uint32Array, from: number, count: number, into: BatchBuffers): void {
    // A typed array answers a place behind its end with `undefined`, which would be trained on as NaN.
    if (from + count > order.length) {
      throw new AtelierError('internal', `Samples ${from} to ${from + count} of ${order.length} were to be gathered.`);
    }
    const { x, y } = this.#samples;
    const rowBytes = this.#rowLength * x.BYTES_PER_ELEMENT;
    for (let i = 0; i < count; i++) {
      const sample = order[from + i];
      if (rowBytes >= nativeCopyBytes) {
        this.#source.copy(into.bytes, i * rowBytes, sample * rowBytes, (sample + 1) * rowBytes);
      } else {
        const start = sample * this.#rowLength;
        const end = i * this.#rowLength;
        for (let k = 0; k < this.#rowLength; k++) into.x[end + k] = x[start + k];
      }
      for (let k = 0; k < this.#targetLength; k++) {
        into.y[i * this.#targetLength + k] = y[sample * this.#targetLength + k];
      }
    }
  }
}

/** Room for a number of samples; `bytes` is `x`'s memory. */
export interface BatchBuffers {
  x: Samples['x'];
  y: Int32Array | Float32Array;
  bytes: Buffer;
  /** Where each sample is a mixture of two: the second one's class, and the share of the first, whose class is in `y`. */
  mixed?: { y: Int32Array; share: Float32Array };
}

function arrayOf(x: Samples['x']) {
  if (x instanceof Uint8Array) return Uint8Array;
  return x instanceof Int32Array ? Int32Array : Float32Array;
}

export function batchBuffers(like: Samples, rows: number): BatchBuffers {
  const perRow = like.count === 0 ? 0 : like.x.length / like.count;
  const targets = like.count === 0 ? 0 : like.y.length / like.count;
  const x = new (arrayOf(like.x))(rows * perRow);
  const y = like.y instanceof Int32Array ? new Int32Array(rows * targets) : new Float32Array(rows * targets);
  return { x, y, bytes: Buffer.from(x.buffer) };
}
