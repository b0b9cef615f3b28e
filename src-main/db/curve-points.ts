import { addPoint, copyPoint, noColumns, type Columns, type Stretch } from './metric-columns.ts';

/** What is done to points in memory: put in order, laid over each other, thinned. */

/** Strictly ascending by step; of a step told more than once the last stays. The same object where nothing had to change. */
export function inOrder(columns: Columns): Columns {
  const { steps } = columns;
  let ascending = true;
  for (let i = 1; i < steps.length && ascending; i++) ascending = steps[i] > steps[i - 1];
  if (ascending) return columns;
  const places = steps.map((_, i) => i).sort((a, b) => steps[a] - steps[b] || a - b);
  const ordered = noColumns();
  places.forEach((place, i) => {
    if (i + 1 === places.length || steps[places[i + 1]] !== steps[place]) copyPoint(ordered, columns, place);
  });
  return ordered;
}

/** Both, in order; where both know a step, what `later` says of it. */
export function overlay(earlier: Columns, later: Columns): Columns {
  if (later.steps.length === 0) return earlier;
  const merged = noColumns();
  let e = 0;
  for (let l = 0; l < later.steps.length; l++) {
    while (e < earlier.steps.length && earlier.steps[e] < later.steps[l]) copyPoint(merged, earlier, e++);
    if (earlier.steps[e] === later.steps[l]) e++;
    copyPoint(merged, later, l);
  }
  while (e < earlier.steps.length) copyPoint(merged, earlier, e++);
  return merged;
}

/** The points with from ≤ step ≤ to and one beyond each end, so that a line runs on to the edge. */
export function within(columns: Columns, from: number, to: number): Columns {
  const { steps } = columns;
  const [start, end] = placesWithin(steps, steps.length, from, to);
  return start === 0 && end === steps.length ? columns : slice(columns, start, end);
}

/** The places, the second not included, of the same points among the first `count`. */
export function placesWithin(steps: ArrayLike<number>, count: number, from: number, to: number): [number, number] {
  const start = Math.max(0, firstFrom(steps, count, from) - 1);
  let end = firstFrom(steps, count, to);
  if (end < count && steps[end] === to) end++;
  return [start, Math.min(count, end + 1)];
}

/** The first place whose step is not below `step`. */
function firstFrom(steps: ArrayLike<number>, count: number, step: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function slice({ steps, epochs, milliseconds, values }: Columns, from: number, to: number): Columns {
  return {
    steps: steps.slice(from, to),
    epochs: epochs.slice(from, to),
    milliseconds: milliseconds.slice(from, to),
    values: values.slice(from, to),
  };
}

class Candidate {
  there = false;
  step = 0;
  epoch = 0;
  milliseconds = 0;
  value = 0;

  take(step: number, epoch: number, milliseconds: number, value: number): void {
    this.there = true;
    this.step = step;
    this.epoch = epoch;
    this.milliseconds = milliseconds;
    this.value = value;
  }
}

/**
 * Of each bucket the least and the greatest value, and the first that is not a number: a curve that broke must show it. A bucket takes
 * points until their weights come to `weight`; a point that stands for others weighs more than 1.
 */
export class Thinner {
  /** Weight of all that was added. */
  total = 0;
  readonly #thinned = noColumns();
  readonly #weight: number;
  #held = 0;
  readonly #least = new Candidate();
  readonly #greatest = new Candidate();
  readonly #broken = new Candidate();

  constructor(weight: number) {
    this.#weight = weight;
  }

  add({ steps, epochs, milliseconds, values }: Columns | Stretch, from: number, to: number, weight = 1): void {
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (Number.isNaN(value)) {
        if (!this.#broken.there) this.#broken.take(steps[i], epochs[i], milliseconds[i], value);
      } else {
        if (!this.#least.there || value < this.#least.value)
          this.#least.take(steps[i], epochs[i], milliseconds[i], value);
        if (!this.#greatest.there || value > this.#greatest.value)
          this.#greatest.take(steps[i], epochs[i], milliseconds[i], value);
      }
      this.#held += weight;
      if (this.#held >= this.#weight) this.#close();
    }
    this.total += (to - from) * weight;
  }

  end(): Columns {
    this.#close();
    return this.#thinned;
  }

  #close(): void {
    let before = -Infinity;
    for (const { step, epoch, milliseconds, value } of [this.#least, this.#greatest, this.#broken]
      .filter((each) => each.there)
      .sort((a, b) => a.step - b.step)) {
      if (step !== before) addPoint(this.#thinned, step, epoch, milliseconds, value);
      before = step;
    }
    this.#least.there = this.#greatest.there = this.#broken.there = false;
    this.#held = 0;
  }
}

export function thin(columns: Columns, weight: number): Columns {
  const thinner = new Thinner(weight);
  thinner.add(columns, 0, columns.steps.length);
  return thinner.end();
}
