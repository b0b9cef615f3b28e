import type { FigureDrawing } from '../chart/figure-svg.ts';
import { rangeOf } from '../chart/figure.ts';
import type { Report, ReportCell, ReportRow, ReportSection } from '../chart/report-html.ts';
import type { ParameterRange, ParamValue, StoredTrial, StudyDetail, StudyImportance } from '../study.ts';
import { studyAdvice, type Advice } from './advice.ts';
import { studyHistory } from './history.ts';
import { ranks } from './rank.ts';
import { completeOnes, keepsLimits, valueOf } from './told.ts';

/** What a summary says, in somebody's language. */
export interface SummaryWords {
  /** BCP 47. */
  language: string;
  made: string;
  /** What was searched on what, and how it ended. */
  about: (study: StudyDetail) => string;
  metric: (key: string) => string;
  metricValue: (key: string, value: number) => string;
  setting: (name: string) => string;
  value: (setting: string, value: ParamValue) => string;
  range: (setting: string, range: ParameterRange) => string;
  share: (share: number) => string;
  trial: (number: number) => string;
  advice: (advice: Advice) => string;
  nothingYet: string;
  best: string;
  front: string;
  searched: string;
  matters: (metric: string) => string;
  next: string;
  nextNote: string;
  noAdvice: string;
  history: string;
  trialAxis: string;
  bestSoFar: string;
  complete: string;
  bestTrials: string;
  how: string;
  sampler: string;
  pruner: string;
  seed: string;
}

/** So many trials stand side by side. */
const mostTrials = 8;

/** What was searched, what was best, what mattered and what to try next, to be kept or sent. */
export function studySummary(study: StudyDetail, importance: readonly StudyImportance[], words: SummaryWords): Report {
  const { name, plan } = study;
  const best = study.best ? study.trials[study.best.number] : null;
  return {
    language: words.language,
    title: name,
    subtitle: words.made,
    sections: [
      found(study, best, importance, words),
      next(study, importance, words),
      ...(best ? [{ heading: words.history, charts: plan.metrics.map((_, i) => historyChart(study, i, words)) }] : []),
      ...leaders(study, words),
      how(study, words),
    ],
  };
}

function found(
  study: StudyDetail,
  best: StoredTrial | null,
  importance: readonly StudyImportance[],
  words: SummaryWords,
): ReportSection {
  const { plan } = study;
  const note = words.about(study);
  if (!best) return { heading: words.best, note: `${note} ${words.nothingYet}` };
  const rest = [null, ...importance.map(() => null)];
  const row = (label: string, value: string, more: readonly (string | null)[], mark = false): ReportRow => ({
    label,
    cells: [{ text: value, best: mark }, ...more.map((text) => ({ text: text ?? '' }))],
  });
  return {
    heading: `${words.best}: ${words.trial(best.number)}`,
    note,
    table: {
      head: [
        { text: words.trial(best.number) },
        { text: words.searched },
        ...importance.map(({ metric }) => ({ text: words.matters(metric) })),
      ],
      rows: [
        ...plan.metrics.map((key, i) => row(words.metric(key), words.metricValue(key, best.values![i]), rest, true)),
        ...Object.entries(plan.space).map(([name, range]) =>
          row(words.setting(name), name in best.params ? words.value(name, best.params[name]) : '–', [
            words.range(name, range),
            ...importance.map(({ shares }) => words.share(shares[name] ?? 0)),
          ]),
        ),
      ],
    },
  };
}

function next(study: StudyDetail, importance: readonly StudyImportance[], words: SummaryWords): ReportSection {
  const advice = studyAdvice(study, importance[0] ?? null);
  if (advice.length === 0) return { heading: words.next, note: words.noAdvice };
  return { heading: words.next, note: words.nextNote, points: advice.map(words.advice) };
}

/** The trials that are best, or of several metrics those that no other one beats, by the first. */
function leaders(study: StudyDetail, words: SummaryWords): ReportSection[] {
  const { plan, front } = study;
  const allowed = completeOnes(study, 0).filter(keepsLimits);
  const places = ranks(
    allowed.map((trial) => valueOf(trial, 0)),
    plan.directions[0],
  );
  const order = allowed.map((trial, i) => ({ trial, place: places[i] })).sort((a, b) => a.place - b.place);
  const unbeaten = new Set(front);
  const shown = order
    .map(({ trial }) => trial)
    .filter(({ number }) => plan.metrics.length === 1 || unbeaten.has(number))
    .slice(0, mostTrials);
  if (shown.length === 0) return [];
  const row = (label: string, text: (trial: StoredTrial) => string): ReportRow => ({
    label,
    cells: shown.map((trial): ReportCell => ({ text: text(trial) })),
  });
  return [
    {
      heading: plan.metrics.length > 1 ? words.front : words.bestTrials,
      table: {
        head: shown.map(({ number }) => ({ text: words.trial(number) })),
        rows: [
          ...plan.metrics.map((key, i) => row(words.metric(key), ({ values }) => words.metricValue(key, values![i]))),
          ...Object.keys(plan.space).map((name) =>
            row(words.setting(name), ({ params }) => (name in params ? words.value(name, params[name]) : '–')),
          ),
        ],
      },
    },
  ];
}

function how({ plan }: StudyDetail, words: SummaryWords): ReportSection {
  const row = (label: string, text: string): ReportRow => ({ label, cells: [{ text }] });
  const said = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    heading: words.how,
    folded: true,
    table: {
      head: [{ text: '' }],
      rows: [
        row(words.sampler, said(plan.sampler)),
        row(words.pruner, said(plan.pruner)),
        row(words.seed, String(plan.seed)),
        ...plan.constraints.map((constraint) => row('', constraint)),
        ...plan.limits.map(({ metric, most, least }) =>
          row(
            words.metric(metric),
            [least === undefined ? '' : `≥ ${least}`, most === undefined ? '' : `≤ ${most}`].join(' ').trim(),
          ),
        ),
        ...Object.entries(plan.settings).map(([name, value]) => row(words.setting(name), said(value))),
      ],
    },
  };
}

/** Of very many trials the picture keeps so many dots; the line of the best is whole. */
const mostDots = 2000;

function historyChart(study: StudyDetail, objective: number, words: SummaryWords): FigureDrawing {
  const key = study.plan.metrics[objective];
  const rows = studyHistory(study, objective).filter(({ state, value }) => state === 'complete' && value !== null);
  const every = Math.ceil(rows.length / mostDots);
  const dots = rows.filter((_, i) => i % every === 0);
  const led = rows.filter(({ best }) => best !== null);
  return {
    title: words.metric(key),
    x: {
      kind: 'number',
      name: words.trialAxis,
      low: 0,
      high: Math.max(1, study.trials.length - 1),
      whole: true,
      format: String,
    },
    y: {
      kind: 'number',
      name: words.metric(key),
      ...rangeOf(rows.map(({ value }) => value!)),
      format: (value) => words.metricValue(key, value),
    },
    layers: [
      {
        kind: 'lines',
        name: words.bestSoFar,
        colour: '#00855f',
        step: true,
        width: 2,
        lines: [{ x: led.map(({ trial }) => trial), y: led.map(({ best }) => best!) }],
      },
      {
        kind: 'points',
        name: words.complete,
        shape: 'disc',
        colour: '#2f8fc9',
        ids: dots.map(({ trial }) => trial),
        x: dots.map(({ trial }) => trial),
        y: dots.map(({ value }) => value!),
      },
    ],
    width: 720,
    height: 320,
  };
}
