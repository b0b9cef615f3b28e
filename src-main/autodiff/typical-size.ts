// How large values are, roughly, for choices between ways to compute: only proportions matter, and those hardly change with the
// batch.

import { termsOf } from '../onnx/dims.ts';
import type { Dim, Shape } from '../onnx/types.ts';

/** What a size with a name counts as, where nobody says. */
const NAMED_SIZE = 32;

let said: ReadonlyMap<string, number> = new Map();

/**
 * Compiles with names of sizes that count as so much. A program that is open in its batch so makes the same choices as one that is bound
 * to it, and computes the same bits: which of the two trains may then be left to a timing.
 */
export function counting<T>(sizes: ReadonlyMap<string, number>, compile: () => T): T {
  const before = said;
  said = sizes;
  try {
    return compile();
  } finally {
    said = before;
  }
}

/** What a size counts as; each of its names that nobody gave a number counts as `otherwise`. */
export function typicalDim(dim: Dim, otherwise = NAMED_SIZE): number {
  if (typeof dim === 'number') return dim;
  const size = termsOf(dim).reduce(
    (sum, [factor, names]) => sum + names.reduce((product, name) => product * (said.get(name) ?? otherwise), factor),
    0,
  );
  return Math.max(1, size);
}

/** Elements. */
export const typicalSize = (shape: Shape): number =>
  shape.reduce<number>((product, dim) => product * typicalDim(dim), 1);
