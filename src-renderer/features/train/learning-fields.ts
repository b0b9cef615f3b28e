import {
  classWeightRange,
  learningFields,
  learningNumbers,
  learns,
  lossesFor,
  precisions,
  usualWarmup,
  type ClassWeights,
  type LearningContext,
  type LearningNumber,
  type LearningSettings,
} from '../../../src-main/shared/learning.ts';
import type { SettingField, SettingValue, TrainSettings } from '../../../src-main/shared/run.ts';

/** How classes are weighed, as one chooses it: `own` opens a number for each class. */
const weighings = ['none', 'balanced', 'own'] as const;

const before = 'classWeight.';
export const classWeightKey = (name: string): string => `${before}${name}`;
export const isClassWeight = (key: string): boolean => key.startsWith(before);

/** In the order of the page; what would do nothing is not asked for. `weighing`: as typed. */
export function learningFieldsOf(
  about: LearningContext,
  classes: readonly string[],
  weighing: string | undefined,
): SettingField[] {
  const losses = lossesFor(about.task);
  const number = (key: LearningNumber): SettingField[] => {
    if (!learns(key, about)) return [];
    const { min, max, usual, whole } = learningFields[key];
    const standard = key === 'warmup' ? usualWarmup(about.schedule) : usual;
    return [{ key, kind: whole ? 'integer' : 'number', default: standard, min, max, advanced: true }];
  };
  return [
    ...(losses.length > 0
      ? [{ key: 'loss', kind: 'choice', default: losses[0], choices: losses, advanced: true } as const]
      : []),
    ...number('focalGamma'),
    ...number('huberDelta'),
    ...(learns('classWeights', about)
      ? [{ key: 'classWeights', kind: 'choice', default: 'none', choices: weighings, advanced: true } as const]
      : []),
    ...(learns('classWeights', about) && weighing === 'own'
      ? classes.map(
          (name) =>
            ({ key: classWeightKey(name), kind: 'number', default: 1, ...classWeightRange, advanced: true }) as const,
        )
      : []),
    ...number('labelSmoothing'),
    ...number('clipNorm'),
    ...number('warmup'),
    ...number('accumulate'),
    ...number('average'),
    ...(learns('precision', about)
      ? [{ key: 'precision', kind: 'choice', default: precisions[0], choices: precisions, advanced: true } as const]
      : []),
  ];
}

/** As a request says it: `values` by the fields' keys. */
export function learningOf(values: Readonly<Record<string, SettingValue>>): LearningSettings {
  const { classWeights: weighing, ...rest } = values;
  const own = Object.entries(rest).filter(([key]) => isClassWeight(key));
  const others = Object.entries(rest).filter(([key]) => !isClassWeight(key));
  const weights: ClassWeights | undefined =
    weighing === 'balanced'
      ? 'balanced'
      : weighing === 'own'
        ? Object.fromEntries(own.map(([key, weight]) => [key.slice(before.length), Number(weight)]))
        : undefined;
  return { ...Object.fromEntries(others), ...(weights && { classWeights: weights }) };
}

/** What a run was told, as it is typed. */
export function typedLearning(settings: TrainSettings): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const key of ['loss', 'precision', ...learningNumbers] as const) {
    if (settings[key] !== undefined) typed[key] = String(settings[key]);
  }
  const weights = settings.classWeights;
  if (weights === undefined) return typed;
  if (weights === 'balanced') return { ...typed, classWeights: weights };
  typed.classWeights = 'own';
  for (const [name, weight] of Object.entries(weights)) typed[classWeightKey(name)] = String(weight);
  return typed;
}
