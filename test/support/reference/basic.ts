// The operators of plain nets: arithmetic, products, convolutions, pools, shapes.

import type { Node } from '../../../src-main/onnx/types.ts';
import {
  array,
  type Array64,
  broadcast,
  get,
  indices,
  list,
  make,
  number,
  type ReferenceOperators,
  size,
  strides,
  text,
  value,
} from './array.ts';
import { mean, reduce } from './reductions.ts';

const unary: Record<string, (x: number, node: Node) => number> = {
  Abs: Math.abs,
  Exp: Math.exp,
  Identity: (x) => x,
  LeakyRelu: (x, node) => (x > 0 ? x : x * number(node, 'alpha', 0.01)),
  Log: Math.log,
  Neg: (x) => -x,
  Relu: (x) => Math.max(x, 0),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

const binary: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
};

function matmul(a: Array64, b: Array64): Array64 {
  const left = a.shape.length === 1 ? { ...a, shape: [1, ...a.shape] } : a;
  const right = b.shape.length === 1 ? { ...b, shape: [...b.shape, 1] } : b;
  const batch = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const [n, k, m] = [left.shape.at(-2)!, left.shape.at(-1)!, right.shape.at(-1)!];
  const full = make([...batch, n, m], (at) => {
    const lead = at.slice(0, -2);
    let sum = 0;
    for (let i = 0; i < k; i++)
      sum += get(left, [...lead, at[at.length - 2], i]) * get(right, [...lead, i, at[at.length - 1]]);
    return sum;
  });
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [n]), ...(b.shape.length === 1 ? [] : [m])];
  return { ...full, shape };
}

function transpose(x: Array64, perm: readonly number[]): Array64 {
  return make(
    perm.map((axis) => x.shape[axis]),
    (at) =>
      get(
        x,
        x.shape.map((_, axis) => at[perm.indexOf(axis)]),
      ),
  );
}

export interface Geometry {
  kernel: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  begin: readonly number[];
  end: readonly number[];
  out: number[];
}

