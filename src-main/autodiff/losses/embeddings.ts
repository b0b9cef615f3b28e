// Losses that compare embeddings with each other: where those come from, and what a batch of them counts.

import type { Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { AttachedLoss, LossContext } from './loss.ts';
import { countOf } from './reduce.ts';

/**
 * `count` values [n, d]: the outputs that are named, or the one output [count·n, d] cut evenly: the first embeddings of all
 * samples, then all second ones …
 */
export function embeddings(
  { g, prediction, output }: LossContext,
  count: number,
  names: readonly string[] | undefined,
): Value[] {
  const refuse = (what: string) => new AtelierError('invalid_options', `${what}; this loss compares ${count}`);
  if (names) {
    if (names.length !== count) throw refuse(`outputs=${names.join(',')}`);
    const values = names.map(output);
    const odd = values.find((value) => g.rank(value) !== 2);
    if (odd !== undefined) {
      throw new AtelierError('unsupported_shape', `embeddings "${odd}" [${g.shape(odd).join(', ')}], not [n, d]`);
    }
    return values;
  }
  const shape = g.shape(prediction);
  const [rows, width] = shape;
  if (shape.length !== 2 || typeof width !== 'number') {
    throw new AtelierError('unsupported_shape', `embeddings [${shape.join(', ')}], not [${count}·n, d]`);
  }
  if (typeof rows === 'number' && rows % count !== 0) throw refuse(`${rows} embeddings in a batch`);
  const stacked = g.op('Reshape', [prediction, g.int64s([count, -1, width])]);
  return Array.from({ length: count }, (_, index) =>
    g.op('Squeeze', [g.slice(stacked, [index], [index + 1], [0]), g.int64s([0])]),
  );
}

/** What sums over comparisons are to be divided by: there may be fewer of them than samples. */
export function perComparison({ g, reduction }: LossContext, terms: Value): Pick<AttachedLoss, 'weight'> {
  return reduction === 'mean' ? {} : { weight: countOf(g, terms, 'float') };
}
