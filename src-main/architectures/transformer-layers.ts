// The layers of a transformer (Vaswani et al. 2017).
//
// Everything is done on rows [batch·length, width], one for each place of each sequence: so each dense layer is one Gemm with its
// bias. Only attention itself sees which rows belong together.

import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { tensor } from '../onnx/tensors.ts';
import type { Dim } from '../onnx/types.ts';
import type { SettingField } from '../shared/run.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Settings } from './architecture.ts';
import { glorotUniform, type Initializer } from './initializers.ts';
import type { LayerBuilder } from './layers.ts';

export interface Stack {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Of the dense layers inside, in widths. */
  readonly expansion: number;
  readonly dropout: number;
  readonly length: Dim;
  /**
   * Each part's input is normalised and its result added (Xiong et al. 2020, Radford et al. 2019), or the sum is normalised (Vaswani
   * et al. 2017, Devlin et al. 2019). `before` when left out.
   */
  readonly normalise?: 'before' | 'after';
  /** Of all dense layers; Glorot's when left out. */
  readonly initializer?: Initializer;
  /** Of those whose result is added to the rows; as the others when left out. */
  readonly intoSum?: Initializer;
  /** Added to the scores [batch, heads, length, length]: very negative where a place may not look. */
  readonly mask?: Value;
  /** Turns a layer's new keys and values [batch, heads, length, width/heads] into those to look at: with earlier ones before them. */
  readonly remember?: (layer: string, keys: Value, values: Value) => readonly [keys: Value, values: Value];
}

/** The settings of a small and quick stack. */
export const stackFields = (width: number, layers: number, expansion = 2): SettingField[] => [
  { key: 'width', kind: 'integer', default: width, min: 4, max: 2048 },
  { key: 'layers', kind: 'integer', default: layers, min: 1, max: 24 },
  { key: 'heads', kind: 'integer', default: 4, min: 1, max: 32 },
  { key: 'expansion', kind: 'integer', default: expansion, min: 1, max: 8 },
  { key: 'dropout', kind: 'number', default: 0.1, min: 0, max: 0.9 },
];

/** Attention works on every pair of places: past this many their scores alone fill the memory. */
export const MOST_PLACES = 1024;

/** Errors: invalid_settings. */
export function stackOf(settings: Settings, length: Dim): Stack {
  const { width, heads, layers, expansion, dropout } = settings as Readonly<Record<string, number>>;
  if (typeof length === 'number' && length > MOST_PLACES) {
    throw new AtelierError(
      'invalid_settings',
      `${length} places are too many for attention, which looks at every pair of them; it takes up to ${MOST_PLACES}`,
    );
  }
  if (width % heads !== 0) {
    throw new AtelierError('invalid_settings', `heads=${heads}: width=${width} cannot be shared evenly among them`);
  }
  return { width, heads, layers, expansion, dropout, length };
}

/** What a score becomes where a place may not look: nothing is left of it after the softmax. */
export const FORBIDDEN = -1e9;

/**
 * What is added to the scores of new tokens that come after those in a cache: [batch, 1, new, past and new]. Row i of the new ones is column past + i
 * of all, and sees the columns up to its own. `seen`: [batch, past and new], 0 where there is none. With so many ones in it as there are axes of `heads`.
 */
export function maskAfter(
  g: GraphBuilder,
  seen: Value,
  { past, all, heads = 1 }: { past: Dim; all: Dim; heads?: number },
): Value {
  const range = (from: Value, to: Value) =>
    g.op('Range', [g.reshape(from, []), g.reshape(to, []), g.constant(tensor('int64', [], [1]))]);
  const end = g.sizeVector(all);
  const later = g.op('Less', [
    g.unsqueeze(range(g.sizeVector(past), end), [1]),
    g.unsqueeze(range(g.int64s([0]), end), [0]),
  ]);
  const ones = Array.from({ length: heads + 1 }, (_, i) => i + 1);
  const unseen = g.unsqueeze(g.op('Equal', [seen, g.scalar(0, seen)]), ones);
  const number = (value: number) => g.constant(tensor('float', [], [value]));
  return g.where(g.op('Or', [later, unseen]), number(FORBIDDEN), number(0));
}

/** Each place sees itself and what came before: [1, 1, length, length]. */
export function causalMask(layers: LayerBuilder, length: number): Value {
  const values = new Float32Array(length * length);
  for (let i = 0; i < length; i++) values.fill(FORBIDDEN, i * length + i + 1, (i + 1) * length);
  return layers.g.constant(tensor('float', [1, 1, length, length], values));
}

