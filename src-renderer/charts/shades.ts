import { sequentialColour } from '../../src-main/shared/chart/sequential.ts';
import { categoryColour, resolveColour } from './colours.ts';
import { scaleOf } from './scale.ts';
import type { Variable } from './scale.ts';

/** A colour a run, as a canvas takes it, by what it has of a variable: words by the categorical scale, numbers by the sequential one. */
export function shadesOf(variable: Variable, dark: boolean): string[] {
  const { positions, ticks } = scaleOf(variable);
  const none = resolveColour('var(--text-faint)');
  if (variable.kind === 'category') {
    const colours = ticks.map((_, i) => resolveColour(categoryColour(i, dark)));
    return Array.from(positions, (at) => (Number.isNaN(at) ? none : colours[Math.floor(at * ticks.length)]));
  }
  return Array.from(positions, (at) => (Number.isNaN(at) ? none : numberShade(at, dark)));
}

/** Of a number at 0…1 of its axis: the ends of the scale that would not show on this ground are left out. */
export function numberShade(at: number, dark: boolean): string {
  const [from, to] = dark ? [0.3, 1] : [0, 0.85];
  return sequentialColour(from + at * (to - from));
}
