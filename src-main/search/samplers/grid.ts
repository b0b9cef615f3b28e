import { AtelierError } from '../../shared/errors.ts';
import { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { Dimension, Params, ParamValue } from '../space/parameter.ts';
import type { Space } from '../space/space.ts';
import type { Sampler, Suggestion } from './sampler.ts';

export const gridOptions = {
  /** How many values of a range without steps are tried, evenly from end to end (in the logarithm where it has one). */
  points: { kind: 'integer', low: 1, high: 1000, default: 5 },
} as const;

const MOST_CELLS = 100_000;
const STREAM = 0x67726964;

/**
 * Every combination once, in an order shuffled by the seed, without those that constraints forbid or conditions make equal; then nothing
 * is left. One whose trial failed is not tried again by itself.
 */
export class GridSampler implements Sampler {
  readonly #points: number;
  #cells: readonly Params[] | null = null;
  readonly #tried = new Set<string>();
  #seen = 0;
  #next = 0;

  constructor({ points }: OptionsOf<typeof gridOptions>) {
    this.#points = points;
  }

  suggest(history: History): Suggestion | null {
    const cells = (this.#cells ??= this.#enumerate(history));
    for (; this.#seen < history.trials.length; this.#seen++) {
      const trial = history.trials[this.#seen];
      // What a queued trial lacks is not known yet.
      if (trial.state === 'waiting') break;
      this.#tried.add(JSON.stringify(trial.params));
    }
    for (let i = this.#next; i < cells.length; i++) {
      if (this.#tried.has(JSON.stringify(cells[i]))) continue;
      this.#next = i;
      return { params: cells[i], why: { code: 'grid', cell: i + 1, of: cells.length } };
    }
    return null;
  }

  #enumerate({ space, seed }: History): Params[] {
    const cells: Params[] = [];
    const go = (index: number, params: Record<string, ParamValue>) => {
      if (!space.feasible(params)) return;
      if (index === space.dimensions.length) {
        if (cells.push(params) > MOST_CELLS) refuse(space, this.#points);
        return;
      }
      if (!space.active(index, params)) return go(index + 1, params);
      const dimension = space.dimensions[index];
      for (const value of gridValues(dimension, this.#points)) go(index + 1, { ...params, [dimension.name]: value });
    };
    go(0, {});
    const order = cells.map((_, i) => i);
    new Random(seed, STREAM).shuffle(order);
    return order.map((i) => cells[i]);
  }
}

function gridValues(dimension: Dimension, points: number): ParamValue[] {
  if (!dimension.continuous && dimension.levels > MOST_CELLS) return evenly(dimension, points);
  if (!dimension.continuous) return Array.from({ length: dimension.levels }, (_, level) => dimension.value(level));
  return evenly(dimension, points);
}

const evenly = (dimension: Dimension, points: number) =>
  Array.from({ length: points }, (_, i) => dimension.decode(points === 1 ? 0.5 : i / (points - 1)));

function refuse({ dimensions }: Space, points: number): never {
  const sizes = dimensions.map((dimension) => `${dimension.name}: ${gridValues(dimension, points).length}`);
  throw new AtelierError(
    'grid_too_large',
    `The grid has more than ${MOST_CELLS.toLocaleString('en')} combinations (${sizes.slice(0, 20).join(', ')}). Give ranges a step, or the sampler fewer "points".`,
  );
}
