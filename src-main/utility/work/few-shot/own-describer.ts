import { describe, descriptorSize, planesOf } from '../../../few-shot/descriptor.ts';
import { contrastFloor, learnWords, patchSide, type PatchWords } from '../../../few-shot/patch-words.ts';
import { GraphBuilder } from '../../../onnx/builder.ts';
import { tensor } from '../../../onnx/tensors.ts';
import { writeModel } from '../../../onnx/write.ts';
import { dataOf, Session, valueOf } from '../../../runtime/session.ts';
import type { ImageShape } from '../../../shared/dataset.ts';

/** Pictures are this many pixels across where words are looked for in them. */
const side = 28;
/** Answers below this are none. */
const threshold = 0.5;
/** Of the 23 × 23 places of a patch, 4 × 4 stretches that overlap a little. */
const [cells, stretch, stride] = [4, 8, 5];

/** What tells of pictures what is in them, without anything learnt elsewhere. */
export interface Describer {
  /** Numbers a picture. */
  size: number;
  /** `pixels`: of `count` images, one after another. */
  describe(pixels: Uint8Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Pictures are read this many at once. */
const atOnce = 256;

/**
 * Gradients (see `describe`) beside how often the words of these very pictures stand where in them; either weighs as much as the other. `some`: samples
 * whose pictures the words are learnt from, which `read` gives one after another. Made of them alone: gradients, where they show next to nothing.
 */
export async function ownDescriber(
  some: Int32Array,
  read: (samples: Int32Array) => Promise<Uint8Array>,
  image: ImageShape,
  threads: number,
): Promise<Describer> {
  const gradients: Part = {
    size: descriptorSize(image.channels),
    of: (pixels, count) => Promise.resolve(each(pixels, count, descriptorSize(image.channels), image, describe)),
  };
  const flat = image.channels * side * side;
  const planes = (pixels: Uint8Array, count: number): Float32Array =>
    each(pixels, count, flat, image, (one, shape, into) => into.set(planesOf(one, shape, side)));
  const seen = new Float32Array(some.length * flat);
  for (let from = 0; from < some.length; from += atOnce) {
    const next = some.subarray(from, from + atOnce);
    seen.set(planes(await read(next), next.length), from * flat);
  }
  const words = learnWords(seen, image.channels, side);
  if (!words) return { size: gradients.size, describe: gradients.of, close: () => Promise.resolve() };
  const session = await Session.open(modelOf(words, image.channels), { device: 'cpu', threads });
  const answers: Part = {
    size: 2 * words.count * cells * cells,
    async of(pixels, count) {
      const x = valueOf('float', [count, image.channels, side, side], planes(pixels, count));
      return dataOf((await session.run({ x })).answers) as Float32Array;
    },
  };
  const first = some.subarray(0, atOnce);
  const pixels = await read(first);
  const parts: (Part & { scale: number })[] = [];
  for (const part of [gradients, answers]) {
    parts.push({ ...part, scale: 1 / spreadOf(await part.of(pixels, first.length), first.length) });
  }
  const size = gradients.size + answers.size;
  return {
    size,
    async describe(pixels, count) {
      const rows = new Float32Array(count * size);
      let begin = 0;
      for (const part of parts) {
        const found = await part.of(pixels, count);
        for (let i = 0; i < count; i++) {
          for (let k = 0; k < part.size; k++) rows[i * size + begin + k] = found[i * part.size + k] * part.scale;
        }
        begin += part.size;
      }
      return rows;
    },
    close: () => session.close(),
  };
}

/** One way to tell of pictures what is in them. */
interface Part {
  size: number;
  of: Describer['describe'];
}

/** `size` numbers of each picture, one after another. */
function each(
  pixels: Uint8Array,
  count: number,
  size: number,
  image: ImageShape,
  write: (one: Uint8Array, image: ImageShape, into: Float32Array) => void,
): Float32Array {
  const area = image.height * image.width * image.channels;
  const rows = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    write(pixels.subarray(i * area, (i + 1) * area), image, rows.subarray(i * size, (i + 1) * size));
  }
  return rows;
}

/** Of each word and its negative, how loud it is in each cell. */
function modelOf({ count, filters, offsets }: PatchWords, channels: number): Uint8Array {
  const g = new GraphBuilder('patch words');
  const x = g.input('x', 'float', ['n', channels, side, side]);
  const number = (value: number) => g.scalar(value, x);
  const window = { kernel_shape: [patchSide, patchSide], strides: [1, 1] };
  /** Of the pixels of each patch, all channels together. */
  const mean = (value: string) =>
    g.op('AveragePool', [g.op('ReduceMean', [value, g.int64s([1])], { keepdims: 1 })], window);
  const average = mean(x);
  const variance = g.op('Relu', [g.op('Sub', [mean(g.op('Mul', [x, x])), g.op('Mul', [average, average])])]);
  const deviation = g.op('Sqrt', [g.op('Add', [variance, number(contrastFloor)])]);
  const filter = g.constant(tensor('float', [count, channels, patchSide, patchSide], filters));
  const seen = g.op('Div', [g.op('Conv', [x, filter]), deviation]);
  const answer = g.op('Sub', [seen, g.constant(tensor('float', [1, count, 1, 1], offsets))]);
  const pooled = [answer, g.op('Neg', [answer])].map((one) => {
    const loud = g.op('Relu', [g.op('Sub', [one, number(threshold)])]);
    return g.op('AveragePool', [loud], { kernel_shape: [stretch, stretch], strides: [stride, stride] });
  });
  const all = g.op('Sqrt', [g.op('Concat', pooled, { axis: 1 })]);
  const [answers] = g.node('Flatten', [all], { axis: 1 }, { outputs: ['answers'] });
  g.output(answers);
  return writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'atelier', graph: g.finish(), metadata: {} });
}

/** The length of what rows differ by, on average. */
function spreadOf(rows: Float32Array, count: number): number {
  const size = rows.length / count;
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] += rows[i] / count;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) squares += (rows[i] - mean[i % size]) ** 2;
  return Math.sqrt(squares / count) || 1;
}
