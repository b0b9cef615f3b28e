import type { StepKind } from './step.ts';
import { chosen } from './values.ts';

/** Leaves columns out. */
export const drop: StepKind = {
  kind: 'drop',
  group: 'columns',
  model: 'inside',
  fields: [{ key: 'columns', kind: 'columns', for: 'any', required: true, default: [] }],
  outcome(state, settings) {
    const dropped = new Set(chosen(state, settings, 'any').map(({ name }) => name));
    return state.filter(({ name }) => !dropped.has(name));
  },
};
