import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import type { Dim, Shape, Tensor } from '../../../onnx/types.ts';
import { foldsInto, lowercase } from '../../../tokenizers/letters.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { addedTokens } from '../../../tokenizers/special.ts';
import { characterPattern, readWordLevel, type WordLevel } from '../../../tokenizers/word-level.ts';
import { wordPattern } from '../../../shared/words.ts';
import type { TextInputEncoder } from '../encoder.ts';
import { strings } from '../onnx-constants.ts';
import { betweenTexts } from './cells.ts';

/**
 * A tokenizer of words or characters as ONNX: the same tokens of every text. Two operators are not of ONNX's standard but in every build
 * of ONNX Runtime: Tokenizer of com.microsoft, which finds all matches of a regular expression (RE2), and LabelEncoder of ai.onnx.ml.
 */

const batch: Dim = 'batch';
const ml = 'ai.onnx.ml';
const microsoft = 'com.microsoft';

/** StringConcat came with it. */
export const textOpset = 20;
export const textOpsets = { [ml]: 3, [microsoft]: 1 } as const;

/** Whether an exported file reads texts by itself; else it takes the tokens, and its tokenizer.json lies beside it. */
export const readsTexts = ({ tokenizer }: TextInputEncoder): boolean =>
  tokenizer === null || readWordLevel(tokenizer) !== null;

/** From texts, string [batch, 1] for each column and trimmed, to int32 [batch, length]. */
export function addTextReading(g: GraphBuilder, encoder: TextInputEncoder, inputs: readonly Value[]): Value {
  const wordLevel = readWordLevel(encoder.tokenizer!)!;
  const joined = inputs
    .slice(1)
    .reduce((text, next) => concatStrings(g, concatStrings(g, text, text1(g, betweenTexts)), next), inputs[0]);
  const [text] = g.node('Reshape', [joined, g.int64s([-1])], {}, { types: [{ type: 'string', shape: [batch] }] });
  const pieces = firstOf(g, matches(g, text, expressionOf(wordLevel), [batch, 'pieces']), encoder.length, 'string');
  const ids = wordLevel.piece === 'word' ? wordIds(g, wordLevel, pieces) : characterIds(g, wordLevel, pieces);
  return filledUp(g, ids, encoder.length, 0);
}

/** From tokens as a tokenizer.json gives them, int64 [batch, any], to int32 [batch, length]. */
export function addTokenReading(g: GraphBuilder, encoder: TextInputEncoder, ids: Value): Value {
  const { special } = openTokenizer(encoder.tokenizer!);
  return filledUp(g, firstOf(g, ids, encoder.length, 'int64'), encoder.length, special.pad);
}

/** Special tokens that are written out in a text are themselves, as in the tokenizer's file. */
const expressionOf = ({ piece }: WordLevel): string =>
  [
    ...addedTokens.map(({ content }) => content.replace(/[[\]]/g, '\\$&')),
    piece === 'word' ? wordPattern : characterPattern,
  ].join('|');

/** All matches in each string; '' fills up. */
function matches(g: GraphBuilder, text: Value, expression: string, shape: Shape): Value {
  const [found] = g.node(
    'Tokenizer',
    [text],
    { mark: 0, mincharnum: 1, pad_value: '', tokenexp: expression },
    { domain: microsoft, types: [{ type: 'string', shape }] },
  );
  return found;
}

/** Numbers of words. Different words are few, and only they are looked up: their letters lose their case one by one. */
function wordIds(g: GraphBuilder, wordLevel: WordLevel, words: Value): Value {
  const [flat] = g.node('Reshape', [words, g.int64s([-1])], {}, { types: [{ type: 'string', shape: ['words'] }] });
  // There is always one word at least, '': Unique and what follows need not work on nothing.
  const all = g.node(
    'Concat',
    [flat, g.constant(strings(['']))],
    { axis: 0 },
    { types: [{ type: 'string', shape: ['all'] }] },
  );
  const [different, , places] = g.node(
    'Unique',
    all,
    { sorted: 1 },
    {
      outputs: ['different', '', 'places'],
      types: [
        { type: 'string', shape: ['different'] },
        { type: 'int64', shape: ['different'] },
        { type: 'int64', shape: ['all'] },
      ],
    },
  );
  const known = wordLevel.lowercase ? withoutCase(g, wordLevel, different) : different;
  const names = Object.entries(wordLevel.vocabulary).map(([name, id]): [string, number] => [
    wordLevel.lowercase ? lowercase(name) : name,
    id,
  ]);
  const numbers = lookUp(g, known, names, ['different']);
  const [each] = g.node('Gather', [numbers, places], { axis: 0 }, { types: [{ type: 'int64', shape: ['all'] }] });
  const [back] = g.node(
    'Slice',
    [each, g.int64s([0]), g.int64s([-1]), g.int64s([0])],
    {},
    { types: [{ type: 'int64', shape: ['words'] }] },
  );
  const shape = g.op('Shape', [words]);
  // There may be no words at all: 0 is a size then, not "as it was".
  return g.node('Reshape', [back, shape], { allowzero: 1 }, { types: [{ type: 'int64', shape: [batch, 'kept'] }] })[0];
}

