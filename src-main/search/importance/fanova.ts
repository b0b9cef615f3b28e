import { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import { binned, growTree, type Leaf } from './forest.ts';
import { type Importance, observe, shares } from './observations.ts';

const TREES = 32;
const DEPTH = 8;
const STREAM = 0x66616e6f;

/**
 * fANOVA (Hutter et al., "An Efficient Approach for Assessing Hyperparameter Importance", ICML 2014): the share of a forest's variance over the
 * whole space that each parameter explains alone, from exact marginals of its trees. What was not active counts as the middle of its range.
 */
export function fanova(history: History, objective = 0): Importance {
  const { dimensions, points, losses } = observe(history, objective, 4);
  const extent = dimensions.map(({ categorical, levels }) => (categorical ? levels : 1));
  // A category's index is its cell's beginning: its middle stands for it, so that cuts fall between categories.
  const columns = dimensions.map(({ categorical }, axis) => {
    const value = (unit: number) => (Number.isNaN(unit) ? extent[axis] / 2 : unit + (categorical ? 0.5 : 0));
    return binned(
      Float64Array.from(points, (point) => value(point[axis])),
      extent[axis],
    );
  });
  const amounts = new Float64Array(dimensions.length);
  for (let tree = 0; tree < TREES; tree++) {
    const random = new Random(history.seed, STREAM, tree);
    const leaves = growTree(columns, losses, { depth: DEPTH, least: 2 }, random);
    const total = variance(leaves, extent);
    if (total > 0)
      dimensions.forEach((_, axis) => (amounts[axis] += marginalVariance(leaves, extent, axis) / total / TREES));
  }
  return shares(dimensions, amounts);
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
