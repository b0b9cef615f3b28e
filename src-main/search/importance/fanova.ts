import { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import { binned, bootstrap, growTree, type Leaf } from './forest.ts';
import { type Importance, observe, shares } from './observations.ts';

const TREES = 32;
const DEPTH = 8;
const STREAM = 0x66616e6f;

/**
 * fANOVA (Hutter et al., "An Efficient Approach for Assessing Hyperparameter Importance", ICML 2014): the share of a forest's variance over the
 * whole space that each parameter explains alone, from exact marginals of its trees. What was not active counts as the middle of its range.
 */
export function fanova(history: History, objective = 0): Importance {
  const working = fanovaSteps(history, objective);
  for (;;) {
    const { done, value } = working.next();
    if (done) return value;
  }
}

/** The same, with a pause after each tree, so that whoever has other work can do it in between. */
export function* fanovaSteps(history: History, objective = 0): Generator<void, Importance> {
  const { dimensions, points, losses } = observe(history, objective, 4);
  const axes = dimensions.map(({ categorical, levels }, axis): Axis => {
    const extent = categorical ? levels : 1;
    // A category's index is its cell's beginning: its middle stands for it, so that cuts fall between categories.
    const place = (unit: number) => (Number.isNaN(unit) ? extent / 2 : unit + (categorical ? 0.5 : 0));
    return { extent, column: Float64Array.from(points, (point) => place(point[axis])) };
  });
  const { alone } = yield* divideVariance(axes, losses, history.seed);
  return shares(dimensions, alone);
}

/** One parameter: where each row lies on an axis from 0 to `extent`, every part of it as likely as another of the same length. */
export interface Axis {
  readonly extent: number;
  readonly column: Float64Array;
}

export interface Divided {
  /** Of the trees' variance, mean over the forest: what each axis explains alone. They sum to 1 at the most; the rest is in combinations. */
  readonly alone: Float64Array;
  /** How well the trees foretell rows that they have not seen (R² of out-of-bag means); NaN where all targets are the same. */
  readonly foretold: number;
}

/** Pauses after each tree, so that whoever has other work can do it in between. */
export function* divideVariance(axes: readonly Axis[], targets: Float64Array, seed: number): Generator<void, Divided> {
  const extent = axes.map((axis) => axis.extent);
  const columns = axes.map((axis) => binned(axis.column, axis.extent));
  const n = targets.length;
  const alone = new Float64Array(axes.length);
  const unseen = { sum: new Float64Array(n), trees: new Uint32Array(n) };
  const told = (row: number, value: number) => {
    unseen.sum[row] += value;
    unseen.trees[row]++;
  };
  for (let tree = 0; tree < TREES; tree++) {
    const rows = bootstrap(n, new Random(seed, STREAM, tree));
    const seen = new Set(rows);
    const others = Uint32Array.from({ length: n }, (_, row) => row).filter((row) => !seen.has(row));
    const leaves = growTree(columns, targets, { depth: DEPTH, least: 2 }, rows, { rows: others, told });
    const total = variance(leaves, extent);
    if (total > 0) axes.forEach((_, axis) => (alone[axis] += marginalVariance(leaves, extent, axis) / total / TREES));
    yield;
  }
  return { alone, foretold: rSquared(targets, unseen) };
}

function rSquared(targets: Float64Array, { sum, trees }: { sum: Float64Array; trees: Uint32Array }): number {
  const rows = Array.from(targets.keys()).filter((row) => trees[row] > 0);
  const mean = rows.reduce((total, row) => total + targets[row], 0) / rows.length;
  let [wrong, all] = [0, 0];
  for (const row of rows) {
    wrong += (targets[row] - sum[row] / trees[row]) ** 2;
    all += (targets[row] - mean) ** 2;
  }
  return all > 0 ? 1 - wrong / all : NaN;
}

/** The part of the cube that a leaf takes, without regard to one axis. */
function volume({ low, high }: Leaf, extent: readonly number[], without = -1): number {
  let part = 1;
  for (let axis = 0; axis < extent.length; axis++)
    if (axis !== without) part *= (high[axis] - low[axis]) / extent[axis];
  return part;
}

/** Of a tree's value over the cube, every point as likely. */
export function variance(leaves: readonly Leaf[], extent: readonly number[]): number {
  let [mean, square] = [0, 0];
  for (const leaf of leaves) {
    const part = volume(leaf, extent);
    mean += part * leaf.value;
    square += part * leaf.value ** 2;
  }
  return Math.max(0, square - mean ** 2);
}

/** Of the tree's mean given the value of one parameter. */
export function marginalVariance(leaves: readonly Leaf[], extent: readonly number[], axis: number): number {
  const borders = [...new Set(leaves.flatMap(({ low, high }) => [low[axis], high[axis]]))].sort((a, b) => a - b);
  const at = new Map(borders.map((border, i) => [border, i]));
  // Each leaf's share, added to the intervals that it spans by what changes at its two ends.
  const changes = new Float64Array(borders.length);
  for (const leaf of leaves) {
    const weighted = leaf.value * volume(leaf, extent, axis);
    changes[at.get(leaf.low[axis])!] += weighted;
    changes[at.get(leaf.high[axis])!] -= weighted;
  }
  let [height, mean, square] = [0, 0, 0];
  for (let i = 0; i + 1 < borders.length; i++) {
    height += changes[i];
    const part = (borders[i + 1] - borders[i]) / extent[axis];
    mean += part * height;
    square += part * height ** 2;
  }
  return Math.max(0, square - mean ** 2);
}
