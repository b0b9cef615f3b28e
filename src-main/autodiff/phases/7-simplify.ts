// Rules and lowerings write what is plainest; what they wrote too much of goes here.

import type { Graph } from '../../onnx/types.ts';
import { fold } from '../simplify/fold.ts';
import { merge } from '../simplify/merge.ts';
import { prune } from '../simplify/prune.ts';

export function simplify(graph: Graph): Graph {
  return prune(merge(fold(merge(fold(prune(graph))))));
}
