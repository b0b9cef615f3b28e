import type { Value } from '../onnx/builder.ts';
import { filled } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { convFan, lecunNormal, normal } from './initializers.ts';
import { pictureSize, wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { MOST_PLACES, placed, stackFields, stackOf, toSequences, transformer } from './transformer-layers.ts';

/** The image as a sequence of square patches, for a transformer's encoder (Dosovitskiy et al. 2021). */
export const vit: Architecture = {
  id: 'vit',
  inputs: ['image', 'audio'],
  learns: 'target',
  fields: [
    { key: 'patch', kind: 'integer', default: 4, min: 1, max: 64 },
    ...stackFields(64, 4),
    { key: 'pool', kind: 'choice', default: 'mean', choices: ['mean', 'class-token'] },
    ...audioFields,
  ],
  training: { epochs: 10, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const { g } = layers;
    const spec = wanted('vit', input, 'image', 'audio');
    const patch = settings.patch as number;
    const size = pictureSize(spec);
    const counts = [Math.ceil(size.height / patch), Math.ceil(size.width / patch)];
    const patches = counts[0] * counts[1];
    const token = settings.pool === 'class-token';
    const places = patches + (token ? 1 : 0);
    if (places > MOST_PLACES) {
      throw new AtelierError('invalid_settings', `patch=${patch}: makes ${places} places, at most ${MOST_PLACES}`);
    }
    const stack = stackOf(settings, places);

    const embedded = patchEmbedding(layers, layers.input(spec), size, patch, stack.width);
    const sequence = g.transpose(g.reshape(embedded, [-1, stack.width, patches]), [0, 2, 1]);
    const tokens = token ? withClassToken(layers, sequence, stack.width) : sequence;
    const rows = transformer(layers, placed(layers, tokens, stack, normal(0.02)), stack);
    const seen = toSequences(layers, rows, stack);
    const summary = token
      ? g.op('Gather', [seen, g.constant(filled('int64', [], 0))], { axis: 1 })
      : g.reduceMean(seen, [1], false);
    return layers.finish(layers.answer(summary, output));
  },
};

/** One dense layer for all patches, which is a convolution that goes in steps of its own size. Where they do not fill the image, black is added. */
function patchEmbedding(
  layers: LayerBuilder,
  x: Value,
  { height, width, channels }: ReturnType<typeof pictureSize>,
  patch: number,
  units: number,
): Value {
  const shape = [units, channels, patch, patch];
  const weight = layers.weights('patches.weight', lecunNormal, shape, convFan(shape));
  const bias = layers.parameter('patches.bias', filled('float', [units], 0));
  const missing = (size: number) => (patch - (size % patch)) % patch;
  return layers.named('Conv', 'patches', [x, weight, bias], {
    kernel_shape: [patch, patch],
    strides: [patch, patch],
    pads: [0, 0, missing(height), missing(width)],
  });
}

/** A learnt row before the others, which collects what the answer needs. */
function withClassToken(layers: LayerBuilder, sequence: Value, width: number): Value {
  const { g } = layers;
  const token = layers.weights('class', normal(0.02), [1, 1, width], { in: width, out: width });
  const [batch] = g.shape(sequence);
  return g.concat([g.op('Expand', [token, g.shapeVector([batch, 1, width])]), sequence], 1);
}
