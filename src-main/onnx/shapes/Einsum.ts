import { nodeError, stringOf } from '../node.ts';
import type { Dim, Node, Shape } from '../types.ts';
import type { ShapeRule } from './infer.ts';

/** One letter per axis. The output is always said, and `...` is written out. */
export interface Equation {
  readonly inputs: readonly string[];
  readonly output: string;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Letters that stand nowhere in `used`. */
export const freshLetters = (used: string): string[] => LETTERS.filter((letter) => !used.includes(letter));

/** The node's equation for inputs of these ranks: 'b...i,...ij' of ranks 4 and 3 → bxyi,yij->bxyj, with letters for the dots. */
export function equationOf(node: Node, ranks: readonly number[]): Equation {
  const text = stringOf(node, 'equation', '').replace(/\s+/g, '');
  const [left, right, ...more] = text.split('->');
  const terms = left.split(',');
  const wrong = (detail: string) => nodeError('invalid_model', node, `equation="${text}" ${detail}`);
  const wellFormed = [...terms, ...(right === undefined ? [] : [right])].every((term) =>
    /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term),
  );
  if (!wellFormed || more.length > 0) throw wrong('is not well formed');
  if (terms.length !== ranks.length) throw wrong(`is for ${terms.length} inputs, not ${ranks.length}`);

  const named = (term: string) => term.replace('...', '');
  const hidden = terms.map((term, i) => (term.includes('...') ? ranks[i] - named(term).length : 0));
  terms.forEach((term, i) => {
    const fits = term.includes('...') ? hidden[i] >= 0 : named(term).length === ranks[i];
    if (!fits) throw wrong(`does not fit input ${i} of rank ${ranks[i]}`);
  });
  const dots = freshLetters(text)
    .slice(0, Math.max(...hidden))
    .join('');
  const spelled = (term: string, count: number) => term.replace('...', dots.slice(dots.length - count));
  const once = LETTERS.filter((letter) => left.split(letter).length === 2);
  // Left unsaid, the output has the dots, then in ASCII's order every letter that stands once.
  const output = right === undefined ? dots + once.sort().join('') : spelled(right, dots.length);
  const inputs = terms.map((term, i) => spelled(term, hidden[i]));
  const stray = [...output].find((letter, i) => !inputs.join('').includes(letter) || output.indexOf(letter) !== i);
  if (stray !== undefined) throw wrong(`cannot have the output ${output}`);
  return { inputs, output };
}

/** Each letter's size. Equal letters broadcast: a size of 1 gives way to another. */
function letterSizes(node: Node, inputs: readonly string[], shapes: readonly Shape[]): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  inputs.forEach((letters, i) =>
    [...letters].forEach((letter, axis) => {
      const [before, dim] = [sizes.get(letter) ?? 1, shapes[i][axis]];
      if (before === 1 || (typeof before === 'string' && typeof dim === 'number' && dim !== 1)) sizes.set(letter, dim);
      else if (typeof before === 'number' && typeof dim === 'number' && dim !== 1 && dim !== before)
        throw nodeError('shape_mismatch', node, `"${letter}" is ${before} and ${dim}`);
    }),
  );
  return sizes;
}

export const Einsum: ShapeRule = (c) => {
  const shapes = c.inputs().map(({ shape }) => shape);
  const { inputs, output } = equationOf(
    c.node,
    shapes.map(({ length }) => length),
  );
  const sizes = letterSizes(c.node, inputs, shapes);
  return [{ type: c.input(0).type, shape: [...output].map((letter) => sizes.get(letter)!) }];
};
