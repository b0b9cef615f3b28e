import type { StepKind } from './step.ts';
import { chosen } from './values.ts';

/** Keeps these columns and the target, and leaves the others out. */
export const keep: StepKind = {
  kind: 'keep',
  group: 'columns',
  model: 'inside',
  onTarget: true,
  fields: [{ key: 'columns', kind: 'columns', for: 'any', required: true, default: [] }],
  outcome(state, settings) {
    const kept = new Set(chosen(state, settings, 'any', true).map(({ name }) => name));
    return state.filter(({ name, role }) => kept.has(name) || role === 'target');
  },
};
