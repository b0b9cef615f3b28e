import type { Random } from '../../shared/random.ts';
import { minimize } from '../math/lbfgs.ts';
import { logExpectedImprovement, logExpectedImprovementSlope } from '../math/normal.ts';
import type { Params } from '../space/parameter.ts';
import { randomValue, type Space } from '../space/space.ts';
import type { GaussianProcess } from './gaussian-process.ts';

export interface Found {
  readonly params: Params;
  /** The logarithm of expected improvement, in standard deviations of the values. */
  readonly score: number;
}

/** How many places are looked at, and how many of the best are climbed from. */
const DRAWS = 600;
const CLIMBS = 5;
/** Of a discrete dimension with more values only so many are tried in a climb. */
const MOST_MOVES = 12;
/** Places no farther apart than this along any continuous axis are the same place: trying both tells no more than trying one. */
const SAME = 1e-4;
/** What such a place loses in score: it is taken where there is no other. */
const TRIED = 1e6;

/**
 * The settings with the largest expected improvement on `best`: of many draws and of `near` (what was good so far) those that promise
 * most are climbed from, by gradient along continuous dimensions and value by value along the others. Never those of the process's own
 * points, unless nothing else is left.
 */
export function maximizeImprovement(
  space: Space,
  process: GaussianProcess,
  best: number,
  near: readonly Params[],
  random: Random,
): Found {
  const climb = new Climb(space, process, best, random);
  const starts = Array.from({ length: DRAWS }, () => climb.place(space.randomFeasible(random)));
  for (const params of near) for (let i = 0; i < 20; i++) starts.push(climb.place(climb.jitter(params)));
  starts.sort((a, b) => b.score - a.score);
  let found: Place = starts[0];
  for (const start of starts.slice(0, CLIMBS)) {
    const top = climb.up(start);
    if (top.score > found.score) found = top;
  }
  return found;
}

interface Place extends Found {
  /** A coordinate for every dimension, active or not. */
  readonly units: Float64Array;
}

class Climb {
  readonly #space: Space;
  readonly #process: GaussianProcess;
  readonly #best: number;
  readonly #random: Random;

  constructor(space: Space, process: GaussianProcess, best: number, random: Random) {
    this.#space = space;
    this.#process = process;
    this.#best = best;
    this.#random = random;
  }

  place(params: Params): Place {
    const { dimensions } = this.#space;
    const point = this.#space.encode(params);
    const { mean, variance } = this.#process.predict(point);
    const deviation = Math.sqrt(variance);
    const promised = Math.log(deviation) + logExpectedImprovement((this.#best - mean) / deviation);
    const score = this.#isTried(point) ? promised - TRIED : promised;
    // What is not active gets a coordinate for the case that it becomes so.
    const units = point.map((unit, i) =>
      Number.isNaN(unit) ? dimensions[i].encode(randomValue(dimensions[i], this.#random)) : unit,
    );
    return { params, score, units };
  }

  #isTried(point: Float64Array): boolean {
    const { dimensions } = this.#space;
    return this.#process.points.some((other) =>
      dimensions.every(({ continuous }, i) => {
        if (Number.isNaN(point[i])) return Number.isNaN(other[i]);
        return continuous ? Math.abs(point[i] - other[i]) <= SAME : point[i] === other[i];
      }),
    );
  }

  /** The same with one to three values moved a little, or changed where there is no little. */
  jitter(params: Params): Params {
    const { dimensions } = this.#space;
    const point = this.#space.encode(params);
    const units = point.map((unit, i) => {
      const dimension = dimensions[i];
      if (Number.isNaN(unit) || dimension.levels === 1) return dimension.encode(randomValue(dimension, this.#random));
      if (dimension.categorical) return this.#random.uniform() < 0.2 ? this.#random.below(dimension.levels) : unit;
      return Math.min(1, Math.max(0, unit + 0.03 * this.#random.normal()));
    });
    const moved = this.#space.decode(units);
    return this.#space.feasible(moved) ? moved : params;
  }

  up(start: Place): Place {
    let place = start;
    for (let round = 0; round < 4; round++) {
      const before = place.score;
      place = this.#alongSteps(this.#alongRanges(place));
      if (place.score - before < 1e-3) break;
    }
    return place;
  }

  #better(place: Place, units: Float64Array): Place {
    const params = this.#space.decode(units);
    if (!this.#space.feasible(params)) return place;
    const there = this.place(params);
    return there.score > place.score ? there : place;
  }

  /** By gradient along everything continuous that is active. */
  #alongRanges(place: Place): Place {
    const { dimensions } = this.#space;
    const along = dimensions.flatMap(({ continuous, name }, i) =>
      continuous && place.params[name] !== undefined ? [i] : [],
    );
    if (along.length === 0) return place;
    const point = this.#space.encode(place.params);
    const { x } = minimize(
      (x, gradient) => {
        along.forEach((axis, a) => (point[axis] = x[a]));
        const { mean, variance, meanSlope, varianceSlope } = this.#process.predictWithGradient(point, along);
        const deviation = Math.sqrt(variance);
        const z = (this.#best - mean) / deviation;
        const rise = logExpectedImprovementSlope(z);
        for (let a = 0; a < along.length; a++) {
          const widening = varianceSlope[a] / (2 * variance);
          gradient[a] = -(widening + rise * (-meanSlope[a] / deviation - z * widening));
        }
        return -(Math.log(deviation) + logExpectedImprovement(z));
      },
      along.map((axis) => point[axis]),
      { steps: 20, tolerance: 1e-3, low: new Float64Array(along.length), high: new Float64Array(along.length).fill(1) },
    );
    const units = Float64Array.from(place.units);
    along.forEach((axis, a) => (units[axis] = x[a]));
    return this.#better(place, units);
  }

  /** Value by value along everything discrete. */
  #alongSteps(place: Place): Place {
    this.#space.dimensions.forEach((dimension, axis) => {
      if (dimension.continuous || dimension.levels === 1 || place.params[dimension.name] === undefined) return;
      const here = dimension.level(place.units[axis]);
      for (const level of this.#moves(dimension.levels, here)) {
        const units = Float64Array.from(place.units);
        units[axis] = dimension.encode(dimension.value(level));
        place = this.#better(place, units);
      }
    });
    return place;
  }

  /** All other levels, or of many the nearest and some far ones. */
  #moves(levels: number, here: number): number[] {
    const all = levels <= MOST_MOVES ? Array.from({ length: levels }, (_, level) => level) : [];
    if (all.length > 0) return all.filter((level) => level !== here);
    const near = [here - 1, here + 1, here - 3, here + 3].filter((level) => level >= 0 && level < levels);
    return [...near, ...Array.from({ length: MOST_MOVES - 4 }, () => this.#random.below(levels))];
  }
}
