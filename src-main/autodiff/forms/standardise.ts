// Rows brought to mean 0 and variance 1, which the normalisations by layer, group and instance have in common.

import { float } from '../../onnx/attributes.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';

export interface Standardised {
  /** (x − mean)/σ */
  readonly normal: Value;
  /** 1/σ, with the axes that the row runs over of size 1. */
  readonly factor: Value;
}

/** `axis`: where the rows' axes begin; they go to the end. */
export function standardise(g: GraphBuilder, x: Value, axis: number, epsilon: number): Standardised {
  const { type, shape } = g.type(x);
  if (type === 'float') {
    const attributes = { axis, epsilon: float(epsilon) };
    const outputs = ['normal', 'mean', 'factor'];
    // A scale for every element of a row: one number for all of them takes the kernel twice as long.
    const scale = g.op('Expand', [g.scalar(1, x), g.shapeVector(shape.slice(axis))]);
    const [normal, , factor] = g.node('LayerNormalization', [x, scale], attributes, { outputs });
    return { normal, factor };
  }
  // LayerNormalization keeps the statistics of other types in 32 bits.
  const axes = shape.flatMap((_, each) => (each < axis ? [] : [each]));
  const centred = g.sub(x, g.reduceMean(x, axes));
  const variance = g.reduceMean(g.mul(centred, centred), axes);
  const factor = g.op('Reciprocal', [g.sqrt(g.add(variance, g.scalar(epsilon, x)))]);
  return { normal: g.mul(centred, factor), factor };
}
