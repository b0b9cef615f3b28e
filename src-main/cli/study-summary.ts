import type { Report } from '../shared/chart/report-html.ts';
import type { Advice } from '../shared/study-plots/advice.ts';
import { studySummary, type SummaryWords } from '../shared/study-plots/summary.ts';
import type { ParameterRange, ParamValue, StudyDetail, StudyImportance } from '../shared/study.ts';
import { duration, metric, when } from './format.ts';

/** A summary of a study with the names that commands have for things. */
export const summaryReport = (study: StudyDetail, importance: readonly StudyImportance[]): Report =>
  studySummary(study, importance, words);

const short = (value: ParamValue): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);

function range(of: ParameterRange): string {
  if (of.type === 'categorical') return of.choices.map(short).join(', ');
  if (of.type === 'boolean') return 'false, true';
  return `${short(of.low)} to ${short(of.high)}${of.log ? ', log' : ''}`;
}

export function adviceText(advice: Advice): string {
  switch (advice.code) {
    case 'beyond':
      return `${advice.parameter}: half of the ${advice.good} best trials lie at the ${advice.end === 'low' ? 'lower' : 'upper'} end of the range, ${short(advice.at)}. Widen it there.`;
    case 'narrow':
      return `${advice.parameter}: the ${advice.good} best trials lie between ${short(advice.low)} and ${short(advice.high)}. Search there more finely.`;
    case 'settled':
      return `${advice.parameter}: all of the ${advice.good} best trials have ${short(advice.choice)}. Keep to it.`;
    case 'idle':
      return `${advice.parameter}: explains ${(100 * advice.share).toFixed(0)} % of the differences. Leave it out of the search.`;
    case 'still_better':
      return `The best came late, with trial ${advice.trial} of ${advice.trials}: more trials may find a better one.`;
    case 'levelled':
      return `Nothing better came after trial ${advice.trial} of ${advice.trials}: more trials of the same kind will hardly help.`;
    case 'failures':
      return `${advice.failed} of ${advice.trials} trials failed. Look at why, and keep the ranges away from there.`;
    case 'limits':
      return `${advice.broken} of ${advice.complete} complete trials break a limit. Move the ranges to where it is kept.`;
  }
}

function about({ plan, counts, datasetName, versionNumber, worked, status }: StudyDetail): string {
  const names = Object.keys(plan.space).join(', ');
  const ended = `${counts.complete} trials complete, ${counts.pruned} pruned, ${counts.failed} failed`;
  return `Searched ${names} for ${plan.metrics.join(', ')} on ${datasetName} (version ${versionNumber}): ${ended}, in ${duration(worked)} of work; ${status}.`;
}

const words: SummaryWords = {
  language: 'en',
  get made() {
    return `Made with Atelier, ${when(Date.now())}`;
  },
  about,
  metric: (key) => key,
  metricValue: metric,
  setting: (name) => name,
  value: (_setting, value) => short(value),
  range: (_setting, of) => range(of),
  share: (share) => `${(100 * share).toFixed(0)} %`,
  trial: (number) => `trial ${number}`,
  advice: adviceText,
  nothingYet: 'No trial is complete yet.',
  best: 'Best',
  front: 'Trials that no other one beats',
  searched: 'searched',
  matters: (key) => `matters for ${key}`,
  next: 'What to try next',
  nextNote: 'Rules of thumb over the best tenth of the trials.',
  noAdvice: 'Ten complete trials are needed before anything can be said, and these show nothing that stands out.',
  history: 'History',
  trialAxis: 'trial',
  bestSoFar: 'best so far',
  complete: 'complete',
  bestTrials: 'Best trials',
  how: 'How it was searched',
  sampler: 'sampler',
  pruner: 'pruner',
  seed: 'seed',
};
