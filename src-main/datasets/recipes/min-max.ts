import { fitScales, scaled, type Scales } from './scale.ts';
import type { StepKind } from './step.ts';

/** The training split's least value becomes 0 (or −1), its greatest 1; what lies outside goes beyond. */
export const minMax: StepKind<Scales> = {
  kind: 'min-max',
  group: 'numbers',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'range', kind: 'choice', default: '0..1', choices: ['0..1', '-1..1'] },
  ],
  fit: (state, settings, context) =>
    fitScales(state, settings, context, { low: 'min(x)', high: 'max(x)' }, ({ low, high }) => ({
      centre: low,
      scale: settings.range === '0..1' ? high - low : (high - low) / 2,
    })),
  outcome: (state, settings, learned) => scaled(state, settings, learned, settings.range === '0..1' ? 0 : -1),
};
