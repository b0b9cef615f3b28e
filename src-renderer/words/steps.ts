import type { RecipeStep, StepField } from '../../src-main/shared/recipe.ts';
import { personalKinds } from '../../src-main/shared/privacy.ts';
import { m } from './messages.ts';
import { personalKindWord } from './privacy.ts';
import { columnTypeWord } from './data-terms.ts';

/** Words for a recipe's steps, their settings and choices, by the stable keys that recipes keep. */
type Words = Readonly<Record<string, () => string>>;

const kinds: Words = {
  drop: m.step_drop,
  keep: m.step_keep,
  type: m.step_type,
  trim: m.step_trim,
  case: m.step_case,
  replace: m.step_replace,
  regex: m.step_regex,
  html: m.step_html,
  urls: m.step_urls,
  unicode: m.step_unicode,
  'stop-words': m.step_stop_words,
  fill: m.step_fill,
  neighbours: m.step_neighbours,
  'missing-rows': m.step_missing_rows,
  duplicates: m.step_duplicates,
  'near-duplicates': m.step_near_duplicates,
  copies: m.step_copies,
  unlabelled: m.step_unlabelled,
  filter: m.step_filter,
  outliers: m.step_outliers,
  rebalance: m.step_rebalance,
  standard: m.step_standard,
  'min-max': m.step_min_max,
  robust: m.step_robust,
  log: m.step_log,
  'yeo-johnson': m.step_yeo_johnson,
  'one-hot': m.step_one_hot,
  ordinal: m.step_ordinal,
  target: m.step_target,
  bins: m.step_bins,
  dates: m.step_dates,
  hashing: m.step_hashing,
  'tf-idf': m.step_tf_idf,
  personal: m.step_personal,
  bands: m.step_bands,
  'coarse-dates': m.step_coarse_dates,
  rare: m.step_rare,
  prefix: m.step_prefix,
};
export const stepWord = (kind: string): string => kinds[kind]?.() ?? kind;
/** Within a sentence: "fill missing values"; names of people and abbreviations keep their letters. */
export const stepInSentence = (kind: string): string => {
  const word = stepWord(kind);
  return kind !== 'yeo-johnson' && /^\p{Lu}\p{Ll}/u.test(word) ? word[0].toLowerCase() + word.slice(1) : word;
};

const kindHelps: Words = {
  drop: m.step_drop_help,
  keep: m.step_keep_help,
  type: m.step_type_help,
  trim: m.step_trim_help,
  case: m.step_case_help,
  replace: m.step_replace_help,
  regex: m.step_regex_help,
  html: m.step_html_help,
  urls: m.step_urls_help,
  unicode: m.step_unicode_help,
  'stop-words': m.step_stop_words_help,
  fill: m.step_fill_help,
  neighbours: m.step_neighbours_help,
  'missing-rows': m.step_missing_rows_help,
  duplicates: m.step_duplicates_help,
  'near-duplicates': m.step_near_duplicates_help,
  copies: m.step_copies_help,
  unlabelled: m.step_unlabelled_help,
  filter: m.step_filter_help,
  outliers: m.step_outliers_help,
  rebalance: m.step_rebalance_help,
  standard: m.step_standard_help,
  'min-max': m.step_min_max_help,
  robust: m.step_robust_help,
  log: m.step_log_help,
  'yeo-johnson': m.step_yeo_johnson_help,
  'one-hot': m.step_one_hot_help,
  ordinal: m.step_ordinal_help,
  target: m.step_target_help,
  bins: m.step_bins_help,
  dates: m.step_dates_help,
  hashing: m.step_hashing_help,
  'tf-idf': m.step_tf_idf_help,
  personal: m.step_personal_help,
  bands: m.step_bands_help,
  'coarse-dates': m.step_coarse_dates_help,
  rare: m.step_rare_help,
  prefix: m.step_prefix_help,
};
export const stepHelp = (kind: string): string => kindHelps[kind]?.() ?? '';

const groups: Words = {
  columns: m.step_group_columns,
  text: m.step_group_text,
  missing: m.step_group_missing,
  rows: m.step_group_rows,
  numbers: m.step_group_numbers,
  encoding: m.step_group_encoding,
  privacy: m.step_group_privacy,
};
export const stepGroupWord = (group: string): string => groups[group]?.() ?? group;

