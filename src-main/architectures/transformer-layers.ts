// The layers of a transformer (Vaswani et al. 2017), normalised before each part (Xiong et al. 2020).
//
// Everything is done on rows [batch·length, width], one for each place of each sequence: so each dense layer is one Gemm with its
// bias. Only attention itself sees which rows belong together.

import type { Value } from '../onnx/builder.ts';
import { tensor } from '../onnx/tensors.ts';
import type { SettingField } from '../shared/run.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Settings } from './architecture.ts';
import { glorotUniform, type Initializer, normal } from './initializers.ts';
import type { LayerBuilder } from './layers.ts';

export interface Stack {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Of the dense layers inside, in widths. */
  readonly expansion: number;
  readonly dropout: number;
  readonly length: number;
  /** Of all dense layers; Glorot's when left out. */
  readonly initializer?: Initializer;
  /** Of those whose result is added to the rows; as the others when left out. */
  readonly intoSum?: Initializer;
  /** Added to the scores [batch, heads, length, length]: very negative where a place may not look. */
  readonly mask?: Value;
}

/** `layers`, `heads` and `width` of a small and quick stack. */
export const stackFields = (width: number, layers: number): SettingField[] => [
  { key: 'width', kind: 'integer', default: width, min: 4, max: 2048 },
  { key: 'layers', kind: 'integer', default: layers, min: 1, max: 24 },
  { key: 'heads', kind: 'integer', default: 4, min: 1, max: 32 },
  { key: 'expansion', kind: 'integer', default: 2, min: 1, max: 8 },
  { key: 'dropout', kind: 'number', default: 0.1, min: 0, max: 0.9 },
];

export function stackOf(settings: Settings, length: number): Stack {
  const { width, heads, layers, expansion, dropout } = settings as Readonly<Record<string, number>>;
  if (width % heads !== 0) {
    throw new AtelierError('invalid_settings', `heads=${heads}: width=${width} cannot be shared evenly among them`);
  }
  return { width, heads, layers, expansion, dropout, length };
}

/** What a score becomes where a place may not look: nothing is left of it after the softmax. */
export const FORBIDDEN = -1e9;

/** Each place sees itself and what came before: [1, 1, length, length]. */
export function causalMask(layers: LayerBuilder, length: number): Value {
  const values = new Float32Array(length * length);
  for (let i = 0; i < length; i++) values.fill(FORBIDDEN, i * length + i + 1, (i + 1) * length);
  return layers.g.constant(tensor('float', [1, 1, length, length], values));
}

/** Nobody looks at padding, which is token 0: [batch, 1, 1, length]. */
export function paddingMask(layers: LayerBuilder, tokens: Value): Value {
  const { g } = layers;
  g.scope = 'padding';
  const empty = g.op('Equal', [tokens, g.scalar(0, tokens)]);
  const zero = g.constant(tensor('float', [], [0]));
  const mask = g.unsqueeze(g.where(empty, g.constant(tensor('float', [], [FORBIDDEN])), zero), [1, 2]);
  g.scope = '';
  return mask;
}

/** [batch, length, width] with what is learnt about each place, as rows. */
export function placed(layers: LayerBuilder, x: Value, { length, width, dropout }: Stack): Value {
  const places = layers.weights('positions', normal(0.02), [1, length, width], { in: width, out: width });
  return toRows(layers, layers.dropout(layers.named('Add', 'placed', [x, places]), dropout, 'placed/dropout'));
}

export const toRows = (layers: LayerBuilder, x: Value): Value => layers.g.reshape(x, [-1, layers.g.shape(x).at(-1)!]);

export const toSequences = (layers: LayerBuilder, rows: Value, { length, width }: Stack): Value =>
  layers.g.reshape(rows, [-1, length, width]);

/** Rows through all layers and a last normalisation. */
export function transformer(layers: LayerBuilder, rows: Value, stack: Stack): Value {
  let x = rows;
  for (let n = 1; n <= stack.layers; n++) x = transformerLayer(layers, x, stack, `layer${n}`);
  return layers.layerNorm(x, 'norm');
}

function transformerLayer(layers: LayerBuilder, rows: Value, stack: Stack, name: string): Value {
  const { dropout } = stack;
  const add = (x: Value, y: Value, part: string) =>
    layers.named('Add', `${name}/${part}/sum`, [x, layers.dropout(y, dropout, `${name}/${part}/dropout`)]);
  const seen = attention(layers, layers.layerNorm(rows, `${name}/norm1`), stack, `${name}/attention`);
  const x = add(rows, seen, 'attention');
  return add(x, feedForward(layers, layers.layerNorm(x, `${name}/norm2`), stack, name), 'dense');
}

/** Each place takes of the others what fits its question: softmax(Q·Kᵀ/√d)·V, a few times side by side. */
function attention(layers: LayerBuilder, rows: Value, stack: Stack, name: string): Value {
  const { g } = layers;
  const { width, heads, length, mask, initializer = glorotUniform } = stack;
  const size = width / heads;
  const all = layers.dense(rows, 3 * width, `${name}/qkv`, initializer);
  g.scope = name;
  const [q, k, v] = g.node('Split', [all], { axis: 1, num_outputs: 3 }, { outputs: ['q', 'k', 'v'] });
  const byHead = (x: Value, perm: readonly number[]) => g.transpose(g.reshape(x, [-1, length, heads, size]), perm);
  const scores = g.matmul(byHead(g.scale(q, 1 / Math.sqrt(size)), [0, 2, 1, 3]), byHead(k, [0, 2, 3, 1]));
  const weights = g.op('Softmax', [mask === undefined ? scores : g.add(scores, mask)], { axis: -1 });
  const seen = g.transpose(g.matmul(weights, byHead(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
  const joined = g.reshape(seen, [-1, width]);
  g.scope = '';
  return layers.dense(joined, width, `${name}/out`, stack.intoSum ?? initializer);
}

function feedForward(layers: LayerBuilder, rows: Value, stack: Stack, name: string): Value {
  const { width, expansion, initializer = glorotUniform, intoSum } = stack;
  const wide = layers.dense(rows, expansion * width, `${name}/dense1`, initializer);
  const active = layers.activation(wide, 'gelu', `${name}/activation`);
  return layers.dense(active, width, `${name}/dense2`, intoSum ?? initializer);
}
