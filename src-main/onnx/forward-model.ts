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
  /** Another graph output that the output is to match, as an autoencoder's is to match its input. Left out: targets come from outside. */
  readonly target?: string;
  /** Graph inputs (float) that are no data: standard normal numbers, new ones in every step. */
  readonly noise?: readonly string[];
  /** Another graph output: what a sample becomes on the way, [batch, n]. */
  readonly code?: string;
}
