import type { MetricSeries } from './run.ts';

const columns = ['steps', 'epochs', 'values', 'times'] as const;
type Column = (typeof columns)[number];

/** Curves on their way to the window: the points of all of them, one after another, in four columns. */
export interface PackedCurves extends Record<Column, Float64Array> {
  curves: (Pick<MetricSeries, 'run' | 'key' | 'total' | 'sampledEvery'> & { points: number })[];
}

/** Takes curves one by one: as lists of numbers they would take their sender and their reader ten times as long. */
export class CurvePacker {
  readonly #curves: PackedCurves['curves'] = [];
  readonly #columns = {
    steps: new Float64Array(1024),
    epochs: new Float64Array(1024),
    values: new Float64Array(1024),
    times: new Float64Array(1024),
  };
  #count = 0;

  add(series: MetricSeries): void {
    const { run, key, total, sampledEvery } = series;
    const points = series.steps.length;
    this.#makeRoom(this.#count + points);
    for (const column of columns) this.#columns[column].set(series[column], this.#count);
    this.#curves.push({ run, key, points, total, sampledEvery });
    this.#count += points;
  }

  end(): PackedCurves {
    const { steps, epochs, values, times } = this.#columns;
    const cut = (column: Float64Array) => column.slice(0, this.#count);
    return { curves: this.#curves, steps: cut(steps), epochs: cut(epochs), values: cut(values), times: cut(times) };
  }

  #makeRoom(count: number): void {
    if (count <= this.#columns.steps.length) return;
    for (const column of columns) {
      const larger = new Float64Array(Math.max(count, 2 * this.#columns[column].length));
      larger.set(this.#columns[column].subarray(0, this.#count));
      this.#columns[column] = larger;
    }
  }
}

/** The curves, each with its parts of the columns. */
export function unpackCurves({ curves, ...packed }: PackedCurves): MetricSeries<Float64Array>[] {
  let from = 0;
  return curves.map(({ points, ...curve }) => {
    const part = (column: Column) => packed[column].subarray(from, from + points);
    const series = {
      ...curve,
      steps: part('steps'),
      epochs: part('epochs'),
      values: part('values'),
      times: part('times'),
    };
    from += points;
    return series;
  });
}
