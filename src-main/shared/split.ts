/** How samples are divided into train, validation and test: what can be asked for, and what a version keeps of it. */

/**
 * - `random`, `stratified`: drawn by lot, the latter with every class's share kept.
 * - `grouped`: samples that share a value (a patient, a session) stay together; otherwise as stratified as that allows.
 * - `time`: the oldest are for training, the newest for testing.
 * - `hash`: by a key's hash alone, so that a sample stays where it is when others come.
 * - `folds`: k parts for cross-validation, one of which is the test split, the next one the validation split.
 */
export const splitWays = ['stratified', 'random', 'grouped', 'time', 'hash', 'folds'] as const;
export type SplitWay = (typeof splitWays)[number];

export const foldRange = { min: 3, max: 20, usual: 5 } as const;

export interface SplitWish {
  /** Left out: stratified where there are classes, else random; and a test set that came with the source is kept while `test` is 0. */
  how?: SplitWay;
  seed: number;
  /** Shares of all samples, from 0 to below 1; the rest is for training. Folds have shares of their own. */
  validation: number;
  test: number;
  /** A table's column: of the groups (and of folds that keep them whole), the time, the key. */
  column?: string;
  /**
   * A regular expression that finds the group or key in the column's cell or in an image's path: its first group in parentheses, else all that
   * it matches. Images without one are grouped by their folder, and hashed by their path.
   */
  pattern?: string;
  /** Of dates like 03/04/2024, where nothing in the column tells which comes first. */
  dates?: 'day-first' | 'month-first';
  /** How many. */
  folds?: number;
  /** The one that is the test split, from 0. */
  fold?: number;
}

/** What a version keeps of how it was divided, where it was asked for; `SplitWish` says what each means. */
export interface SplitSettings extends Omit<SplitWish, 'how' | 'validation' | 'test'> {
  how: SplitWay;
  fractions: { train: number; validation: number; test: number };
}

/** What a division would give, before it is made. */
export interface SplitPreview {
  splits: Record<'train' | 'validation' | 'test', number>;
  /** Per class (in the manifest's order) how many are in train, validation and test; empty without classes. */
  classes: { name: string; counts: [number, number, number] }[];
  /** How many groups there are, where it is by groups. */
  groups: number | null;
  /** By time: the times, in seconds since 1970 or as the column's number, at which validation and test begin. */
  begins: { validation: number | null; test: number | null; dates: boolean } | null;
  notes: { code: string; message: string }[];
}

/** What is kept of a wish: what its way makes use of. */
export function splitSettings({
  how,
  seed,
  validation,
  test,
  column,
  pattern,
  dates,
  folds,
  fold,
}: SplitWish & { how: SplitWay }): SplitSettings {
  const k = folds ?? foldRange.usual;
  const share = how === 'folds' ? { validation: 1 / k, test: 1 / k } : { validation, test };
  const byKey = how === 'grouped' || how === 'hash' || how === 'folds';
  return {
    how,
    seed,
    fractions: {
      train: round(1 - share.validation - share.test),
      validation: round(share.validation),
      test: round(share.test),
    },
    ...((byKey || how === 'time') && column !== undefined ? { column } : {}),
    ...(byKey && pattern !== undefined ? { pattern } : {}),
    ...(how === 'time' && dates ? { dates } : {}),
    ...(how === 'folds' ? { folds: k, fold: fold ?? 0 } : {}),
  };
}

const round = (share: number): number => Math.round(share * 1e6) / 1e6;

/** Whether a version so divided is what is wished for. */
export function isSplitAs(settings: SplitSettings, wish: SplitWish): boolean {
  if (!wish.how) return false;
  const wished = splitSettings({ ...wish, how: wish.how });
  const text = (value: SplitSettings) => JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return text(settings) === text(wished);
}
