import { fitScales, scaled, type Scales } from './scale.ts';
import type { StepKind } from './step.ts';

/** Centred on the median, over the distance between the quartiles: outliers do not count (scikit-learn's RobustScaler). */
export const robust: StepKind<Scales> = {
  kind: 'robust',
  group: 'numbers',
  model: 'inside',
  fields: [{ key: 'columns', kind: 'columns', for: 'number', default: [] }],
  fit: (state, settings, context) =>
    fitScales(
      state,
      settings,
      context,
      { median: 'median(x)', low: 'quantile_cont(x, 0.25)', high: 'quantile_cont(x, 0.75)' },
      ({ median, low, high }) => ({ centre: median, scale: high - low }),
    ),
  outcome: (state, settings, learned) => scaled(state, settings, learned),
};
