// Functions of one number, and of numbers that broadcast together.

import type { Node } from '../../../src-main/onnx/types.ts';
import {
  type Array64,
  broadcast,
  get,
  make,
  number,
  type ReferenceOperator,
  type ReferenceOperators,
  text,
} from './array.ts';

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** erf x = 2/√π · Σ (−1)ⁿ x^(2n+1) / (n!·(2n+1)), which float64 sums well below |x| = 5; beyond, it is ±1. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [sum, power] = [0, x];
  for (let n = 0; n < 120; n++) {
    sum += power / (2 * n + 1);
    power *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function gelu(x: number, node: Node): number {
  if (text(node, 'approximate', 'none') === 'none') return 0.5 * x * (1 + erf(x / Math.SQRT2));
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function shrink(x: number, node: Node): number {
  const [lambda, bias] = [number(node, 'lambd', 0.5), number(node, 'bias', 0)];
  return x < -lambda ? x + bias : x > lambda ? x - bias : 0;
}

function celu(x: number, node: Node): number {
  const alpha = number(node, 'alpha', 1);
  return Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
}

const selu = (x: number, node: Node): number =>
  number(node, 'gamma', 1.0507009873554805) * (x > 0 ? x : number(node, 'alpha', 1.6732632423543772) * Math.expm1(x));

const unary: Record<string, (x: number, node: Node) => number> = {
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Sin: Math.sin,
  Sinh: Math.sinh,
  Tan: Math.tan,
  Reciprocal: (x) => 1 / x,
  Erf: erf,
  Sign: Math.sign,
  Elu: (x, node) => (x > 0 ? x : number(node, 'alpha', 1) * Math.expm1(x)),
  Selu: selu,
  Celu: celu,
  Gelu: gelu,
  HardSigmoid: (x, node) => clamp(number(node, 'alpha', 0.2) * x + number(node, 'beta', 0.5), 0, 1),
  HardSwish: (x) => x * clamp(x / 6 + 0.5, 0, 1),
  Softplus: softplus,
  Softsign: (x) => x / (1 + Math.abs(x)),
  Mish: (x) => x * Math.tanh(softplus(x)),
  Swish: (x, node) => x * sigmoid(number(node, 'alpha', 1) * x),
  ThresholdedRelu: (x, node) => (x > number(node, 'alpha', 1) ? x : 0),
  Shrink: shrink,
  CastLike: (x) => x,
  Dropout: (x) => x,
  Not: (x) => Number(!x),
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const variadic: Record<string, (values: readonly number[]) => number> = {
  Max: (values) => Math.max(...values),
  Min: (values) => Math.min(...values),
  Sum: sum,
  Mean: (values) => sum(values) / values.length,
  PRelu: ([x, slope]) => (x > 0 ? x : slope * x),
  Mod: ([a, b]) => a % b,
  GreaterOrEqual: ([a, b]) => Number(a >= b),
  Less: ([a, b]) => Number(a < b),
};

const clip: ReferenceOperator = (_node, [x, min, max]) => {
  const bound = (value: Array64 | undefined, otherwise: number) => (value ? value.data[0] : otherwise);
  return [make(x!.shape, (at) => clamp(get(x!, at), bound(min, -Infinity), bound(max, Infinity)))];
};

const each =
  (apply: (x: number, node: Node) => number): ReferenceOperator =>
  (node, [x]) => [make(x!.shape, (at) => apply(get(x!, at), node))];

const together =
  (apply: (values: readonly number[]) => number): ReferenceOperator =>
  (_node, inputs) => {
    const arrays = inputs as readonly Array64[];
    const shape = broadcast(...arrays.map((array) => array.shape));
    return [make(shape, (at) => apply(arrays.map((array) => get(array, at))))];
  };

const mapped = <Value>(table: Record<string, Value>, operator: (value: Value) => ReferenceOperator) =>
  Object.fromEntries(Object.entries(table).map(([op, value]) => [op, operator(value)]));

export const elementwise: ReferenceOperators = {
  ...mapped(unary, each),
  ...mapped(variadic, together),
  Clip: clip,
};
