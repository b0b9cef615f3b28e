import { axisValue, parameterAxis, type ParameterAxis } from './parameter-axis.ts';
import { completeOnes, keepsLimits, type Plotted, valueOf } from './told.ts';

/** One parameter against the value; only the trials that have it. */
export interface Slice {
  parameter: string;
  axis: ParameterAxis;
  trials: number[];
  /** Numbers, or indices of the axis' choices. */
  x: Float64Array;
  value: Float64Array;
  /** 1 where a trial breaks a limit. */
  breaks: Uint8Array;
}

/** A slice for each parameter, in the order of the space. */
export function studySlices(study: Plotted, objective = 0): Slice[] {
  const complete = completeOnes(study, objective);
  return Object.entries(study.plan.space).map(([parameter, range]): Slice => {
    const axis = parameterAxis(range);
    const own = complete.filter(({ params }) => !Number.isNaN(axisValue(axis, parameter, params)));
    return {
      parameter,
      axis,
      trials: own.map(({ number }) => number),
      x: Float64Array.from(own, ({ params }) => axisValue(axis, parameter, params)),
      value: Float64Array.from(own, (trial) => valueOf(trial, objective)),
      breaks: Uint8Array.from(own, (trial) => (keepsLimits(trial) ? 0 : 1)),
    };
  });
}
