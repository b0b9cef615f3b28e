// Arithmetic on sizes, some of which are only names. A computed size is spelled the same way wherever it is computed,
// so two branches that shrink `height` alike have equal shapes without anyone solving equations.

import { nodeError } from './node.ts';
import type { Dim, Node, Shape } from './types.ts';

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number');

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** Product: numbers multiply, names are sorted: `2*batch*height`. */
export function product(dims: Shape): Dim {
  let size = 1;
  const names: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') size *= dim;
    else names.push(...dim.split('*'));
  }
  if (size === 0 || names.length === 0) return size;
  const numbers = names.filter((name) => /^\d+$/.test(name));
  const symbols = names.filter((name) => !/^\d+$/.test(name)).sort();
  const factor = numbers.reduce((total, number) => total * Number(number), size);
  return factor === 1 ? symbols.join('*') : [factor, ...symbols].join('*');
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

/** The size that fills `-1` in a Reshape: the total over the others, where they divide as written. */
export function quotient(total: Shape, others: Shape): Dim | undefined {
  const rest = [...total];
  let divisor = 1;
  for (const dim of others) {
    const at = rest.indexOf(dim);
    if (at >= 0) rest.splice(at, 1);
    else if (typeof dim === 'number') divisor *= dim;
    else return undefined;
  }
  const size = rest.reduce<number>((value, dim) => (typeof dim === 'number' ? value * dim : value), 1);
  if (divisor === 0 || size % divisor !== 0) return undefined;
  return product([size / divisor, ...rest.filter((dim) => typeof dim === 'string')]);
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
