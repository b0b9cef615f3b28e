import type { FigureAxis } from '../../src-main/shared/chart/figure.ts';
import { scaleOf, type Variable } from './scale.ts';

/**
 * A variable as an axis, and where each value lies on it: numbers as they are, words at their indices, those of the same one beside each
 * other by their order and not on each other. NaN for what has no place.
 */
export function figureAxis(variable: Variable, log?: boolean): { axis: FigureAxis; places: Float64Array } {
  const scale = scaleOf(variable, log);
  const name = variable.label;
  if (variable.kind === 'category') {
    const words = scale.ticks.map(({ label }) => label);
    const seen = new Map<number, number>();
    const places = scale.positions.map((at) => {
      const before = seen.get(at) ?? 0;
      seen.set(at, before + 1);
      return at * words.length - 0.5 + (((before * 0.618034 + 0.5) % 1) - 0.5) * 0.5;
    });
    return { axis: { kind: 'category', name, words }, places };
  }
  const [low, high] = [scale.at(0), scale.at(1)].map(Number);
  const places = Float64Array.from(variable.values, (value, i) =>
    Number.isNaN(scale.positions[i]) ? NaN : Number(value),
  );
  return { axis: { kind: 'number', name, low, high, log: scale.log, format: variable.format }, places };
}
