import { GraphBuilder, type Value } from '../../../onnx/builder.ts';
import type { DataType, Shape, ValueType } from '../../../onnx/types.ts';
import { missingWords, spaces } from '../../cells.ts';
import { batch, columnNode, microsoft, ml, text, where } from './values.ts';

/**
 * Changes inside strings, which ONNX has no operators for: a string is cut into pieces (Tokenizer of com.microsoft finds all matches of an
 * expression, the longest first), pieces are exchanged, and put together again one by one.
 */

/** A size of its own for every cut: ONNX Runtime takes one name for one size. */
const newPieces = (g: GraphBuilder): Shape => [batch, g.unique('pieces')];

/** All matches of the expression (RE2) in each string; '' fills up. */
export function cut(g: GraphBuilder, value: Value, expression: string): Value {
  const [flat] = g.node('Reshape', [value, g.int64s([-1])], {}, { types: [{ type: 'string', shape: [batch] }] });
  return g.node(
    'Tokenizer',
    [flat],
    { mark: 0, mincharnum: 1, pad_value: '', tokenexp: expression },
    { domain: microsoft, types: [{ type: 'string', shape: newPieces(g) }] },
  )[0];
}

/** The first `count` matches of each string, '' where there are fewer: string [batch, count]. */
export function cutInto(g: GraphBuilder, value: Value, expression: string, count: number): Value {
  const found = cut(g, value, expression);
  const rows = g.op('Shape', [found], { start: 0, end: 1 });
  const filling = g.node(
    'Expand',
    [text(g, ''), g.concat([rows, g.int64s([count])], 0)],
    {},
    { types: [{ type: 'string', shape: [batch, count] }] },
  )[0];
  const width = g.unique('width');
  const whole = g.node(
    'Concat',
    [found, filling],
    { axis: 1 },
    { types: [{ type: 'string', shape: [batch, width] }] },
  )[0];
  const at = [0, count, 1].map((number) => g.int64s([number]));
  return g.node('Slice', [whole, ...at], {}, { types: [{ type: 'string', shape: [batch, count] }] })[0];
}

/** Exchanges every piece that the expression matches as a whole; the others stay. */
export function replaced(g: GraphBuilder, value: Value, expression: string, by: string): Value {
  const found = cut(g, value, `(?s)${expression}|.`);
  const [whole] = g.node('RegexFullMatch', [found], { pattern: `(?s)${expression}` }, like(g, 'bool', found));
  const [changed] = g.node('Where', [whole, text(g, by), found], {}, like(g, 'string', found));
  return joined(g, changed, '');
}

/** The matches alone, with `between` between them. */
export const matches = (g: GraphBuilder, value: Value, expression: string, between: string): Value =>
  joined(g, cut(g, value, expression), between);

/** Takes out every piece that the expression matches and that is one of the words. */
export function without(g: GraphBuilder, value: Value, expression: string, words: readonly string[]): Value {
  const found = cut(g, value, `(?s)${expression}|.`);
  const [kept] = g.node('Where', [isOneOf(g, found, words), text(g, ''), found], {}, like(g, 'string', found));
  return joined(g, kept, '');
}

/** Character by character through a table. */
export function mapped(g: GraphBuilder, value: Value, table: readonly (readonly [from: string, to: string])[]): Value {
  const characters = cut(g, value, '(?s).');
  // '' for what is in no table: LabelEncoder cannot leave a string as it is.
  const [changed] = g.node(
    'LabelEncoder',
    [characters],
    {
      keys_strings: { kind: 'strings', value: table.map(([from]) => from) },
      values_strings: { kind: 'strings', value: table.map(([, to]) => to) },
      default_string: '',
    },
    { domain: ml, ...like(g, 'string', characters) },
  );
  const [same] = g.node('Equal', [changed, text(g, '')], {}, like(g, 'bool', characters));
  const [each] = g.node('Where', [same, characters, changed], {}, like(g, 'string', characters));
  return joined(g, each, '');
}

/** `readCell`: trimmed, '' where it is a word for missing. */
export function cell(g: GraphBuilder, value: Value): Value {
  // The longest match begins and ends with what is no space: there is one at most.
  const trimmed = joined(g, cut(g, value, `(?s)[^${spaces}](?:.*[^${spaces}])?`), '');
  const missing = isOneOf(
    g,
    trimmed,
    missingWords.filter((word) => word !== ''),
  );
  return where(g, missing, text(g, ''), trimmed);
}

const like = (g: GraphBuilder, type: DataType, value: Value): { types: ValueType[] } => ({
  types: [{ type, shape: g.type(value).shape }],
});

function isOneOf(g: GraphBuilder, value: Value, words: readonly string[]): Value {
  const [number] = g.node(
    'LabelEncoder',
    [value],
    {
      keys_strings: { kind: 'strings', value: words },
      values_int64s: { kind: 'ints', value: words.map(() => 1) },
      default_int64: 0,
    },
    { domain: ml, ...like(g, 'int64', value) },
  );
  return g.node('Cast', [number], { to: 9 }, like(g, 'bool', value))[0];
}

/** Strings [batch, pieces] to string [batch, 1]; empty ones are left out. */
function joined(g: GraphBuilder, parts: Value, between: string): Value {
  const body = new GraphBuilder('join', { outer: g, repeated: true });
  const row = { types: [{ type: 'string' as const, shape: [batch] }] };
  const at = body.input(body.unique('piece_number'), 'int64', []);
  const going = body.input(body.unique('going'), 'bool', []);
  const before = body.input(body.unique('before'), 'string', [batch]);
  const [piece] = body.node('Gather', [parts, at], { axis: 1 }, row);
  const concat = (a: Value, b: Value): Value => body.node('StringConcat', [a, b], {}, row)[0];
  let next = piece;
  if (between !== '') {
    const empty = g.constant({ type: 'string', shape: [1], data: [''] });
    const either = (a: Value, b: Value): Value =>
      body.node('Or', [a, b], {}, { types: [{ type: 'bool', shape: [batch] }] })[0];
    const isEmpty = (value: Value): Value =>
      body.node('Equal', [value, empty], {}, { types: [{ type: 'bool', shape: [batch] }] })[0];
    const apart = concat(g.constant({ type: 'string', shape: [1], data: [between] }), piece);
    next = body.node('Where', [either(isEmpty(before), isEmpty(piece)), piece, apart], {}, row)[0];
  }
  const after = concat(before, next);
  body.output(body.node('Identity', [going], {}, { types: [{ type: 'bool', shape: [] }] })[0]);
  body.output(after);

  const count = g.reshape(g.op('Shape', [parts], { start: 1, end: 2 }), []);
  const rows = g.op('Shape', [parts], { start: 0, end: 1 });
  const start = g.node('Expand', [g.constant({ type: 'string', shape: [1], data: [''] }), rows], {}, row)[0];
  const [whole] = g.node('Loop', [count, '', start], { body: { kind: 'graph', value: body.finish() } }, row);
  return columnNode(g, 'Reshape', [whole, g.int64s([-1, 1])], 'string');
}
