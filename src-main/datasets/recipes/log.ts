import { changedNumbers } from './numbers.ts';
import { double, where } from './onnx/values.ts';
import type { StepKind } from './step.ts';
import { sqlNumber } from './values.ts';

/** The natural logarithm of x + `add`; what is not above 0 then is missing. Its numbers are scaled afterwards like any others. */
export const log: StepKind = {
  kind: 'log',
  group: 'numbers',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'add', kind: 'number', default: 1, min: 0, max: 1e12 },
  ],
  outcome(state, settings) {
    const add = settings.add as number;
    return changedNumbers(
      state,
      settings,
      () => ({
        sql: (x) => `CASE WHEN ${x} + ${sqlNumber(add)} > 0 THEN ln(${x} + ${sqlNumber(add)}) END`,
        onnx: (g, x) => {
          const sum = g.add(x, double(g, add));
          const positive = g.op('Greater', [sum, double(g, 0)]);
          return where(g, positive, g.op('Log', [where(g, positive, sum, double(g, 1))]), double(g, NaN));
        },
      }),
      false,
    );
  },
};