export function geometry(node: Node, spatial: readonly number[], kernel: readonly number[]): Geometry {
  const stride = list(node, 'strides') ?? kernel.map(() => 1);
  const dilation = list(node, 'dilations') ?? kernel.map(() => 1);
  let pads = list(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const span = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
  const auto = text(node, 'auto_pad', 'NOTSET');
  if (auto.startsWith('SAME')) {
    const total = spatial.map((s, axis) =>
      Math.max(0, (Math.ceil(s / stride[axis]) - 1) * stride[axis] + span[axis] - s),
    );
    const small = total.map((p) => Math.floor(p / 2));
    const large = total.map((p, axis) => p - small[axis]);
    pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  }
  const rank = kernel.length;
  const [begin, end] = [pads.slice(0, rank), pads.slice(rank)];
  const out = spatial.map((s, axis) => {
    const exact = (s + begin[axis] + end[axis] - span[axis]) / stride[axis] + 1;
    if (!number(node, 'ceil_mode', 0)) return Math.floor(exact);
    const up = Math.ceil(exact);
    return (up - 1) * stride[axis] >= s + begin[axis] ? up - 1 : up;
  });
  return { kernel, strides: stride, dilations: dilation, begin, end, out };
}

/** Input coordinates that tap `tap` of the window at `place` sees. */
export const seen = (geo: Geometry, place: readonly number[], tap: readonly number[]): number[] =>
  tap.map((t, axis) => place[axis] * geo.strides[axis] - geo.begin[axis] + t * geo.dilations[axis]);

function conv(node: Node, x: Array64, w: Array64, b?: Array64): Array64 {
  const group = number(node, 'group', 1);
  const geo = geometry(node, x.shape.slice(2), w.shape.slice(2));
  const [out, perGroup] = w.shape;
  const taps = [...indices(geo.kernel)];
  const [xStep, wStep] = [strides(x.shape), strides(w.shape)];
  return make([x.shape[0], out, ...geo.out], ([n, o, ...place]) => {
    const first = Math.floor(o / (out / group)) * perGroup;
    let sum = b ? b.data[o] : 0;
    for (const tap of taps) {
      const at = seen(geo, place, tap);
      if (at.some((i, axis) => i < 0 || i >= x.shape[axis + 2])) continue;
      let from = at.reduce((sum, i, axis) => sum + i * xStep[axis + 2], n * xStep[0] + first * xStep[1]);
      let by = tap.reduce((sum, i, axis) => sum + i * wStep[axis + 2], o * wStep[0]);
      for (let c = 0; c < perGroup; c++, from += xStep[1], by += wStep[1]) sum += x.data[from] * w.data[by];
    }
    return sum;
  });
}

/** Values, and for a maximum its place in the flattened input. */
function pool(node: Node, x: Array64, kind: 'max' | 'average'): Array64[] {
  const geo = geometry(node, x.shape.slice(2), list(node, 'kernel_shape')!);
  const withPads = number(node, 'count_include_pad', 0) === 1;
  const step = strides(x.shape);
  const places: number[] = [];
  const values = make([x.shape[0], x.shape[1], ...geo.out], ([n, c, ...place]) => {
    let [max, first, sum, inside, counted] = [-Infinity, 0, 0, 0, 0];
    for (const tap of indices(geo.kernel)) {
      const at = seen(geo, place, tap);
      if (at.every((i, axis) => i < x.shape[axis + 2] + geo.end[axis])) counted++;
      if (at.some((i, axis) => i < 0 || i >= x.shape[axis + 2])) continue;
      inside++;
      const element = get(x, [n, c, ...at]);
      sum += element;
      if (element > max) first = [n, c, ...at].reduce((index, i, axis) => index + i * step[axis], 0);
      max = Math.max(max, element);
    }
    places.push(first);
    return kind === 'max' ? max : sum / (withPads ? counted : inside);
  });
  return [values, array(values.shape, places)];
}

function softmax(x: Array64, axis: number, log: boolean): Array64 {
  const max = reduce(x, [axis], true, (values) => Math.max(...values));
  const shifted = make(x.shape, (at) => get(x, at) - get(max, at));
  const sum = reduce(shifted, [axis], true, (values) => values.reduce((total, v) => total + Math.exp(v), 0));
  return make(x.shape, (at) => {
    const y = get(shifted, at) - Math.log(get(sum, at));
    return log ? y : Math.exp(y);
  });
}

function batchNormalization(node: Node, [X, scale, B, inputMean, inputVar]: Array64[]): Array64[] {
  const epsilon = number(node, 'epsilon', 1e-5);
  const axes = X.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const training = number(node, 'training_mode', 0) === 1;
  const mu = training ? reduce(X, axes, false, mean) : inputMean;
  const sigma2 = training
    ? reduce(X, axes, false, (values) => mean(values.map((v) => (v - mean(values)) ** 2)))
    : inputVar;
  const Y = make(X.shape, (at) => {
    const c = at[1];
    return (scale.data[c] * (get(X, at) - mu.data[c])) / Math.sqrt(sigma2.data[c] + epsilon) + B.data[c];
  });
  const momentum = number(node, 'momentum', 0.9);
  const blend = (old: Array64, now: Array64) =>
    make(old.shape, ([c]) => momentum * old.data[c] + (1 - momentum) * now.data[c]);
  return [Y, blend(inputMean, mu), blend(inputVar, sigma2)];
}

function crossEntropy(node: Node, scores: Array64, labels: Array64, weights?: Array64): Array64[] {
  const logp = softmax(scores, 1, true);
  const ignored = value(node, 'ignore_index') as number | undefined;
  let total = 0;
  const losses = make(labels.shape, (at) => {
    const label = get(labels, at);
    if (label === ignored) return 0;
    const weight = weights ? weights.data[label] : 1;
    total += weight;
    return -weight * get(logp, [at[0], label, ...at.slice(1)]);
  });
  const sum = losses.data.reduce((a, b) => a + b, 0);
  const reduction = text(node, 'reduction', 'mean');
  return [reduction === 'none' ? losses : array([], [reduction === 'sum' ? sum : sum / total]), logp];
}

function slice(x: Array64, [starts, ends, axes, steps]: readonly (Array64 | undefined)[]): Array64 {
  const on = axes ? [...axes.data] : [...starts!.data].map((_, axis) => axis);
  const picks = x.shape.map((dim) => Array.from({ length: dim }, (_, i) => i));
  on.forEach((given, i) => {
    const axis = given < 0 ? given + x.shape.length : given;
    const dim = x.shape[axis];
    const step = steps ? steps.data[i] : 1;
    const wrap = (at: number) => (at < 0 ? at + dim : at);
    const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1];
    const start = Math.min(Math.max(wrap(starts!.data[i]), 0), high);
    const end = Math.min(Math.max(wrap(ends!.data[i]), low), high === dim - 1 ? dim - 1 : dim);
    picks[axis] = [];
    for (let at = start; step > 0 ? at < end : at > end; at += step) picks[axis].push(at);
  });
  return make(
    picks.map((pick) => pick.length),
    (at) =>
      get(
        x,
        at.map((i, axis) => picks[axis][i]),
      ),
  );
}

