// What training.bench.ts trains, and the same in peers/pytorch.py: from pixels, or from token ids, to logits.

import { buildForward, type Settings } from '../../src-main/architectures/index.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { Random } from '../../src-main/shared/random.ts';

export interface BenchModel {
  readonly name: string;
  readonly kind: 'pixels' | 'tokens';
  readonly classes: number;
  /** Steps in one turn, a multiple of `stepsPerCall`. */
  readonly steps: number;
  readonly stepsPerCall: number;
  forward(): ForwardModel;
}

export const vocabulary = 10_000;
export const length = 80;
const width = 128;

const onPixels = (
  name: string,
  architecture: string,
  settings: Settings,
  steps: number,
  stepsPerCall: number,
): BenchModel => ({
  name,
  kind: 'pixels',
  classes: 10,
  steps,
  stepsPerCall,
  forward: () =>
    buildForward(architecture, settings, {
      input: { kind: 'image', height: 28, width: 28, channels: 1 },
      output: { kind: 'classes', count: 10 },
      seed: 1,
    }),
});

/** Embeds ids [batch, length]; the net gets [batch, length, width] and gives [batch, width]. */
function onTokens(name: string, steps: number, net: (layers: Layers, x: Value) => Value): BenchModel {
  const forward = (): ForwardModel => {
    const layers = new Layers();
    const { g } = layers;
    g.input('ids', 'int64', ['batch', length]);
    const x = g.op('Gather', [layers.weight('embedding', 1, vocabulary, width), 'ids'], { axis: 0 });
    const logits = layers.dense(net(layers, x), 'head', width, 2);
    g.output(logits);
    return { graph: g.finish(), parameters: layers.parameters, input: 'ids', output: logits };
  };
  return { name, kind: 'tokens', classes: 2, steps, stepsPerCall: 1, forward };
}

class Layers {
  readonly g = new GraphBuilder('bench');
  readonly parameters: string[] = [];
  readonly #random = new Random(1);

  weight(name: string, spread: number, ...shape: number[]): Value {
    const size = shape.reduce((a, b) => a * b, 1);
    this.parameters.push(name);
    return this.g.initializer(
      name,
      tensor(
        'float',
        shape,
        Float32Array.from({ length: size }, () => spread * this.#random.normal()),
      ),
    );
  }

  dense(x: Value, name: string, from: number, to: number): Value {
    const product = this.g.matmul(x, this.weight(`${name}.weight`, from ** -0.5, from, to));
    return this.g.add(product, this.weight(`${name}.bias`, 0, to));
  }

  norm(x: Value, name: string): Value {
    return this.g.op('LayerNormalization', [
      x,
      this.weight(`${name}.scale`, 1, width),
      this.weight(`${name}.bias`, 0, width),
    ]);
  }
}

const recurrent = (layers: Layers, x: Value): Value => {
  const { g } = layers;
  const [W, R] = ['W', 'R'].map((name) => layers.weight(`lstm.${name}`, width ** -0.5, 1, 4 * width, width));
  const B = layers.weight('lstm.B', 0, 1, 8 * width);
  const [, last] = g.node(
    'LSTM',
    [g.transpose(x, [1, 0, 2]), W, R, B],
    { hidden_size: width },
    { outputs: ['Y', 'Y_h'] },
  );
  return g.op('Squeeze', [last, g.int64s([0])]);
};

const heads = 4;
const attention = (layers: Layers, x: Value, name: string): Value => {
  const { g } = layers;
  const project = (what: string) => {
    const projected = layers.dense(x, `${name}.${what}`, width, width);
    return g.transpose(g.op('Reshape', [projected, g.int64s([0, length, heads, width / heads])]), [0, 2, 1, 3]);
  };
  const [q, k, v] = [project('q'), project('k'), project('v')];
  const scores = g.scale(g.matmul(q, g.transpose(k, [0, 1, 3, 2])), (width / heads) ** -0.5);
  const mixed = g.transpose(g.matmul(g.op('Softmax', [scores], { axis: -1 }), v), [0, 2, 1, 3]);
  return layers.dense(g.op('Reshape', [mixed, g.int64s([0, length, width])]), `${name}.out`, width, width);
};

/** Layers as torch.nn.TransformerEncoderLayer: norms after the sums, Relu. */
const transformer =
  (depth: number) =>
  (layers: Layers, x: Value): Value => {
    const { g } = layers;
    let y = x;
    for (let layer = 1; layer <= depth; layer++) {
      const name = `layer${layer}`;
      y = layers.norm(g.add(y, attention(layers, y, name)), `${name}.norm1`);
      const wide = g.op('Relu', [layers.dense(y, `${name}.up`, width, 4 * width)]);
      y = layers.norm(g.add(y, layers.dense(wide, `${name}.down`, 4 * width, width)), `${name}.norm2`);
    }
    return g.reduceMean(y, [1], false);
  };

export const models: readonly BenchModel[] = [
  onPixels('mlp', 'mlp', {}, 480, 16),
  onPixels('cnn', 'cnn', {}, 48, 4),
  onPixels('cnn-norm', 'cnn', { batchNorm: true }, 48, 4),
  onPixels('resnet', 'resnet', { depth: '8' }, 12, 1),
  onTokens('lstm', 24, recurrent),
  onTokens('transformer', 16, transformer(2)),
];

/** Only for memory. */
export const deep = onTokens('deep', 2, transformer(12));
