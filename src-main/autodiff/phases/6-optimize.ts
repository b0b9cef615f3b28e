// Gradients become updated parameters. Optimizer state is given inputs to come in by and values to leave as.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { filled } from '../../onnx/tensors.ts';
import type { Graph, Tensor } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';

/** A value that goes in by `input` and leaves as `next`. */
export interface Carried {
  readonly kind: 'parameter' | 'statistics' | 'optimizer';
  readonly name: string;
  readonly input: Value;
  readonly next: Value;
  readonly initial: Tensor;
}

export interface Optimized {
  readonly graph: Graph;
  readonly rate: Value;
  /** Parameter → its value after the step. */
  readonly updates: ReadonlyMap<Value, Value>;
  readonly state: readonly Carried[];
}

export function optimize(graph: Graph, gradients: ReadonlyMap<Value, Value>, optimizer: Optimizer): Optimized {
  const g = GraphBuilder.extend(graph);
  const rate = g.input(g.unique('learning_rate'), 'float', []);
  const slots: { name: string; input: Value; next?: Value; initial: Tensor }[] = [];

  const update = optimizer({
    g,
    rate,
    state(name, shape, initial) {
      if (!isStatic(shape))
        throw new AtelierError('unsupported_shape', `parameter of "${name}": [${shape.join(', ')}]`);
      const { scope } = g;
      g.scope = '';
      const slot: (typeof slots)[number] = {
        name,
        input: g.input(g.unique(`state/${name}`), 'float', shape),
        initial: filled('float', shape, initial),
      };
      g.scope = scope;
      slots.push(slot);
      return { value: slot.input, become: (next) => void (slot.next = next) };
    },
  });

  const updates = [...gradients].map(([parameter, gradient]): [Value, Value] => {
    g.scope = `update/${parameter}`;
    return [parameter, update(parameter, parameter, gradient)];
  });
  g.scope = '';
  const state = slots.map(({ next, ...slot }): Carried => ({ kind: 'optimizer', ...slot, next: next ?? slot.input }));
  return { graph: g.finish(), rate, updates: new Map(updates), state };
}
