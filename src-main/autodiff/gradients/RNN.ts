import { type Cell, writeRecurrent } from '../recurrent/write.ts';
import type { WrittenOut } from './rule.ts';

// h′ = f(x·Wᵀ + h·Rᵀ + b)   (Elman 1990)
const cell: Cell = {
  activations: ['Tanh'],
  states: 1,
  prepare(g, { W, R, Wb, Rb, project, activations: [f] }) {
    const bias = Wb !== undefined && Rb !== undefined ? g.add(Wb, Rb) : undefined;
    return {
      inputs: [project(W, bias)],
      step: (b, [x], [h]) => [f(b, b.op('Gemm', [h, R, x], { transB: 1 }))],
    };
  },
};

export const RNN: WrittenOut<'RNN'> = { write: ({ g, node }) => writeRecurrent(g, node, cell) };