const fields: Words = {
  columns: m.step_field_columns,
  to: m.step_field_to,
  find: m.step_field_find,
  with: m.step_field_with,
  pattern: m.step_field_pattern,
  ignoreCase: m.step_field_ignore_case,
  form: m.step_field_form,
  value: m.step_field_value,
  when: m.step_field_when,
  condition: m.step_field_condition,
  by: m.step_field_by,
  factor: m.step_field_factor,
  then: m.step_field_then,
  count: m.step_field_count,
  edges: m.step_field_edges,
  range: m.step_field_range,
  add: m.step_field_add,
  most: m.step_field_most,
  order: m.step_field_order,
  smoothing: m.step_field_smoothing,
  neighbours: m.step_field_neighbours,
  rows: m.step_field_rows,
  written: m.step_field_written,
  time: m.step_field_time,
  standardise: m.step_field_standardise,
  language: m.step_field_language,
  also: m.step_field_also,
  likeness: m.step_field_likeness,
  seed: m.step_field_seed,
  folds: m.step_field_folds,
  signs: m.step_field_signs,
  words: m.step_field_words,
  norm: m.step_field_norm,
  kinds: m.step_field_kinds,
  how: m.step_field_how,
  salt: m.step_field_salt,
  width: m.step_field_width,
  unit: m.step_field_unit,
  least: m.step_field_least,
  length: m.step_field_length,
  which: m.step_field_which,
  from: m.step_field_from,
  without: m.step_field_without,
};
export const stepFieldWord = ({ key }: Pick<StepField, 'key'>): string => fields[key]?.() ?? key;

const fieldHelps: Words = {
  columns: m.step_field_columns_help,
  condition: m.step_field_condition_help,
  edges: m.step_field_edges_help,
  order: m.step_field_order_help,
  smoothing: m.step_field_smoothing_help,
  factor: m.step_field_factor_help,
  likeness: m.step_field_likeness_help,
  folds: m.step_field_folds_help,
  also: m.step_field_also_help,
  salt: m.step_field_salt_help,
  from: m.step_field_from_help,
};
/** `ofFiles`: the samples are images or sounds. */
export const stepFieldHelp = ({ key }: Pick<StepField, 'key'>, ofFiles = false): string | undefined =>
  ofFiles && key === 'condition' ? m.step_field_condition_files_help() : fieldHelps[key]?.();

/** Languages by their own names, which are the same in all. */
const languages: Readonly<Record<string, string>> = {
  en: 'English',
  zh: '中文',
  ar: 'العربية',
  cs: 'Čeština',
  da: 'Dansk',
  de: 'Deutsch',
  es: 'Español',
  fi: 'Suomi',
  fr: 'Français',
  it: 'Italiano',
  ja: '日本語',
  nl: 'Nederlands',
  no: 'Norsk',
  pl: 'Polski',
  pt: 'Português',
  ru: 'Русский',
  sv: 'Svenska',
  tr: 'Türkçe',
};

const choices: Words = {
  number: () => columnTypeWord('number'),
  category: () => columnTypeWord('category'),
  text: () => columnTypeWord('text'),
  lower: m.step_choice_lower,
  upper: m.step_choice_upper,
  nfc: m.step_choice_nfc,
  nfkc: m.step_choice_nfkc,
  'no-accents': m.step_choice_no_accents,
  median: m.step_choice_median,
  mode: m.step_choice_mode,
  any: m.step_choice_any,
  all: m.step_choice_all,
  iqr: m.step_choice_iqr,
  'z-score': m.step_choice_z_score,
  clip: m.step_choice_clip,
  flag: m.step_choice_flag,
  drop: m.step_choice_drop,
  '0..1': m.step_choice_zero_one,
  '-1..1': m.step_choice_minus_one,
  quantiles: m.step_choice_quantiles,
  width: m.step_choice_width,
  edges: m.step_choice_edges,
  'year-month-day': m.step_choice_ymd,
  'day-month-year': m.step_choice_dmy,
  'month-day-year': m.step_choice_mdy,
  mean: m.step_choice_mean,
  constant: m.step_choice_constant,
  over: m.step_choice_over,
  under: m.step_choice_under,
  mask: m.step_choice_mask,
  hash: m.step_choice_hash,
  remove: m.step_choice_remove,
  month: m.step_choice_month,
  year: m.step_choice_year,
  near: m.step_choice_near,
  exact: m.step_choice_exact,
  train: m.step_choice_train,
  everywhere: m.step_choice_everywhere,
  class: m.step_choice_class,
  annotations: m.step_choice_annotations,
  both: m.step_choice_both,
  ...Object.fromEntries(personalKinds.map((kind) => [kind, () => personalKindWord(kind)])),
};
export const stepChoiceWord = (choice: string): string => choices[choice]?.() ?? languages[choice] ?? choice;

/** A step with its settings in one line: "Numbers to bands: age, Width 10". */
export function stepSaid({ kind, settings }: Pick<RecipeStep, 'kind' | 'settings'>): string {
  const said = Object.entries(settings).flatMap(([key, value]) => {
    if (Array.isArray(value) && value.length === 0) return [];
    if (key === 'columns' && Array.isArray(value)) return value.join(', ');
    const word = typeof value === 'string' ? stepChoiceWord(value) : String(value);
    return `${fields[key]?.() ?? key} ${word}`;
  });
  return said.length === 0 ? stepWord(kind) : `${stepWord(kind)}: ${said.join(', ')}`;
}
