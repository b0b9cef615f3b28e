// LSTM, GRU and RNN, one sequence and one step at a time, as ONNX defines them.

import type { Node } from '../../../src-main/onnx/types.ts';
import { type Array64, list, make, number, type ReferenceOperators, text, value } from './array.ts';

type Function = (x: number) => number;

const functions: Record<string, (alpha: number, beta: number) => Function> = {
  Affine: (alpha, beta) => (x) => alpha * x + beta,
  Elu: (alpha) => (x) => (x < 0 ? alpha * (Math.exp(x) - 1) : x),
  HardSigmoid: (alpha, beta) => (x) => Math.min(1, Math.max(0, alpha * x + beta)),
  LeakyRelu: (alpha) => (x) => (x < 0 ? alpha * x : x),
  Relu: () => (x) => Math.max(0, x),
  ScaledTanh: (alpha, beta) => (x) => alpha * Math.tanh(beta * x),
  Sigmoid: () => (x) => 1 / (1 + Math.exp(-x)),
  Softplus: () => (x) => Math.log1p(Math.exp(x)),
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  Tanh: () => Math.tanh,
};
const defaults: Record<string, [alpha?: number, beta?: number]> = {
  Affine: [1, 0],
  Elu: [1],
  HardSigmoid: [0.2, 0.5],
  LeakyRelu: [0.01],
  ScaledTanh: [1, 1],
};

function activations(node: Node, directions: number, otherwise: readonly string[]): Function[][] {
  const names = (value(node, 'activations') as string[] | undefined) ?? Array(directions).fill(otherwise).flat();
  const alphas = [...(list(node, 'activation_alpha') ?? [])];
  const betas = [...(list(node, 'activation_beta') ?? [])];
  const made = names.map((name: string) => {
    const [alpha, beta] = defaults[name] ?? [];
    const a = alpha === undefined ? 0 : (alphas.shift() ?? alpha);
    const b = beta === undefined ? 0 : (betas.shift() ?? beta);
    return functions[name](a, b);
  });
  return Array.from({ length: directions }, (_, d) => made.slice(d * otherwise.length, (d + 1) * otherwise.length));
}

/** Of one direction and step: what comes to gate k of unit u. */
interface Sums {
  /** From the input, with its bias. */
  x(k: number, u: number): number;
  /** From the step before (or what is given instead), with its bias. */
  h(k: number, u: number, of?: (unit: number) => number): number;
  /** A peephole's weight. */
  P(k: number, u: number): number;
}

interface State {
  readonly h: readonly number[];
  readonly c: readonly number[];
}

type Step = (node: Node, f: readonly Function[], w: Sums, state: State) => State;

const lstm: Step = (node, [f, g, out], w, { h, c }) => {
  const states = h.map((_, u) => {
    const i = f(w.x(0, u) + w.h(0, u) + w.P(0, u) * c[u]);
    const forget = number(node, 'input_forget', 0) ? 1 - i : f(w.x(2, u) + w.h(2, u) + w.P(2, u) * c[u]);
    const next = forget * c[u] + i * g(w.x(3, u) + w.h(3, u));
    const o = f(w.x(1, u) + w.h(1, u) + w.P(1, u) * next);
    return [o * out(next), next];
  });
  return { h: states.map(([hidden]) => hidden), c: states.map(([, cell]) => cell) };
};

const gru: Step = (node, [f, g], w, { h, c }) => {
  const [z, r] = [0, 1].map((k) => h.map((_, u) => f(w.x(k, u) + w.h(k, u))));
  const linearFirst = number(node, 'linear_before_reset', 0) !== 0;
  const next = h.map((hu, u) => {
    const reset = linearFirst ? r[u] * w.h(2, u) : w.h(2, u, (i) => r[i] * h[i]);
    return (1 - z[u]) * g(w.x(2, u) + reset) + z[u] * hu;
  });
  return { h: next, c };
};

const rnn: Step = (_node, [f], w, { h, c }) => ({ h: h.map((_, u) => f(w.x(0, u) + w.h(0, u))), c });

function recurrent(gates: number, names: readonly string[], step: Step) {
  return (node: Node, inputs: readonly (Array64 | undefined)[]): Array64[] => {
    const [X, W, R, B, lengths, h0, c0, P] = inputs as [Array64, Array64, Array64, ...(Array64 | undefined)[]];
    const batchFirst = number(node, 'layout', 0) === 1;
    const [seq, batch, width] = batchFirst ? [X.shape[1], X.shape[0], X.shape[2]] : X.shape;
    const [directions, , hidden] = R.shape;
    const direction = text(node, 'direction', 'forward');
    const functionsOf = activations(node, directions, names);
    const Y = make([seq, directions, batch, hidden], () => 0);
    const last = [make([directions, batch, hidden], () => 0), make([directions, batch, hidden], () => 0)];
    const start = (state: Array64 | undefined, d: number, n: number, u: number) =>
      state ? state.data[(batchFirst ? n * directions + d : d * batch + n) * hidden + u] : 0;

    for (let d = 0; d < directions; d++) {
      const backward = d === 1 || direction === 'reverse';
      const rows = gates * hidden;
      const bias = (side: number, row: number) => (B ? B.data[(d * 2 + side) * rows + row] : 0);
      const dot = (M: Array64, row: number, length: number, of: (i: number) => number) => {
        let sum = 0;
        for (let i = 0; i < length; i++) sum += M.data[(d * rows + row) * length + i] * of(i);
        return sum;
      };
      for (let n = 0; n < batch; n++) {
        const length = lengths ? lengths.data[n] : seq;
        const units = Array.from({ length: hidden }, (_, u) => u);
        let state: State = { h: units.map((u) => start(h0, d, n, u)), c: units.map((u) => start(c0, d, n, u)) };
        for (let s = 0; s < length; s++) {
          const t = backward ? length - 1 - s : s;
          const { h } = state;
          const x = (i: number) => X.data[(batchFirst ? n * seq + t : t * batch + n) * width + i];
          state = step(
            node,
            functionsOf[d],
            {
              x: (k, u) => dot(W, k * hidden + u, width, x) + bias(0, k * hidden + u),
              h: (k, u, of = (i) => h[i]) => dot(R, k * hidden + u, hidden, of) + bias(1, k * hidden + u),
              P: (k, u) => (P ? P.data[d * 3 * hidden + k * hidden + u] : 0),
            },
            state,
          );
          for (const u of units) Y.data[((t * directions + d) * batch + n) * hidden + u] = state.h[u];
        }
        for (const u of units) {
          last[0].data[(d * batch + n) * hidden + u] = state.h[u];
          last[1].data[(d * batch + n) * hidden + u] = state.c[u];
        }
      }
    }
    if (!batchFirst) return [Y, ...last];
    const swapped = last.map((state) =>
      make([batch, directions, hidden], ([n, d, u]) => state.data[(d * batch + n) * hidden + u]),
    );
    const batched = make(
      [batch, seq, directions, hidden],
      ([n, t, d, u]) => Y.data[((t * directions + d) * batch + n) * hidden + u],
    );
    return [batched, ...swapped];
  };
}

export const recurrence: ReferenceOperators = {
  LSTM: recurrent(4, ['Sigmoid', 'Tanh', 'Tanh'], lstm),
  GRU: recurrent(3, ['Sigmoid', 'Tanh'], gru),
  RNN: recurrent(1, ['Tanh'], rnn),
};
