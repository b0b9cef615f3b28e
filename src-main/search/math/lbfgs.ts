import { dot } from '../../linear-algebra/vectors.ts';

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

/**
 * Minimises a smooth function within optional bounds by L-BFGS with projected steps and a backtracking line search (Nocedal and Wright,
 * "Numerical Optimization", 7.2 and 3.1). `evaluate` writes the gradient and returns the value; not-a-number counts as no progress.
 */
export function minimize(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  start: ArrayLike<number>,
  { steps = 50, tolerance = 1e-5, low = null, high = null }: MinimizeOptions = {},
): Minimum {
  const n = start.length;
  const clip = (x: Float64Array) => {
    if (low && high) for (let i = 0; i < n; i++) x[i] = Math.min(high[i], Math.max(low[i], x[i]));
    return x;
  };
  let x = clip(Float64Array.from(start));
  let gradient = new Float64Array(n);
  let value = evaluate(x, gradient);
  const memory: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const held = (i: number) =>
      low !== null && high !== null && ((x[i] <= low[i] && gradient[i] > 0) || (x[i] >= high[i] && gradient[i] < 0));
    const slope = gradient.map((g, i) => (held(i) ? 0 : g));
    if (!(Math.max(...slope.map(Math.abs)) > tolerance)) break;
    let direction = twoLoops(slope, memory).map((d, i) => (held(i) ? 0 : -d));
    if (!(dot(direction, slope) < 0)) {
      memory.length = 0;
      direction = slope.map((g) => -g);
    }
    const found = search(evaluate, clip, x, value, slope, direction, memory.length === 0);
    if (!found) break;
    const s = found.x.map((v, i) => v - x[i]);
    const y = found.gradient.map((v, i) => v - gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) memory.push({ s, y, rho: 1 / curvature });
    if (memory.length > 8) memory.shift();
    const gained = value - found.value;
    ({ x, gradient, value } = found);
    if (gained < 1e-9 * Math.max(1, Math.abs(value))) break;
  }
  return { x, value };
}

export interface MinimizeOptions {
  readonly steps?: number;
  /** On the largest part of the gradient. */
  readonly tolerance?: number;
  readonly low?: ArrayLike<number> | null;
  readonly high?: ArrayLike<number> | null;
}

/** Armijo's condition by halving, starting short where there is no curvature known yet. */
function search(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  clip: (x: Float64Array) => Float64Array,
  x: Float64Array,
  value: number,
  slope: Float64Array,
  direction: Float64Array,
  first: boolean,
): { x: Float64Array; value: number; gradient: Float64Array<ArrayBuffer> } | null {
  let length = first ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
  for (let attempt = 0; attempt < 25; attempt++, length /= 2) {
    const to = clip(x.map((v, i) => v + length * direction[i]));
    const gradient = new Float64Array(x.length);
    const reached = evaluate(to, gradient);
    const moved = slope.reduce((sum, g, i) => sum + g * (to[i] - x[i]), 0);
    if (reached <= value + 1e-4 * moved && moved < 0) return { x: to, value: reached, gradient };
  }
  return null;
}

function twoLoops(
  gradient: Float64Array,
  memory: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = Float64Array.from(gradient);
  const alphas: number[] = [];
  for (const { s, y, rho } of [...memory].reverse()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i] -= alpha * y[i];
  }
  const last = memory.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  for (const { s, y, rho } of memory) {
    const beta = rho * dot(y, q);
    const alpha = alphas.pop()!;
    for (let i = 0; i < q.length; i++) q[i] += (alpha - beta) * s[i];
  }
  return q;
}
