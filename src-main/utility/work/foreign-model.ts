import type { ImageEncoder } from '../../datasets/encode/encoder.ts';
import { dataOf, Session, valueOf, type SessionPort, type Value } from '../../runtime/session.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { RawModel } from './model.ts';
import type { RawSamples } from './raw-samples.ts';
import type { Answers } from './tasks/task-work.ts';

interface ImageInput {
  name: string;
  type: 'uint8' | 'float';
  channelsFirst: boolean;
  /** The file fixed the batch size to 1. */
  oneByOne: boolean;
  image: ImageEncoder['image'];
}

/** An image classifier made elsewhere. Floats are fed as 0…1, channels in RGB order; scores that are no probabilities go through softmax. */
export class ForeignModel implements RawModel {
  readonly task = 'classification';
  readonly encoder: ImageEncoder;
  readonly #session: Session;
  readonly #input: ImageInput;
  readonly #output: string;

  private constructor(session: Session, input: ImageInput, output: string, classes: string[]) {
    this.#session = session;
    this.#input = input;
    this.#output = output;
    this.encoder = { kind: 'images', image: input.image, classes };
  }

  /** Null where the model is of another kind. */
  static async open(bytes: Uint8Array, threads: number, classes: readonly string[]): Promise<ForeignModel | null> {
    const session = await Session.open(bytes, { device: 'cpu', threads });
    const input = session.inputs.length === 1 ? imageInput(session.inputs[0]) : null;
    const output = session.outputs.length === 1 ? session.outputs[0] : null;
    const count = output?.type === 'float' && output.shape.length === 2 ? output.shape[1] : null;
    if (!input || !output || typeof count !== 'number' || count < 2) {
      await session.close();
      return null;
    }
    const names = classes.length === count ? [...classes] : Array.from({ length: count }, (_, i) => String(i));
    return new ForeignModel(session, input, output.name, names);
  }

  async answer(raw: RawSamples): Promise<Answers> {
    if (raw.kind !== 'images')
      throw new AtelierError('dataset_kind_differs', 'The model takes images, the data are none.');
    const size = raw.pixels.length / raw.count;
    const width = this.encoder.classes.length;
    const result = new Float32Array(raw.count * width);
    const step = this.#input.oneByOne ? 1 : raw.count;
    for (let from = 0; from < raw.count; from += step) {
      const feed = this.#feed(raw.pixels.subarray(from * size, (from + step) * size), step);
      const results = await this.#session.run({ [this.#input.name]: feed });
      result.set(dataOf(results[this.#output]) as Float32Array, from * width);
    }
    return { values: asProbabilities(result, width) };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #feed(pixels: Uint8Array, count: number): Value {
    const { type, channelsFirst, image } = this.#input;
    const { height, width, channels } = image;
    const shape = channelsFirst ? [count, channels, height, width] : [count, height, width, channels];
    const data = type === 'uint8' ? new Uint8Array(pixels.length) : new Float32Array(pixels.length);
    const scale = type === 'uint8' ? 1 : 1 / 255;
    const area = height * width;
    for (let i = 0; i < pixels.length; i++) {
      const [n, rest] = [Math.floor(i / (area * channels)), i % (area * channels)];
      const [pixel, channel] = [Math.floor(rest / channels), rest % channels];
      data[channelsFirst ? (n * channels + channel) * area + pixel : i] = pixels[i] * scale;
    }
    return valueOf(type, shape, data);
  }
}

function imageInput({ name, type, shape }: SessionPort): ImageInput | null {
  if ((type !== 'uint8' && type !== 'float') || shape.length !== 4) return null;
  const [batch, ...rest] = shape;
  if (!rest.every((dim): dim is number => typeof dim === 'number' && dim > 0 && dim <= 4096)) return null;
  const channelsFirst = rest[0] === 1 || rest[0] === 3;
  const [channels, height, width] = channelsFirst ? rest : [rest[2], rest[0], rest[1]];
  if (channels !== 1 && channels !== 3) return null;
  const open = typeof batch === 'string';
  if (!open && batch !== 1) return null;
  return { name, type, channelsFirst, oneByOne: !open, image: { height, width, channels } };
}

function asProbabilities(scores: Float32Array, width: number): Float32Array {
  for (let row = 0; row < scores.length; row += width) {
    const part = scores.subarray(row, row + width);
    const sum = part.reduce((total, score) => total + score, 0);
    if (part.every((score) => score >= 0) && Math.abs(sum - 1) < 1e-3) continue;
    const top = Math.max(...part);
    const exps = part.map((score) => Math.exp(score - top));
    const total = exps.reduce((all, score) => all + score, 0);
    part.set(exps.map((score) => score / total));
  }
  return scores;
}
