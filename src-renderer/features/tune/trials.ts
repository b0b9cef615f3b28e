import type { StoredTrial, StudyDetail } from '../../../src-main/shared/study.ts';
import type { Variable } from '../../charts/scale.ts';
import { format } from '../../words/format.ts';
import { searchedChoice, searchedWord } from '../../words/searched.ts';
import { architectureWord } from '../../words/architecture-terms.ts';
import { lowerIsBetter, metricShort, metricValue } from '../../words/metric-terms.ts';

/** A setting's word, whatever place its name says it has: `set.loss`, `augment.flip`, `weight_decay`, `recipe.bins.count`. */
export function parameterWord(name: string): string {
  if (name.startsWith('recipe.')) return searchedWord(name);
  const key = name.replace(/^set\./, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return searchedWord(key === 'lr' ? 'learningRate' : key === 'batch' ? 'batchSize' : key);
}

export function parameterValue(name: string, value: StoredTrial['params'][string] | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return format.figure(value);
  if (name === 'architecture') return architectureWord(String(value));
  return searchedChoice(String(value));
}

/** What trials are charted by: their settings, then what came of them. */
export function trialVariables({ plan }: Pick<StudyDetail, 'plan'>, trials: readonly StoredTrial[]): Variable[] {
  const settings = Object.entries(plan.space).map(([name, range]): Variable => ({
    id: name,
    label: parameterWord(name),
    kind: range.type === 'float' || range.type === 'int' ? 'number' : 'category',
    values: trials.map(({ params }) => {
      const value = params[name];
      if (value === undefined || value === null) return undefined;
      return range.type === 'float' || range.type === 'int' ? (value as number) : String(value);
    }),
    format: (value) => parameterValue(name, value),
  }));
  const metrics = plan.metrics.map((key, i): Variable => ({
    id: key,
    label: metricShort(key),
    kind: 'number',
    values: trials.map(({ values }) => values?.[i]),
    format: (value) => metricValue(key, Number(value)),
    brief: (value) => metricValue(key, value, true),
    lowerIsBetter: lowerIsBetter(key),
  }));
  return [...settings, ...metrics];
}
