import type { Reason } from '../../src-main/shared/study.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** Why a trial was tried, pruned or failed, and why a study stands still: codes of search/ and jobs/studies/, in words. */

const figure = (value: Reason[string]) => (typeof value === 'number' ? format.figure(value) : String(value ?? '–'));

/** `told`: studies of before told fewer facts of some. */
const words: Readonly<Record<string, (facts: (name: string) => string, told: Reason) => string>> = {
  given: () => m.why_given(),
  known: () => m.why_known(),
  random: () => m.why_random(),
  startup: (of) => m.why_startup({ n: of('of') }),
  constraints_random: () => m.why_constraints_random(),
  grid: (of) => m.why_grid({ n: of('cell'), total: of('of') }),
  sobol: (of, told) => ('point' in told ? m.why_sobol_point({ n: of('point') }) : m.why_sobol()),
  tpe: (of, told) => {
    const split = { good: of('good'), others: of('others') };
    return 'odds' in told ? m.why_tpe_odds({ ...split, odds: of('odds') }) : m.why_tpe(split);
  },
  gp: (of, told) =>
    'improvement' in told ? m.why_gp_gain({ n: of('known'), gain: of('improvement') }) : m.why_gp({ n: of('known') }),
  cma: (of, { sigma }) =>
    typeof sigma === 'number'
      ? m.why_cma_sigma({ generation: of('generation'), sigma: format.percent(sigma, 0) })
      : m.why_cma({ generation: of('generation') }),
  // The first generation has no parents.
  nsga2: (of) => (of('generation') === '0' ? m.why_random() : m.why_nsga2({ generation: of('generation') })),
  worse_than_percentile: (of, { percentile }) => {
    const told = { step: of('step'), best: of('best'), bar: of('bar'), n: of('others') };
    return percentile === undefined || percentile === 50
      ? m.pruned_percentile(told)
      : m.pruned_percentile_of({ ...told, percent: of('percentile') });
  },
  not_promoted: (of, told) =>
    'place' in told
      ? m.pruned_place({
          step: of('step'),
          best: of('best'),
          place: of('place'),
          of: of('of'),
          places: of('places'),
        })
      : m.pruned_not_promoted({ step: of('step') }),
  no_better_for: (of, told) =>
    'since' in told
      ? m.pruned_waited({ step: of('step'), best: of('best'), since: of('since'), patience: of('patience') })
      : m.pruned_patience({ step: of('step') }),
  below_threshold: (of) => m.pruned_threshold({ step: of('step'), value: of('value'), bar: of('bar') }),
  above_threshold: (of) => m.pruned_threshold({ step: of('step'), value: of('value'), bar: of('bar') }),
  diverged: (of) => m.pruned_diverged({ step: of('step') }),
  not_finite: () => m.failed_not_finite(),
  no_metric: (of) => m.failed_no_metric({ name: of('metric') }),
  refused: (of) => m.failed_refused({ error: of('error') }),
  run_failed: (of) => m.failed_run({ error: of('error') }),
  crashed: (of, { times }) => m.failed_crashed({ count: Number(times), n: of('times') }),
  hung: (of, { seconds }) => m.failed_hung({ count: Number(seconds), n: of('seconds') }),
  cancelled: () => m.failed_cancelled(),
  lost: () => m.failed_lost(),
  time_up: () => m.study_time_up(),
  trials_done: (of) => m.study_trials_done({ n: of('trials') }),
  no_better: (of, { trials }) => m.study_no_better({ count: Number(trials), n: of('trials') }),
  nothing_left: () => m.study_nothing_left(),
  stopped: () => m.study_stopped(),
  by_person: () => m.study_by_person(),
  closed: () => m.study_closed(),
  interrupted: () => m.study_interrupted(),
  failing: (of, { trials }) => m.study_failing({ count: Number(trials), n: of('trials') }),
  search_failed: (of) => m.study_search_failed({ error: of('error') }),
};

/** A code that is new here shows as it is written. */
export function reasonWords(reason: Reason): string {
  return words[reason.code]?.((name) => figure(reason[name]), reason) ?? reason.code;
}

const pruners: Readonly<Record<string, () => string>> = {
  median: m.pruner_median,
  hyperband: m.pruner_hyperband,
  none: m.pruner_none,
};
export const prunerWord = (name: string): string => pruners[name]?.() ?? name;

const samplers: Readonly<Record<string, () => string>> = {
  auto: m.sampler_auto,
  tpe: m.sampler_tpe,
  gp: m.sampler_gp,
  'cma-es': m.sampler_cma_es,
  nsga2: m.sampler_nsga2,
  sobol: m.sampler_sobol,
  random: m.sampler_random,
  grid: m.sampler_grid,
};
export const samplerWord = (name: string): string => samplers[name]?.() ?? name;

const states: Readonly<Record<string, () => string>> = {
  waiting: m.trial_waiting,
  running: m.trial_running,
  complete: m.trial_complete,
  pruned: m.trial_pruned,
  failed: m.trial_failed,
};
export const trialStateWord = (state: string): string => states[state]?.() ?? state;

const statuses: Readonly<Record<string, () => string>> = {
  running: m.study_running,
  paused: m.study_paused,
  finished: m.study_finished,
};
export const studyStatusWord = (status: string): string => statuses[status]?.() ?? status;
