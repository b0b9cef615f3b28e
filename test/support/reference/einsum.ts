// Einsum, by summing over every combination of every letter.

import type { Node } from '../../../src-main/onnx/types.ts';
import { type Array64, get, indices, make, type ReferenceOperators, text } from './array.ts';

/** `...` becomes capitals from Z downwards, one per axis, aligned at the end; equations under test use none of them. */
function spelled(term: string, rank: number): string {
  const count = rank - term.replace('...', '').length;
  const capitals = Array.from({ length: count }, (_, i) => String.fromCharCode(90 - (count - 1 - i)));
  return term.replace('...', capitals.join(''));
}

function einsum(node: Node, inputs: readonly Array64[]): Array64 {
  const [left, right] = text(node, 'equation', '').replace(/ /g, '').split('->');
  const terms = left.split(',').map((term, i) => spelled(term, inputs[i].shape.length));
  const all = [...new Set(terms.join(''))].sort();
  const capitals = all.filter((letter) => letter >= 'P' && letter <= 'Z').join('');
  const once = all.filter((letter) => !capitals.includes(letter) && terms.join('').split(letter).length === 2).join('');
  const output = right === undefined ? capitals + once : right.replace('...', capitals);
  const size = (letter: string): number =>
    Math.max(
      ...terms.flatMap((term, i) =>
        [...term].flatMap((each, axis) => (each === letter ? [inputs[i].shape[axis]] : [])),
      ),
    );
  const summed = all.filter((letter) => !output.includes(letter));
  const order = [...output, ...summed];
  return make([...output].map(size), (at) => {
    let sum = 0;
    for (const rest of indices(summed.map(size))) {
      const place = [...at, ...rest];
      const factors = inputs.map((x, i) =>
        get(
          x,
          [...terms[i]].map((letter) => place[order.indexOf(letter)]),
        ),
      );
      sum += factors.reduce((product, factor) => product * factor, 1);
    }
    return sum;
  });
}

export const einsums: ReferenceOperators = { Einsum: (node, inputs) => [einsum(node, inputs as readonly Array64[])] };
