import type { Graph } from './types.ts';

/** A forward graph as it acts in inference; Dropout and BatchNormalization get their training behaviour from the compiler. */
export interface ForwardModel {
  readonly graph: Graph;
  /** Opset of the graph's ai.onnx nodes; 18 when left out. */
  readonly opset?: number;
  /** Names of the initializers to train. */
  readonly parameters: readonly string[];
  /** Graph input whose first axis is the batch (symbolic). Other inputs are data too, fed under their names. */
  readonly input: string;
  /** Graph output to learn: logits [batch, classes] for a classifier, values for a regression. */
  readonly output: string;
}
