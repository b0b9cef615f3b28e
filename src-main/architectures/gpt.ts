import type { Value } from '../onnx/builder.ts';
import { sum } from '../onnx/dims.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { Architecture, BuildOptions, Settings } from './architecture.ts';
import { normal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { languageFields } from './text-settings.ts';
import {
  causalMask,
  maskAfter,
  positions,
  type Stack,
  stackFields,
  stackOf,
  toRows,
  toSequences,
  transformer,
} from './transformer-layers.ts';

const initializer = normal(0.02);

/** A transformer that sees what came before and says for each place which token comes next (Radford et al. 2019). */
export const gpt: Architecture = {
  id: 'gpt',
  inputs: ['text'],
  learns: 'language',
  language: 'next',
  fields: [...languageFields, ...stackFields(128, 4, 4), { key: 'tied', kind: 'boolean', default: true }],
  // A corpus of a megabyte is learnt in a few minutes so; smaller steps have not come far by then.
  training: { epochs: 10, batchSize: 16, optimizer: 'adamw', learningRate: 0.002 },

  build(settings, options) {
    const spec = wanted('gpt', options.input, 'text');
    const { length } = spec;
    const layers = new LayerBuilder(options.seed, options.blank);
    const stack = gptStack(settings, length);
    const words = embedded(layers, options, stack, layers.tokens(spec));
    const places = positions(layers, stack, length, initializer);
    const mask = causalMask(layers, length);
    return layers.finish(logitsOf(layers, words, places, { ...stack, mask }, options, settings));
  },
};

/**
 * The same net, and the same weights by name, for writing text token by token, with the inputs and outputs that Hugging Face's Optimum gives
 * such a decoder. int64 `input_ids` and `position_ids` [batch, sequence_length] are the new tokens and their places, below the length it was
 * built for; `attention_mask` [batch, past and new] is 0 where nobody may look; `past_key_values.N.key` and `.value` [batch, heads,
 * past_sequence_length, width/heads] are what earlier calls gave as `present.N.…`. `logits` [batch, sequence_length, vocabulary].
 */
export function gptDecoder(settings: Settings, options: BuildOptions): ForwardModel {
  const { length } = wanted('gpt', options.input, 'text');
  const layers = new LayerBuilder(options.seed, options.blank);
  const { g } = layers;
  const [past, fresh] = ['past_sequence_length', 'sequence_length'];
  const all = sum([past, fresh]);
  const stack = gptStack(settings, fresh);
  const tokens = g.input('input_ids', 'int64', ['batch', fresh]);
  const seen = g.input('attention_mask', 'int64', ['batch', all]);
  const at = g.input('position_ids', 'int64', ['batch', fresh]);
  const shape = ['batch', stack.heads, past, stack.width / stack.heads];
  const earlier = new Map(
    Array.from({ length: stack.layers }, (_, n) => {
      const name = `layer${n + 1}/attention`;
      return [name, ['key', 'value'].map((what) => g.input(`past_key_values.${n}.${what}`, 'float', shape))] as const;
    }),
  );
  const words = embedded(layers, options, stack, tokens);
  const present: Value[] = [];
  const remember = (name: string, keys: Value, values: Value): [Value, Value] => {
    const [pastKeys, pastValues] = earlier.get(name)!;
    const layer = present.length / 2;
    const { scope } = g;
    g.scope = '';
    const both: [Value, Value] = [
      layers.named('Concat', `present.${layer}.key`, [pastKeys, keys], { axis: 2 }),
      layers.named('Concat', `present.${layer}.value`, [pastValues, values], { axis: 2 }),
    ];
    g.scope = scope;
    present.push(...both);
    return both;
  };

  g.scope = 'places';
  const table = g.reshape(positions(layers, stack, length, initializer), [length, stack.width]);
  const places = g.op('Gather', [table, at], { axis: 0 });
  const mask = maskAfter(g, seen, { past, all });
  g.scope = '';
  const forward = layers.finish(logitsOf(layers, words, places, { ...stack, mask, remember }, options, settings));
  for (const value of present) g.output(value);
  return { ...forward, graph: g.finish() };
}

/** What is added to the rows begins smaller the more layers there are, so that their sum does not grow. */
function gptStack(settings: Settings, length: Stack['length']): Stack {
  const stack = stackOf(settings, length);
  return { ...stack, initializer, intoSum: normal(0.02 / Math.sqrt(2 * stack.layers)) };
}

function embedded(layers: LayerBuilder, { input }: BuildOptions, { width }: Stack, tokens: Value): Value {
  const { vocabulary } = wanted('gpt', input, 'text');
  return layers.embedding(tokens, vocabulary, width, 'embedding', initializer);
}

function logitsOf(
  layers: LayerBuilder,
  words: Value,
  places: Value,
  stack: Stack,
  { input }: BuildOptions,
  settings: Settings,
): Value {
  const { vocabulary } = wanted('gpt', input, 'text');
  const { width, dropout } = stack;
  const placed = layers.dropout(layers.named('Add', 'placed', [words, places]), dropout, 'placed/dropout');
  const rows = transformer(layers, toRows(layers, placed), stack);
  // Tied: the words' own embeddings say how well a word fits (Press & Wolf 2017). No bias either way.
  const weight = settings.tied
    ? 'embedding.weight'
    : layers.weights('output.weight', initializer, [vocabulary, width], { in: width, out: vocabulary });
  const logits = layers.named('Gemm', 'output', [rows, weight], { transB: 1 });
  return layers.named('Identity', 'logits', [toSequences(layers, logits, stack)]);
}
