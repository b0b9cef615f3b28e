import type { Report } from '../../../src-main/shared/chart/report-html.ts';
import type { Advice } from '../../../src-main/shared/study-plots/advice.ts';
import { studySummary, type SummaryWords } from '../../../src-main/shared/study-plots/summary.ts';
import type { ParameterRange, ParamValue, StudyDetail, StudyImportance } from '../../../src-main/shared/study.ts';
import { format } from '../../words/format.ts';
import { locale } from '../../words/locale.svelte.ts';
import { m } from '../../words/messages.ts';
import { reasonWords, studyStatusWord } from '../../words/reasons.ts';
import { metricShort, metricValue, metricWord } from '../../words/metric-terms.ts';
import { parameterValue, parameterWord } from './trials.ts';

/** A summary of a study in the language in use. */
export const summaryOf = (study: StudyDetail, importance: readonly StudyImportance[]): Report =>
  studySummary(study, importance, words());

function rangeWords(name: string, range: ParameterRange): string {
  const word = (value: ParamValue) => parameterValue(name, value);
  if (range.type === 'categorical') return range.choices.map(word).join(m.list_comma());
  if (range.type === 'boolean') return [false, true].map(word).join(m.list_comma());
  const span = m.range_between({ from: word(range.low), to: word(range.high) });
  return range.log ? m.summary_log({ range: span }) : span;
}

export function adviceWords(advice: Advice): string {
  const n = (value: number) => format.integer(value);
  const name = 'parameter' in advice ? parameterWord(advice.parameter) : '';
  const worded = (value: ParamValue) => parameterValue('parameter' in advice ? advice.parameter : '', value);
  switch (advice.code) {
    case 'beyond':
      return (advice.end === 'low' ? m.advice_beyond_low : m.advice_beyond_high)({
        name,
        value: worded(advice.at),
        n: n(advice.good),
      });
    case 'narrow':
      return m.advice_narrow({
        name,
        from: worded(advice.low),
        to: worded(advice.high),
        n: n(advice.good),
      });
    case 'settled':
      return m.advice_settled({ name, value: worded(advice.choice), n: n(advice.good) });
    case 'idle':
      return m.advice_idle({ name, share: format.percent(advice.share, 0) });
    case 'still_better':
      return m.advice_still_better({ n: n(advice.trial), total: n(advice.trials) });
    case 'levelled':
      return m.advice_levelled({ n: n(advice.trial), total: n(advice.trials) });
    case 'failures':
      return m.advice_failures({ n: n(advice.failed), total: n(advice.trials) });
    case 'limits':
      return m.advice_limits({ n: n(advice.broken), total: n(advice.complete) });
  }
}

function about(study: StudyDetail): string {
  const { counts, plan, datasetName, versionNumber, worked, status, reason } = study;
  return [
    m.summary_searched({
      names: Object.keys(plan.space).map(parameterWord).join(m.list_comma()),
      metrics: plan.metrics.map(metricWord).join(m.list_comma()),
      data: datasetName,
      version: format.integer(versionNumber),
    }),
    m.summary_counts({
      complete: format.integer(counts.complete),
      pruned: format.integer(counts.pruned),
      failed: format.integer(counts.failed),
      time: format.duration(worked),
    }),
    reason ? reasonWords(reason) : `${studyStatusWord(status)}.`,
  ].join(' ');
}

const words = (): SummaryWords => ({
  language: locale.current,
  made: m.report_made({ time: format.moment(Date.now()) }),
  about,
  metric: metricWord,
  metricValue: (key, value) => metricValue(key, value),
  setting: parameterWord,
  value: parameterValue,
  range: rangeWords,
  share: (share) => format.percent(share, 0),
  trial: (number) => m.tune_trial_n({ n: format.integer(number) }),
  advice: adviceWords,
  nothingYet: m.tune_nothing_yet(),
  best: m.summary_best(),
  front: m.tune_front(),
  searched: m.summary_range(),
  matters: (metric) => m.tune_importance_for({ metric: metricShort(metric) }),
  next: m.summary_next(),
  nextNote: m.summary_next_note(),
  noAdvice: m.summary_no_advice(),
  history: m.tune_history(),
  trialAxis: m.tune_trial(),
  bestSoFar: m.tune_best_so_far(),
  complete: m.trial_complete(),
  bestTrials: m.summary_best_trials(),
  how: m.summary_how(),
  sampler: m.summary_sampler(),
  pruner: m.tune_pruner(),
  seed: m.setting_seed(),
});
