// Arithmetic on sizes, some of which are only names. A computed size is spelled the same way wherever it is computed,
// so two branches that shrink `height` alike have equal shapes without anyone solving equations.

import { nodeError } from './node.ts';
import type { Dim, Node, Shape } from './types.ts';

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number');

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** [2, 'batch*height'] → 2 and its names. */
function factors(dims: Shape): { size: number; names: string[] } {
  const parts = dims.flatMap((dim): Dim[] => (typeof dim === 'number' ? [dim] : dim.split('*')));
  const isNumber = (part: Dim) => typeof part === 'number' || /^\d+$/.test(part);
  return {
    size: parts.filter(isNumber).reduce<number>((size, part) => size * Number(part), 1),
    names: parts.filter((part): part is string => !isNumber(part)),
  };
}

/** Numbers multiply, names are sorted: `2*batch*height`. */
export function product(dims: Shape): Dim {
  const { size, names } = factors(dims);
  if (size === 0 || names.length === 0) return size;
  return [...(size === 1 ? [] : [size]), ...names.sort()].join('*');
}

export function sum(dims: Shape): Dim {
  const size = dims.reduce<number>((total, dim) => (typeof dim === 'number' ? total + dim : total), 0);
  const names = dims.filter((dim) => typeof dim === 'string').sort();
  if (names.length === 0) return size;
  return [...names, ...(size === 0 ? [] : [size])].join('+');
}

/** `map` on a known size; on a name, the name with the formula: `derived('height', '(+2-3)/2+1', …)`. */
export const derived = (dim: Dim, formula: string, map: (size: number) => number): Dim =>
  typeof dim === 'number' ? map(dim) : `(${dim})${formula}`;

/** The size that fills `-1` in a Reshape: the total over the others; undefined where that cannot be said. */
export function quotient(total: Shape, others: Shape): Dim | undefined {
  const [above, below] = [factors(total), factors(others)];
  for (const name of below.names) {
    const at = above.names.indexOf(name);
    if (at < 0) return undefined;
    above.names.splice(at, 1);
  }
  if (below.size === 0 || above.size % below.size !== 0) return undefined;
  return product([above.size / below.size, ...above.names]);
}

/** NumPy's broadcast. Two different names that meet are taken to be one size: if they are not, the run fails, not the maths. */
export function broadcast(node: Node, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis): Dim => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (result === 1 || (typeof result === 'string' && typeof dim === 'number')) result = dim;
      else if (typeof dim === 'number') {
        const all = shapes.map((each) => `[${each.join(', ')}]`).join(' and ');
        throw nodeError('shape_mismatch', node, `${all} do not broadcast`);
      }
    }
    return result;
  });
}