function evaluate(node: Node, x: readonly (Array64 | undefined)[]): Array64[] {
  const [a, b, c] = x as Array64[];
  const rank = a?.shape.length ?? 0;
  const axis = (otherwise: number) => {
    const given = number(node, 'axis', otherwise);
    return given < 0 ? given + rank : given;
  };
  if (unary[node.op]) return [make(a.shape, (at) => unary[node.op](get(a, at), node))];
  if (binary[node.op]) return [make(broadcast(a.shape, b.shape), (at) => binary[node.op](get(a, at), get(b, at)))];
  switch (node.op) {
    case 'Cast':
      return [[1, 10, 11].includes(number(node, 'to', 0)) ? a : make(a.shape, (at) => Math.trunc(get(a, at)))];
    case 'Where':
      return [make(broadcast(a.shape, b.shape, c.shape), (at) => (get(a, at) ? get(b, at) : get(c, at)))];
    case 'MatMul':
      return [matmul(a, b)];
    case 'Gemm': {
      const product = matmul(
        number(node, 'transA', 0) ? transpose(a, [1, 0]) : a,
        number(node, 'transB', 0) ? transpose(b, [1, 0]) : b,
      );
      const [alpha, beta] = [number(node, 'alpha', 1), number(node, 'beta', 1)];
      return [make(product.shape, (at) => alpha * get(product, at) + (c ? beta * get(c, at) : 0))];
    }
    case 'Conv':
      return [conv(node, a, b, c)];
    case 'MaxPool':
      return pool(node, a, 'max');
    case 'AveragePool':
      return pool(node, a, 'average');
    case 'GlobalAveragePool':
      return [reduce(a, a.shape.map((_, i) => i).slice(2), true, mean)];
    case 'Flatten': {
      const at = axis(1);
      return [{ ...a, shape: [size(a.shape.slice(0, at)), size(a.shape.slice(at))] }];
    }
    case 'Reshape': {
      const shape = [...b.data].map((dim, i) => (dim === 0 ? a.shape[i] : dim));
      const rest = a.data.length / size(shape.filter((dim) => dim !== -1));
      return [{ ...a, shape: shape.map((dim) => (dim === -1 ? rest : dim)) }];
    }
    case 'Transpose':
      return [transpose(a, list(node, 'perm') ?? a.shape.map((_, i) => rank - 1 - i))];
    case 'Softmax':
    case 'LogSoftmax':
      return [softmax(a, axis(-1), node.op === 'LogSoftmax')];
    case 'Squeeze': {
      const axes = b
        ? [...b.data].map((i) => (i < 0 ? i + rank : i))
        : a.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
      return [{ ...a, shape: a.shape.filter((_, i) => !axes.includes(i)) }];
    }
    case 'Unsqueeze': {
      const full = rank + b.data.length;
      const axes = [...b.data].map((i) => (i < 0 ? i + full : i));
      const rest = [...a.shape];
      return [{ ...a, shape: Array.from({ length: full }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)) }];
    }
    case 'Concat': {
      const at = axis(0);
      const parts = x as Array64[];
      const shape = a.shape.map((dim, i) => (i === at ? parts.reduce((sum, part) => sum + part.shape[i], 0) : dim));
      return [
        make(shape, (index) => {
          let place = index[at];
          for (const part of parts) {
            if (place < part.shape[at])
              return get(
                part,
                index.map((i, k) => (k === at ? place : i)),
              );
            place -= part.shape[at];
          }
          return NaN;
        }),
      ];
    }
    case 'Slice':
      return [slice(a, x.slice(1))];
    case 'BatchNormalization':
      return batchNormalization(node, x as Array64[]);
    case 'SoftmaxCrossEntropyLoss':
      return crossEntropy(node, a, b, c);
    default:
      throw new Error(`the reference has no ${node.op}`);
  }
}

const named = [
  ...[
    'Cast',
    'Where',
    'MatMul',
    'Gemm',
    'Conv',
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
    'Flatten',
    'Reshape',
    'Transpose',
    'Softmax',
    'LogSoftmax',
    'Squeeze',
    'Unsqueeze',
    'Concat',
    'Slice',
    'BatchNormalization',
    'SoftmaxCrossEntropyLoss',
  ],
  ...Object.keys(unary),
  ...Object.keys(binary),
];
export const basic: ReferenceOperators = Object.fromEntries(named.map((op) => [op, evaluate]));
