import { AtelierError } from '../errors.ts';
import { axisValue, parameterAxis, type ParameterAxis } from './parameter-axis.ts';
import { completeOnes, type Plotted, valueOf } from './told.ts';

/** The complete trials that have both of two parameters. */
export interface Pairs {
  x: { parameter: string; axis: ParameterAxis; values: Float64Array };
  y: { parameter: string; axis: ParameterAxis; values: Float64Array };
  trials: number[];
  value: Float64Array;
}

/** Throws no_such_parameter. */
export function studyPairs(study: Plotted, x: string, y: string, objective = 0): Pairs {
  const [across, up] = [x, y].map((name) => {
    const range = study.plan.space[name];
    if (!range) {
      throw new AtelierError(
        'no_such_parameter',
        `"${name}" is not searched in this study; it has ${Object.keys(study.plan.space).join(', ')}.`,
      );
    }
    return parameterAxis(range);
  });
  const own = completeOnes(study, objective).filter(
    ({ params }) => !Number.isNaN(axisValue(across, x, params)) && !Number.isNaN(axisValue(up, y, params)),
  );
  const column = (axis: ParameterAxis, name: string) =>
    Float64Array.from(own, ({ params }) => axisValue(axis, name, params));
  return {
    x: { parameter: x, axis: across, values: column(across, x) },
    y: { parameter: y, axis: up, values: column(up, y) },
    trials: own.map(({ number }) => number),
    value: Float64Array.from(own, (trial) => valueOf(trial, objective)),
  };
}
