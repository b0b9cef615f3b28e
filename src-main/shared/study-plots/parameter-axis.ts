import type { ParameterRange, Params, ParamValue } from '../study.ts';

/** Where a parameter's values lie: numbers between two ends, or words beside each other in the order of the space. */
export type ParameterAxis =
  | {
      readonly kind: 'number';
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly whole: boolean;
    }
  | { readonly kind: 'category'; readonly choices: readonly ParamValue[] };

export function parameterAxis(range: ParameterRange): ParameterAxis {
  if (range.type === 'categorical') return { kind: 'category', choices: range.choices };
  if (range.type === 'boolean') return { kind: 'category', choices: [false, true] };
  return { kind: 'number', low: range.low, high: range.high, log: range.log ?? false, whole: range.type === 'int' };
}

/** The place of a trial's value: the number itself, or the index of the choice; NaN where the trial has no such parameter. */
export function axisValue(axis: ParameterAxis, name: string, params: Params): number {
  const value = params[name];
  if (value === undefined) return NaN;
  if (axis.kind === 'category') {
    const index = axis.choices.indexOf(value);
    return index < 0 ? NaN : index;
  }
  return typeof value === 'number' && (!axis.log || value > 0) ? value : NaN;
}

/** A place as a share of the axis: 0 at its low end, 1 at its high end, logarithms taken; of a category its index. */
export function axisUnit(axis: ParameterAxis, value: number): number {
  if (axis.kind === 'category') return value;
  const to = axis.log ? Math.log : (x: number) => x;
  const span = to(axis.high) - to(axis.low);
  return span > 0 ? (to(value) - to(axis.low)) / span : 0.5;
}

/** The value at a share of the axis. */
export function axisAt(axis: ParameterAxis, unit: number): number {
  if (axis.kind === 'category') return unit;
  if (!axis.log) return axis.low + unit * (axis.high - axis.low);
  return Math.exp(Math.log(axis.low) + unit * (Math.log(axis.high) - Math.log(axis.low)));
}
