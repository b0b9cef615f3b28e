// Rules and lowerings write what is plainest; what they wrote too much of goes here.

import type { Graph } from '../../onnx/types.ts';
import { cancel } from '../simplify/cancel.ts';
import { fold } from '../simplify/fold.ts';
import { joinStretches } from '../simplify/join-stretches.ts';
import { merge } from '../simplify/merge.ts';
import { prune } from '../simplify/prune.ts';
import { maskAfterPooling } from '../simplify/mask-after-pooling.ts';
import { rowSums } from '../simplify/row-sums.ts';
import { scalePastConvolutions } from '../simplify/scale-past-convolutions.ts';

/** Run before lowering, where gradients are still whole, and after it. */
export function simplify(graph: Graph): Graph {
  const folded = fold(merge(joinStretches(cancel(rowSums(fold(prune(graph)))))));
  return prune(merge(scalePastConvolutions(maskAfterPooling(merge(folded)))));
}
