import { fitScales, scaled, type Scales } from './scale.ts';
import type { StepKind } from './step.ts';

/** Mean 0 and standard deviation 1 over the training split (the population's, as scikit-learn's StandardScaler). */
export const standard: StepKind<Scales> = {
  kind: 'standard',
  group: 'numbers',
  model: 'inside',
  fields: [{ key: 'columns', kind: 'columns', for: 'number', default: [] }],
  fit: (state, settings, context) =>
    fitScales(state, settings, context, { mean: 'avg(x)', std: 'stddev_pop(x)' }, ({ mean, std }) => ({
      centre: mean,
      scale: std,
    })),
  outcome: (state, settings, learned) => scaled(state, settings, learned),
};
