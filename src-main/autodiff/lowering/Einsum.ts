import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { equationOf } from '../../onnx/shapes/Einsum.ts';
import type { Dim } from '../../onnx/types.ts';
import type { Lowering } from './lowering.ts';

/** A value and a letter for each of its axes. */
interface Term {
  readonly value: Value;
  readonly letters: string;
}

// By MatMul, Mul, ReduceSum and Transpose, input after input: ONNX Runtime's own Einsum copies more (1.07 ms against 0.31 ms
// for the scores of attention, bhid,bhjd->bhij, 8×4×80×32). Diagonals ("ii") are left to it.
export const Einsum: Lowering = ({ g, node }) => {
  const { inputs, output } = equationOf(
    node,
    node.inputs.map((input) => g.rank(input)),
  );
  if (inputs.some((letters) => new Set(letters).size < letters.length)) return undefined;
  const [first, ...rest] = inputs.map((letters, i): Term => ({ value: node.inputs[i], letters }));
  const result = rest.reduce((a, b, i) => {
    const wanted = [output, ...rest.slice(i + 1).map(({ letters }) => letters)].join('');
    return multiplied(g, a, b, [...new Set(wanted)].join(''));
  }, first);
  return [ordered(g, summed(g, result, output), output).value];
};

const only = (letters: string, keep: (letter: string) => boolean): string => [...letters].filter(keep).join('');

/** Summed over the letters that are not wanted. */
function summed(g: GraphBuilder, { value, letters }: Term, wanted: string): Term {
  const axes = [...letters].flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { value, letters };
  return { value: g.reduceSum(value, axes, false), letters: only(letters, (letter) => wanted.includes(letter)) };
}

/** The same letters in another order. */
function ordered(g: GraphBuilder, { value, letters }: Term, order: string): Term {
  return letters === order
    ? { value, letters }
    : {
        value: g.transpose(
          value,
          [...order].map((letter) => letters.indexOf(letter)),
        ),
        letters: order,
      };
}

/** Without axes of size 1 that broadcast against the other term's. */
function narrowed(g: GraphBuilder, { value, letters }: Term, other: Term): Term {
  const spreads = (letter: string, axis: number) => {
    const at = other.letters.indexOf(letter);
    return g.shape(value)[axis] === 1 && at >= 0 && g.shape(other.value)[at] !== 1;
  };
  const axes = [...letters].flatMap((letter, axis) => (spreads(letter, axis) ? [axis] : []));
  if (axes.length === 0) return { value, letters };
  const left = [...letters].filter((_, axis) => !axes.includes(axis)).join('');
  return { value: g.op('Squeeze', [value, g.int64s(axes)]), letters: left };
}

/** The product of two terms, summed over what is not wanted; the result's letters come in wanted's order where that is free. */
function multiplied(g: GraphBuilder, left: Term, right: Term, wanted: string): Term {
  let a = narrowed(g, left, right);
  let b = narrowed(g, right, left);
  a = summed(g, a, wanted + b.letters);
  b = summed(g, b, wanted + a.letters);
  const inA = (letter: string) => a.letters.includes(letter);
  const inB = (letter: string) => b.letters.includes(letter);
  const contracted = only(a.letters, (letter) => inB(letter) && !wanted.includes(letter));
  if (contracted === '')
    return elementwise(
      g,
      a,
      b,
      only(wanted, (letter) => inA(letter) || inB(letter)),
    );
  const batch = only(wanted, (letter) => inA(letter) && inB(letter));
  const rows = only(wanted, (letter) => inA(letter) && !inB(letter));
  const columns = only(wanted, (letter) => inB(letter) && !inA(letter));
  // The one whose letters are wanted last gives the columns: no transposition afterwards.
  const swap = rows !== '' && columns !== '' && wanted.indexOf(rows[0]) > wanted.indexOf(columns[0]);
  return swap
    ? matmul(g, b, a, { batch, rows: columns, contracted, columns: rows })
    : matmul(g, a, b, { batch, rows, contracted, columns });
}

function elementwise(g: GraphBuilder, a: Term, b: Term, order: string): Term {
  const aligned = (term: Term): Value => {
    const own = only(order, (letter) => term.letters.includes(letter));
    const missing = [...order].flatMap((letter, axis) => (term.letters.includes(letter) ? [] : [axis]));
    const { value } = ordered(g, term, own);
    return missing.length > 0 ? g.unsqueeze(value, missing) : value;
  };
  return { value: g.mul(aligned(a), aligned(b)), letters: order };
}

interface Roles {
  readonly batch: string;
  readonly rows: string;
  readonly contracted: string;
  readonly columns: string;
}

function matmul(g: GraphBuilder, a: Term, b: Term, { batch, rows, contracted, columns }: Roles): Term {
  const sizeOf = (letter: string): Dim => {
    const term = a.letters.includes(letter) ? a : b;
    return g.shape(term.value)[term.letters.indexOf(letter)];
  };
  const sizes = (letters: string) => [...letters].map(sizeOf);
  const joined = (term: Term, front: string, back: string, loose: boolean): Value => {
    const { value } = ordered(g, term, batch + front + back);
    // Axes of A's rows may stay apart where there is no batch: MatMul takes them as one.
    if ((front.length === 1 || loose) && back.length === 1) return value;
    return g.reshape(value, [
      ...sizes(batch),
      ...(loose ? sizes(front) : [product(sizes(front))]),
      product(sizes(back)),
    ]);
  };
  const loose = batch === '' && rows.length > 0;
  const result = g.matmul(joined(a, rows, contracted, loose), joined(b, contracted, columns, false));
  const letters = batch + rows + columns;
  const apart = columns.length === 1 && (rows.length === 1 || loose);
  return { value: apart ? result : g.reshape(result, sizes(letters)), letters };
}
