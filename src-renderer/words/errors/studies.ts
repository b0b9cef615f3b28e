import { m } from '../messages.ts';

/** Of searches for settings. */
export const studies = {
  invalid_study: m.error_study,
  invalid_space: m.error_study,
  outside_space: m.error_study,
  sampler_unsuitable: m.error_study,
  pruner_unsuitable: m.error_study,
  nothing_in_common: m.error_study,
  too_few_trials: m.error_too_few_trials,
  constraints_unsatisfiable: m.error_constraints,
  no_such_study: m.error_gone,
  unknown_trial: m.error_gone,
  study_finished: m.error_study_state,
  study_works: m.error_study_state,
  study_not_running: m.error_study_state,
  grid_too_large: m.error_grid_too_large,
  too_many_parameters: m.error_too_many_parameters,
};