/** Nobody looks at padding, the tokens `pad`: [batch, 1, 1, length]. */
export function paddingMask(layers: LayerBuilder, tokens: Value, pad = 0): Value {
  const { g } = layers;
  g.scope = 'padding';
  const number = (value: number) => g.constant(tensor('float', [], [value]));
  const mask = g.where(g.op('Equal', [tokens, g.scalar(pad, tokens)]), number(FORBIDDEN), number(0));
  const broadcast = g.unsqueeze(mask, [1, 2]);
  g.scope = '';
  return broadcast;
}

/** What is learnt about each place: [1, length, width]. */
export const positions = (layers: LayerBuilder, { width }: Stack, length: number, initializer: Initializer): Value =>
  layers.weights('positions', initializer, [1, length, width], { in: width, out: width });

/** [batch, length, width] with what is learnt about each place, as rows. */
export function placed(layers: LayerBuilder, x: Value, stack: Stack, initializer: Initializer): Value {
  const places = positions(layers, stack, stack.length as number, initializer);
  return toRows(layers, layers.dropout(layers.named('Add', 'placed', [x, places]), stack.dropout, 'placed/dropout'));
}

export const toRows = (layers: LayerBuilder, x: Value): Value => layers.g.reshape(x, [-1, layers.g.shape(x).at(-1)!]);

export const toSequences = (layers: LayerBuilder, rows: Value, { length }: Stack): Value =>
  layers.g.reshape(rows, ['batch', length, layers.g.shape(rows)[1]]);

/** Rows through all layers, and normalised at the end. */
export function transformer(layers: LayerBuilder, rows: Value, stack: Stack): Value {
  let x = rows;
  for (let n = 1; n <= stack.layers; n++) {
    x = part(layers, x, stack, `layer${n}`, 1, (y) => attention(layers, y, stack, `layer${n}/attention`));
    x = part(layers, x, stack, `layer${n}`, 2, (y) => feedForward(layers, y, stack, `layer${n}`));
  }
  return stack.normalise === 'after' ? x : layers.layerNorm(x, 'norm');
}

/** Adds to the rows what `work` makes of them. */
function part(
  layers: LayerBuilder,
  rows: Value,
  { dropout, normalise = 'before' }: Stack,
  layer: string,
  number: 1 | 2,
  work: (x: Value) => Value,
): Value {
  const norm = (x: Value) => layers.layerNorm(x, `${layer}/norm${number}`);
  const made = work(normalise === 'before' ? norm(rows) : rows);
  const sum = layers.named('Add', `${layer}/sum${number}`, [
    rows,
    layers.dropout(made, dropout, `${layer}/dropout${number}`),
  ]);
  return normalise === 'before' ? sum : norm(sum);
}

/** Each place takes of the others what fits its question: softmax(Q·Kᵀ/√d)·V, a few times side by side. */
function attention(layers: LayerBuilder, rows: Value, stack: Stack, name: string): Value {
  const { g } = layers;
  const { width, heads, length, mask, remember, initializer = glorotUniform } = stack;
  const size = width / heads;
  const all = layers.dense(rows, 3 * width, `${name}/qkv`, initializer);
  g.scope = name;
  const [q, k, v] = g.node('Split', [all], { axis: 1, num_outputs: 3 }, { outputs: ['q', 'k', 'v'] });
  const byHead = (x: Value, perm: readonly number[]) => g.transpose(g.reshape(x, ['batch', length, heads, size]), perm);
  const questions = byHead(g.scale(q, 1 / Math.sqrt(size)), [0, 2, 1, 3]);
  let values = byHead(v, [0, 2, 1, 3]);
  let keys: Value;
  if (remember) {
    [keys, values] = remember(name, byHead(k, [0, 2, 1, 3]), values);
    keys = g.transpose(keys, [0, 1, 3, 2]);
  } else keys = byHead(k, [0, 2, 3, 1]);
  const scores = g.matmul(questions, keys);
  const weights = g.op('Softmax', [mask === undefined ? scores : g.add(scores, mask)], { axis: -1 });
  const seen = g.reshape(g.transpose(g.matmul(weights, values), [0, 2, 1, 3]), [-1, width]);
  g.scope = '';
  return layers.dense(seen, width, `${name}/out`, stack.intoSum ?? initializer);
}

function feedForward(layers: LayerBuilder, rows: Value, stack: Stack, name: string): Value {
  const { width, expansion, initializer = glorotUniform, intoSum } = stack;
  const wide = layers.dense(rows, expansion * width, `${name}/dense1`, initializer);
  const active = layers.activation(wide, 'gelu', `${name}/activation`);
  return layers.dense(active, width, `${name}/dense2`, intoSum ?? initializer);
}
