import { augmentFields, type AugmentKind } from './augment/kinds.ts';
import type { SettingField, SettingValue } from './run.ts';
import type { ParameterRange } from './study.ts';

/** Choices among which a search mostly finds what is good; the others can be added. */
const likely: Readonly<Record<string, readonly string[]>> = {
  optimizer: ['adam', 'adamw', 'nesterov', 'rmsprop'],
  schedule: ['cosine', 'linear', 'one-cycle', 'constant'],
};

/** Numbers for which there is a usual range whatever they are now. */
const known: Readonly<Record<string, ParameterRange>> = {
  weightDecay: { type: 'float', low: 1e-6, high: 0.1, log: true },
  patience: { type: 'int', low: 3, high: 20 },
  focalGamma: { type: 'float', low: 0.5, high: 5 },
  huberDelta: { type: 'float', low: 0.1, high: 10, log: true },
  labelSmoothing: { type: 'float', low: 0, high: 0.2 },
  clipNorm: { type: 'float', low: 0.1, high: 10, log: true },
  accumulate: { type: 'categorical', choices: [1, 2, 4] },
  average: { type: 'categorical', choices: [0, 0.99, 0.999] },
  warmup: { type: 'float', low: 0, high: 0.2 },
  dropout: { type: 'float', low: 0, high: 0.5 },
  corruption: { type: 'float', low: 0, high: 0.5 },
  heads: { type: 'categorical', choices: [1, 2, 4, 8] },
  patch: { type: 'categorical', choices: [2, 4, 8] },
  kernel: { type: 'categorical', choices: [3, 5, 7] },
};

/** How a run is done, and not what it learns. */
const fixed: ReadonlySet<string> = new Set(['seed', 'device', 'threads', 'norms', 'precision']);

/** Of steps of a recipe: numbers for which there is a usual range, and choices that need nothing else to be filled in. */
const knownOfSteps: Readonly<Record<string, ParameterRange>> = {
  smoothing: { type: 'float', low: 1, high: 100, log: true },
  factor: { type: 'float', low: 1, high: 4 },
  add: { type: 'float', low: 0.01, high: 10, log: true },
  words: { type: 'int', low: 64, high: 1024, log: true },
};
const likelyOfSteps: Readonly<Record<string, readonly string[]>> = {
  by: ['quantiles', 'width', 'iqr', 'z-score'],
  with: ['mean', 'median', 'mode'],
};
/** What the data is, and not how it is prepared. */
const fixedOfSteps: ReadonlySet<string> = new Set(['seed', 'language', 'written']);

/** A range to begin with for a setting of the train form, around what it is now. Null where there is none to search. */
export function usualRange(field: SettingField, value: SettingValue): ParameterRange | null {
  const { key } = field;
  if (key.startsWith('recipe.')) return usualOfStep(field, value);
  if (fixed.has(key) || key.startsWith('keep')) return null;
  if (key.startsWith('augment.')) {
    const { max, usual } = augmentFields[key.slice('augment.'.length) as AugmentKind];
    return { type: 'float', low: 0, high: Math.min(max, 2 * usual) };
  }
  if (Object.hasOwn(known, key) && field.kind !== 'choice') return known[key];
  switch (field.kind) {
    case 'boolean':
      return { type: 'boolean' };
    case 'tokenizer':
    case 'choice':
      return among(field, likely[key], String(value));
    case 'integers':
      return { type: 'categorical', choices: widths(String(value), field) };
    case 'number':
    case 'integer':
      return around(field, Number(value));
  }
}

function usualOfStep(field: SettingField, value: SettingValue): ParameterRange | null {
  const own = field.key.slice(field.key.lastIndexOf('.') + 1);
  // Whether it is done at all may be called by any name.
  if (field.kind === 'boolean') return { type: 'boolean' };
  if (fixedOfSteps.has(own)) return null;
  if (field.kind === 'choice') return among(field, likelyOfSteps[own], value as string);
  if (field.kind !== 'number' && field.kind !== 'integer') return null;
  const usual = Object.hasOwn(knownOfSteps, own) ? knownOfSteps[own] : null;
  return usual && 'high' in usual && Number(value) <= usual.high ? usual : around(field, Number(value));
}

/** What it is now is among them. */
function among(
  { choices }: { readonly choices: readonly string[] },
  some: readonly string[] | undefined,
  value: string,
): ParameterRange | null {
  const all = (some ?? choices).filter((each) => each !== 'own' && choices.includes(each));
  const tried = all.includes(value) || value === 'own' ? all : [...all, value];
  return tried.length > 1 ? { type: 'categorical', choices: tried } : null;
}

/** Half, the same, twice as wide, and a layer more. */
function widths(value: string, { min, max, maxLength }: { min: number; max: number; maxLength: number }): string[] {
  const layers = value
    .split(',')
    .map(Number)
    .filter((each) => each > 0);
  if (layers.length === 0) return ['', '32', '64'].filter((each) => each === '' || Number(each) <= max);
  const scaled = (by: number) => layers.map((each) => Math.min(max, Math.max(min, Math.round(each * by))));
  const deeper = layers.length < maxLength ? [[...layers, layers.at(-1)!]] : [];
  const all = [scaled(0.5), layers, scaled(2), ...deeper].map((each) => each.join(','));
  return [...new Set(all)];
}

function around(
  { key, kind, min, max }: Extract<SettingField, { kind: 'number' | 'integer' }>,
  value: number,
): ParameterRange {
  const within = (number: number) => Math.min(max, Math.max(min, number));
  if (key === 'learningRate' || key === 'discriminatorRate') {
    return { type: 'float', low: within(oneDigit(value / 30)), high: within(oneDigit(value * 30)), log: true };
  }
  if (key === 'batchSize') {
    const power = Math.round(Math.log2(value));
    const choices = [-2, -1, 0, 1, 2].map((by) => 2 ** (power + by)).filter((each) => each >= 1 && each <= max);
    return { type: 'categorical', choices: choices.slice(0, 5) };
  }
  if (key === 'width') {
    const eighth = (by: number) => within(Math.max(8, Math.round((value * by) / 8) * 8));
    return { type: 'int', low: eighth(0.5), high: eighth(2), step: 8 };
  }
  // 0 stands for "as suits the data".
  const middle = value > 0 ? value : kind === 'integer' ? 32 : max / 4;
  if (kind === 'number')
    return { type: 'float', low: within(oneDigit(middle / 2)), high: within(oneDigit(middle * 2)) };
  const [low, high] = [within(Math.max(1, Math.round(middle / 2))), within(Math.round(middle * 2))];
  return high / low >= 8 ? { type: 'int', low, high, log: true } : { type: 'int', low, high };
}

/** 0.000033 → 0.00003 */
const oneDigit = (value: number): number => Number(value.toPrecision(1));
