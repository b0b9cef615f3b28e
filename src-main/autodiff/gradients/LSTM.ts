import { intOf } from '../../onnx/node.ts';
import { type Cell, writeRecurrent } from '../recurrent/write.ts';
import type { WrittenOut } from './rule.ts';

// i = f(x·Wiᵀ + h·Riᵀ + Pi·c + bi),  f likewise (or 1 − i),  g = g(x·Wcᵀ + h·Rcᵀ + bc)      gates come in the order i, o, f, c
// c′ = f·c + i·g,  o = f(x·Woᵀ + h·Roᵀ + Po·c′ + bo),  h′ = o·h(c′)                          (Hochreiter & Schmidhuber 1997; Gers 2000)
const cell: Cell = {
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  states: 2,
  prepare(g, { W, R, Wb, Rb, P, project, cut, activations: [gate, candidate, output] }, node) {
    const bias = Wb !== undefined && Rb !== undefined ? g.add(Wb, Rb) : undefined;
    const peepholes = P === undefined ? [] : cut(P, [1, 1, 1]);
    const coupled = intOf(node, 'input_forget', 0) === 1;
    return {
      inputs: [project(W, bias)],
      step(b, [x], [h, c]) {
        const sums = b.op('Gemm', [h, R, x], { transB: 1 });
        const parts = b.node('Split', [sums], { axis: 1, num_outputs: 4 }, { outputs: ['i', 'o', 'f', 'g'] });
        const peep = (index: number, at: string) =>
          peepholes.length > 0 ? b.add(parts[index], b.mul(peepholes[index], at)) : parts[index];
        const input = gate(b, peep(0, c));
        const forget = coupled ? b.sub(b.scalar(1, input), input) : gate(b, peep(2, c));
        const next = b.add(b.mul(forget, c), b.mul(input, candidate(b, parts[3])));
        return [b.mul(gate(b, peep(1, next)), output(b, next)), next];
      },
    };
  },
};

export const LSTM: WrittenOut<'LSTM'> = { write: ({ g, node }) => writeRecurrent(g, node, cell) };
