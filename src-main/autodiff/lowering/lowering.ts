// A lowering replaces one node by standard operators that its device runs well. It returns the node's outputs, in order.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Node, Shape } from '../../onnx/types.ts';
import type { Device } from '../types.ts';

export interface LoweringContext {
  readonly g: GraphBuilder;
  /** Its inputs are values of `g` already. */
  readonly node: Node;
  readonly device: Device;
  /** How many channels the runtime's own layout for pictures keeps together on this machine; undefined: not to be used. */
  readonly block?: number;
  /** Threads of the session that will run the graph; undefined: any number. */
  readonly threads?: number;
  /** Shape of the node's first output. */
  readonly shape: Shape;
}

/** undefined: the node is fine as it is on this device. */
export type Lowering = (context: LoweringContext) => readonly Value[] | undefined;
