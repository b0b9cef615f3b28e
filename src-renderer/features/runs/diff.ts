import { spreadOf, type MetricSpread } from '../../../src-main/shared/spread.ts';
import type { ClassWeights } from '../../../src-main/shared/learning.ts';
import { codeLine, recipeLine, type RunProvenance } from '../../../src-main/shared/run-provenance.ts';
import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
import { m } from '../../words/messages.ts';
import { stepSaid } from '../../words/steps.ts';
import { hasNoBest, lowerIsBetter, metricRank } from '../../words/metric-terms.ts';
import { choiceWord } from '../../words/setting-terms.ts';

export interface DiffRow {
  key: string;
  /** One a run; undefined where the run has no such setting. */
  values: (SettingValue | undefined)[];
  differs: boolean;
}

/** What was asked of each run, setting by setting: those that differ first, each group in the form's order. */
export function settingsDiff(runs: readonly RunSummary[]): DiffRow[] {
  const first = runs[0]?.settings ?? noRun;
  const last = known.get(first);
  if (last?.runs.length === runs.length && last.runs.every((run, i) => askedAlike(run, runs[i]))) return last.rows;
  const rows = diffOf(runs);
  known.set(first, { runs, rows });
  return rows;
}

/**
 * Every part of a comparison asks it, and news of a run hardly ever are of its settings. Kept by those of the first run, which are the same
 * object as long as they do not change.
 */
const known = new WeakMap<object, { runs: readonly RunSummary[]; rows: DiffRow[] }>();
const noRun = {};
const askedAlike = (a: RunSummary, b: RunSummary): boolean =>
  a === b ||
  (a.settings === b.settings &&
    a.datasetName === b.datasetName &&
    a.versionNumber === b.versionNumber &&
    (a.origin === null) === (b.origin === null));

/**
 * How the data were prepared and what code trained, as far as that is known of any: rows like those of settings. A run whose recipe has no step
 * says so; of an imported one nothing is known.
 */
export function provenanceRows(found: readonly (RunProvenance | null)[]): DiffRow[] {
  const rows: [string, (SettingValue | undefined)[]][] = [
    ['recipe', found.map((one) => (one?.recipe ? recipeLine(one.recipe, stepSaid) || m.recipe_none() : undefined))],
    ['code', found.map((one) => (one?.code ? codeLine(one.code) : undefined))],
  ];
  return rows
    .filter(([, values]) => values.some((value) => value !== undefined))
    .map(([key, values]) => ({ key, values, differs: values.some((value) => value !== values[0]) }));
}

/** Those that differ first. */
export const differingFirst = (rows: readonly DiffRow[]): DiffRow[] => [
  ...rows.filter((row) => row.differs),
  ...rows.filter((row) => !row.differs),
];

function diffOf(runs: readonly RunSummary[]): DiffRow[] {
  const flat = runs.map((run): Record<string, SettingValue> => {
    if (run.origin !== null) return { ...(run.datasetName && { dataset: run.datasetName }), ...run.settings };
    const { architectureSettings, ...training } = run.settings;
    const { architecture, augment = {}, classWeights, part, stretches = [], ...rest } = training;
    const added = stretches.map((one) => `${one.epoch}: ${choiceWord(one.schedule)} ${one.learningRate}`);
    const amounts = Object.entries(augment).map(([kind, amount]) => [`augment.${kind}`, amount] as const);
    return {
      dataset: run.datasetName,
      version: run.versionNumber,
      architecture,
      ...architectureSettings,
      ...rest,
      ...Object.fromEntries(amounts),
      ...weightsShown(classWeights),
      ...(added.length > 0 ? { stretches: added.join(', ') } : {}),
      ...(part && { fold: `${part.fold + 1}/${part.folds}` }),
    };
  });
  const keys = new Set(flat.flatMap((settings) => Object.keys(settings)));
  const rows = [...keys].map((key): DiffRow => {
    const values = flat.map((settings) => settings[key]);
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
  return differingFirst(rows);
}

/** Whether they are one and the same but for what is drawn, or for the fold: then their results have a mean. */
export const areRepeats = (rows: readonly DiffRow[]): boolean =>
  rows.every(({ key, differs }) => !differs || ['seed', 'fold', 'version', 'code'].includes(key));

function weightsShown(weights: ClassWeights | undefined): Record<string, SettingValue> {
  if (weights === undefined) return {};
  if (weights === 'balanced') return { classWeights: weights };
  const each = Object.entries(weights).map(([name, weight]) => [`classWeight.${name}`, weight] as const);
  return { classWeights: 'own', ...Object.fromEntries(each) };
}

export interface MetricRow {
  key: string;
  values: (number | undefined)[];
  /** Over all runs, where each has one. */
  spread: MetricSpread | null;
  /** Places of the best value; none where all are the same or only one run has it. */
  best: Set<number>;
}

/** What is chosen by comes first: the test split is for the end. */
const splitRank = (key: string) =>
  ['validation/', 'test/', 'train/'].findIndex((split) => key.startsWith(split)) + 1 || 9;

export function metricRows(runs: readonly RunSummary[]): MetricRow[] {
  const keys = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  return [...keys]
    .sort((a, b) => splitRank(a) - splitRank(b) || metricRank(a) - metricRank(b) || a.localeCompare(b))
    .map((key) => {
      const values = runs.map((run) => run.metrics[key]);
      const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
      const best = lowerIsBetter(key) ? Math.min(...known) : Math.max(...known);
      const telling = !hasNoBest(key) && known.length > 1 && known.some((value) => value !== best);
      const spread = known.length === values.length ? spreadOf(known) : null;
      return {
        key,
        values,
        spread,
        best: new Set(telling ? values.flatMap((value, i) => (value === best ? [i] : [])) : []),
      };
    });
}

export interface ClassScore {
  name: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** Per class, from counts[actual][predicted]; 0 / 0 is 0, as in scikit-learn. */
export function classScores(classes: readonly string[], counts: readonly (readonly number[])[]): ClassScore[] {
  const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);
  return classes.map((name, c) => {
    const support = counts[c].reduce((sum, n) => sum + n, 0);
    const predicted = counts.reduce((sum, row) => sum + row[c], 0);
    const hits = counts[c][c];
    return {
      name,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, predicted + support),
      support,
    };
  });
}
