import { intOf } from '../../onnx/node.ts';
import { type Cell, writeRecurrent } from '../recurrent/write.ts';
import type { WrittenOut } from './rule.ts';

// z = f(x·Wzᵀ + h·Rzᵀ + bz),  r likewise;  h′ = (1 − z)·n + z·h                              gates come in the order z, r, h
// n = g(x·Whᵀ + (r·h)·Rhᵀ + bh), or with linear_before_reset (as in PyTorch)  n = g(x·Whᵀ + Wbh + r·(h·Rhᵀ + Rbh))
const cell: Cell = {
  activations: ['Sigmoid', 'Tanh'],
  states: 1,
  prepare(g, { W, R, Wb, Rb, project, cut, activations: [gate, candidate] }, node) {
    const linearFirst = intOf(node, 'linear_before_reset', 0) !== 0;
    const [Wg, Wn] = cut(W, [2, 1]);
    const [Rg, Rn] = cut(R, [2, 1]);
    const [Wbg, Wbn] = Wb === undefined ? [] : cut(Wb, [2, 1]);
    const [Rbg, Rbn] = Rb === undefined ? [] : cut(Rb, [2, 1]);
    const sum = (a: string | undefined, b: string | undefined) =>
      a !== undefined && b !== undefined ? g.add(a, b) : undefined;
    return {
      inputs: [project(Wg, sum(Wbg, Rbg)), project(Wn, linearFirst ? Wbn : sum(Wbn, Rbn))],
      step(b, [xg, xn], [h]) {
        const gates = gate(b, b.op('Gemm', [h, Rg, xg], { transB: 1 }));
        const [z, r] = b.node('Split', [gates], { axis: 1, num_outputs: 2 }, { outputs: ['z', 'r'] });
        const sums = linearFirst
          ? b.add(xn, b.mul(r, b.op('Gemm', [h, Rn, Rbn], { transB: 1 })))
          : b.op('Gemm', [b.mul(r, h), Rn, xn], { transB: 1 });
        const n = candidate(b, sums);
        return [b.add(n, b.mul(z, b.sub(h, n)))];
      },
    };
  },
};

export const GRU: WrittenOut<'GRU'> = { write: ({ g, node }) => writeRecurrent(g, node, cell) };
