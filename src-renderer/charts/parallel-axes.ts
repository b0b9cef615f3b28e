import { scaleOf } from './scale.ts';
import type { Scale, Tick, Variable } from './scale.ts';

/** Room around the axes, in pixels. */
export const margin = { left: 72, right: 72, top: 40, bottom: 36 };

export interface ParallelAxis {
  variable: Variable;
  scale: Scale;
  /** Pixels from the left. */
  x: number;
  turned: boolean;
  /** As the scale's, the axis turned where somebody has turned it. */
  positions: Float64Array;
  ticks: Tick[];
  /** Ticks whose labels do not lie on one another. */
  labels: Tick[];
  /** Whether any line has no value here. */
  missing: boolean;
}

export interface ParallelLook {
  width: number;
  height: number;
  /** Logarithmic or not, where somebody has chosen. */
  logs: ReadonlyMap<string, boolean>;
  flipped: ReadonlySet<string>;
}

/** The height of the axes, in pixels; never 0. */
export const innerHeight = (height: number): number => Math.max(1, height - margin.top - margin.bottom);

/** Pixels from the top of a place 0…1; of lines without a value, below the axis. */
export function topOf(at: number, height: number): number {
  const inner = innerHeight(height);
  return Number.isNaN(at) ? margin.top + inner + 14 : margin.top + (1 - at) * inner;
}

export function parallelAxes(variables: readonly Variable[], { width, height, logs, flipped }: ParallelLook) {
  // It has no place yet: what is worked out for none would be worked out once more.
  if (width === 0 || height === 0) return [];
  const inner = innerHeight(height);
  const room = width - margin.left - margin.right;
  return variables.map((variable, i): ParallelAxis => {
    const scale = scaleOf(variable, logs.get(variable.id), Math.max(3, Math.floor(inner / 36)));
    const turned = flipped.has(variable.id);
    const turn = turned ? (at: number) => 1 - at : (at: number) => at;
    const ticks = scale.ticks.map((tick) => ({ ...tick, at: turn(tick.at) }));
    return {
      variable,
      scale,
      x: variables.length === 1 ? width / 2 : margin.left + (i * room) / (variables.length - 1),
      turned,
      positions: scale.positions.map(turn),
      ticks,
      labels: apart(ticks, inner),
      missing: scale.positions.some(Number.isNaN),
    };
  });
}

/** From the low end upwards, those that keep 14 pixels from the one before. */
function apart(ticks: readonly Tick[], inner: number): Tick[] {
  let last = Infinity;
  return ticks
    .toSorted((a, b) => a.at - b.at)
    .filter(({ at }) => {
      const y = at * inner;
      if (Math.abs(y - last) < 14) return false;
      last = y;
      return true;
    });
}
