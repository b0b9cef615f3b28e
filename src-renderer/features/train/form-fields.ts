import type { SettingField, SettingValue, TrainedRun } from '../../../src-main/shared/run.ts';
import { hasDiverged, lowerRate } from '../../../src-main/shared/run.ts';
import { augmentKey, checkField, trainingKeys, type Checked } from './fields.ts';
import { typedLearning } from './learning-fields.ts';

/** The augmentation that needs a list of one's own. */
export const synonymKey = augmentKey('word-synonym');

export interface FormField {
  field: SettingField;
  /** `training` settings are kept when the architecture changes, `architecture` ones belong to it; those of the data's recipe are only searched. */
  of: 'training' | 'learning' | 'augment' | 'architecture' | 'recipe';
  typed: string | boolean;
  checked: Checked;
  changed: boolean;
}

/** What was typed, by `typedKey`; what is absent follows the default. */
export type Typed = Record<string, string | boolean>;

export const typedKey = (key: string, of: FormField['of'], architecture: string): string =>
  of === 'architecture' ? `${architecture}.${key}` : key;

/** A field with what was typed in it. `synonyms`: whether there is a list that words can be put in from. */
export function formField(
  field: SettingField,
  of: FormField['of'],
  { architecture, typed: all, synonyms }: { architecture: string; typed: Typed; synonyms: boolean },
): FormField {
  const standard = typeof field.default === 'boolean' ? field.default : String(field.default);
  const given = all[typedKey(field.key, of, architecture)];
  // A loss for classes, typed before other data were chosen, is none for numbers.
  const lost = of === 'learning' && field.kind === 'choice' && !field.choices.includes(String(given));
  const typed = given === undefined || lost ? standard : given;
  let checked = checkField(field, typed);
  const lacking = field.key === synonymKey && typeof checked.value === 'number' && checked.value > 0 && !synonyms;
  if (lacking) checked = { problem: 'synonyms' };
  return { field, of, typed, checked, changed: checked.value !== field.default };
}

/** By key, but for those that are wrong. */
export const valuesOf = (fields: readonly FormField[]): Record<string, SettingValue> =>
  Object.fromEntries(
    fields.flatMap(({ field, checked }) => (checked.value === undefined ? [] : [[field.key, checked.value]])),
  );

/** What would have to be typed for everything to be as it was in `run`, but for a rate at which it diverged. */
export function typedAsIn(run: TrainedRun): Typed {
  const { settings } = run;
  const { architecture } = settings;
  const typed: Typed = {};
  for (const [key, value] of Object.entries(settings.architectureSettings))
    typed[typedKey(key, 'architecture', architecture)] = typeof value === 'boolean' ? value : String(value);
  for (const key of trainingKeys) if (settings[key] !== undefined) typed[key] = String(settings[key]);
  if (hasDiverged(run)) typed.learningRate = String(lowerRate(settings.learningRate));
  Object.assign(typed, typedLearning(settings));
  for (const [kind, amount] of Object.entries(settings.augment ?? {})) typed[augmentKey(kind)] = String(amount);
  return typed;
}
