import type { Value } from '../onnx/builder.ts';
import { filled } from '../onnx/tensors.ts';
import type { Architecture } from './architecture.ts';
import { type Initializer, normal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

/**
 * Who with what: both sides are looked up in tables of their own, and what they have in common is the product of the two rows, plus
 * what each side brings by itself (Koren et al. 2009). With `hidden`, each row goes through dense layers before: two towers.
 * A value is Σ uₖ·vₖ + b_u + b_v + b; classes get such a sum each, uₖ·vₖ weighted by the class.
 */
export const recommender: Architecture = {
  id: 'recommender',
  inputs: ['pair'],
  learns: 'target',
  fields: [
    { key: 'embedding', kind: 'integer', default: 16, min: 1, max: 512 },
    { key: 'hidden', kind: 'integers', default: '', min: 1, max: 2048, maxLength: 4 },
    { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
  ],
  training: { epochs: 20, batchSize: 128, optimizer: 'adam', learningRate: 0.005 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const { g } = layers;
    const { sizes } = wanted('recommender', input, 'pair');
    const count = output.kind === 'classes' ? output.count : 1;
    const sides = layers.pair().map((index, at) => ({ index, name: `side${at + 1}`, size: sizes[at] }));

    const [u, v] = sides.map(({ index, name, size }) => {
      const width = settings.embedding as number;
      const row = layers.embedding(index, size, width, `${name}/embedding`, seenOnly(normal(0.1)));
      const x = integersOf(settings.hidden).reduce((before, units, n) => {
        const layer = `${name}/dense${n + 1}`;
        return layers.activation(layers.dense(before, units, layer, 'hidden'), 'relu', `${layer}/activation`);
      }, row);
      return layers.dropout(x, settings.dropout as number, `${name}/dropout`);
    });
    const [own, other] = sides.map(({ index, name, size }) =>
      layers.embedding(index, size, count, `${name}/bias`, () => filled('float', [size, count], 0)),
    );
    const common = layers.named('Mul', 'common', [u, v]);
    const together =
      output.kind === 'classes' ? layers.answer(common, output) : withBias(layers, g.reduceSum(common, [1]));
    return layers.finish(layers.named('Sum', 'answer', [together, own, other]));
  },
};

function withBias(layers: LayerBuilder, x: Value): Value {
  return layers.named('Add', 'output', [x, layers.parameter('output.bias', filled('float', [1], 0))]);
}

/** Row 0 stands for what training never saw: it stays 0, and the answer is the average one. */
const seenOnly =
  (initializer: Initializer): Initializer =>
  (shape, fan, seed, place) => {
    const table = initializer(shape, fan, seed, place);
    (table.data as Float32Array).fill(0, 0, shape[1]);
    return table;
  };