function characterIds(g: GraphBuilder, { lowercase: fold, vocabulary }: WordLevel, characters: Value): Value {
  const names = Object.entries(vocabulary);
  const folds = fold ? foldsInto(new Set(names.map(([name]) => name))) : [];
  const cased = folds.map(([from, to]): [string, number] => [from, vocabulary[to]]);
  // A capital letter is no token of its own where letters lose their case.
  const changed = new Set(folds.map(([from]) => from));
  return lookUp(g, characters, [...names.filter(([name]) => !changed.has(name)), ...cased], [batch, 'kept']);
}

/** Each word, its letters without case: cut into characters, these exchanged, and put together again two by two. */
function withoutCase(g: GraphBuilder, { vocabulary }: WordLevel, words: Value): Value {
  const names = Object.keys(vocabulary).map((name) => [...lowercase(name)]);
  // One place more than the longest word has: a longer word that is cut here is still none of them.
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0) + 1;
  const width = 2 ** Math.ceil(Math.log2(longest));
  const found = matches(g, words, characterPattern, ['different', 'characters']);
  const count = g.node('Shape', [words], {}, { types: [{ type: 'int64', shape: [1] }] })[0];
  const room = g.concat([count, g.int64s([width])], 0);
  const empty: Tensor = { type: 'string', shape: [1, 1], data: [''] };
  const filling = g.node(
    'Expand',
    [g.constant(empty), room],
    {},
    { types: [{ type: 'string', shape: ['different', width] }] },
  )[0];
  const wide = g.node(
    'Concat',
    [found, filling],
    { axis: 1 },
    { types: [{ type: 'string', shape: ['different', 'wide'] }] },
  )[0];
  const characters = sliced(g, wide, 0, width, 1, ['different', width], 'string');

  const folds = foldsInto(new Set(names.flat()));
  let letters = characters;
  if (folds.length > 0) {
    const [changed] = g.node(
      'LabelEncoder',
      [characters],
      {
        keys_strings: { kind: 'strings', value: folds.map(([from]) => from) },
        values_strings: { kind: 'strings', value: folds.map(([, to]) => to) },
        default_string: '',
      },
      { domain: ml, types: [{ type: 'string', shape: ['different', width] }] },
    );
    const same = g.op('Equal', [changed, g.constant({ type: 'string', shape: [], data: [''] })]);
    letters = g.node(
      'Where',
      [same, characters, changed],
      {},
      { types: [{ type: 'string', shape: ['different', width] }] },
    )[0];
  }
  for (let half = width / 2; half >= 1; half /= 2) {
    const [even, odd] = [0, 1].map((from) => sliced(g, letters, from, 2 * half, 2, ['different', half], 'string'));
    letters = concatStrings(g, even, odd);
  }
  return g.node('Reshape', [letters, g.int64s([-1])], {}, { types: [{ type: 'string', shape: ['different'] }] })[0];
}

/** Each name's number; '' is filling, and any other name is unknown. */
function lookUp(g: GraphBuilder, names: Value, known: readonly (readonly [string, number])[], shape: Shape): Value {
  const [ids] = g.node(
    'LabelEncoder',
    [names],
    {
      keys_strings: { kind: 'strings', value: ['', ...known.map(([name]) => name)] },
      values_int64s: { kind: 'ints', value: [0, ...known.map(([, id]) => id)] },
      default_int64: 1,
    },
    { domain: ml, types: [{ type: 'int64', shape }] },
  );
  return ids;
}

const text1 = (g: GraphBuilder, text: string): Value => g.constant({ type: 'string', shape: [1, 1], data: [text] });

function concatStrings(g: GraphBuilder, a: Value, b: Value): Value {
  const { shape } = g.type(a);
  return g.node('StringConcat', [a, b], {}, { types: [{ type: 'string', shape }] })[0];
}

function sliced(
  g: GraphBuilder,
  x: Value,
  from: number,
  to: number,
  step: number,
  shape: Shape,
  type: 'string' | 'int64',
): Value {
  const at = [from, to, 1, step].map((number) => g.int64s([number]));
  return g.node('Slice', [x, ...at], {}, { types: [{ type, shape }] })[0];
}

/** The first `length` of each row, fewer where there are no more. */
const firstOf = (g: GraphBuilder, x: Value, length: number, type: 'string' | 'int64'): Value =>
  sliced(g, x, 0, length, 1, [batch, 'kept'], type);

/** int64 [batch, up to length] → int32 [batch, length]. */
function filledUp(g: GraphBuilder, ids: Value, length: number, pad: number): Value {
  const kept = g.op('Shape', [ids], { start: 1, end: 2 });
  const missing = g.sub(g.int64s([length]), kept);
  const pads = g.concat([g.int64s([0, 0, 0]), missing], 0);
  const value: Tensor = { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(pad)) };
  const [filled] = g.node(
    'Pad',
    [ids, pads, g.constant(value)],
    {},
    { types: [{ type: 'int64', shape: [batch, length] }] },
  );
  return g.cast(filled, 'int32');
}
