import type { Column, DatasetKind, Manifest, SplitName } from '../../src-main/shared/dataset.ts';
import { foldRange } from '../../src-main/shared/split.ts';
import type { SplitWay, SplitWish } from '../../src-main/shared/split.ts';
import { parseNumber } from '../words/numbers.ts';

/** A number as typed, and whether it can be taken. */
class TypedNumber {
  text = $state('');
  #low: number;
  #high: number;
  #whole: boolean;

  constructor(value: number, low: number, high: number, whole: boolean) {
    this.text = String(value);
    this.#low = low;
    this.#high = high;
    this.#whole = whole;
  }
  get value(): number | null {
    const value = parseNumber(this.text);
    if (value === null || value < this.#low || value > this.#high) return null;
    return this.#whole && !Number.isInteger(value) ? null : value;
  }
  get wrong(): boolean {
    return this.value === null;
  }
}

/** Of a version, or of files that are not imported yet, as far as that is known. */
export interface Divided extends Pick<Manifest, 'kind' | 'samples' | 'target' | 'splits' | 'splitSeed' | 'split'> {
  columns: readonly Pick<Column, 'name' | 'distinct'>[];
  classes: readonly unknown[];
}

const groupNames =
  /patient|subject|person|user|customer|client|group|session|speaker|author|device|site|household|family|_?id$/i;
const timeNames = /date|time|when|day|month|year|日期|时间/i;

/** How to divide the same samples anew: the way, what it goes by, shares in percent, and the seed. */
export class SplitDraft {
  #manifest: Divided;
  how = $state<SplitWay>('stratified');
  #columns = $state<Partial<Record<SplitWay, string>>>({});
  pattern = $state('');
  dates = $state<'auto' | 'day-first' | 'month-first'>('auto');
  readonly validation: TypedNumber;
  readonly test: TypedNumber;
  readonly seed: TypedNumber;
  readonly folds: TypedNumber;
  readonly fold: TypedNumber;

  constructor(manifest: Divided) {
    this.#manifest = manifest;
    const { split } = manifest;
    const share = (name: SplitName, otherwise: number) => {
      const percent = Math.round((manifest.splits[name] / Math.max(1, manifest.samples)) * 1000) / 10;
      return percent >= 1 && percent <= 90 ? percent : otherwise;
    };
    this.validation = new TypedNumber(share('validation', 10), 1, 90, false);
    this.test = new TypedNumber(share('test', 10), 1, 90, false);
    this.seed = new TypedNumber(manifest.splitSeed, 0, 2 ** 32 - 1, true);
    this.folds = new TypedNumber(split?.folds ?? foldRange.usual, foldRange.min, foldRange.max, true);
    this.fold = new TypedNumber((split?.fold ?? 0) + 1, 1, foldRange.max, true);
    this.how = split && this.ways.includes(split.how) ? split.how : this.ways[0];
    const repeated = (name: string, distinct: number) => groupNames.test(name) && distinct < 0.9 * manifest.samples;
    const grouped = manifest.columns.find(({ name, distinct }) => repeated(name, distinct))?.name;
    const timed = manifest.columns.find(({ name }) => timeNames.test(name))?.name;
    this.#columns = { grouped, time: timed, ...(split?.column !== undefined ? { [split.how]: split.column } : {}) };
    this.pattern = split?.pattern ?? '';
  }

  get kind(): DatasetKind {
    return this.#manifest.kind;
  }
  /** Those that these samples allow. */
  get ways(): SplitWay[] {
    const { kind, classes } = this.#manifest;
    // What a table's rows could go by is in its columns.
    const keyed = kind === 'images' || this.columns.length > 0;
    return [
      ...(classes.length > 0 ? (['stratified'] as const) : []),
      'random',
      ...(keyed ? (['grouped'] as const) : []),
      ...(kind === 'table' && keyed ? (['time'] as const) : []),
      ...(keyed ? (['hash'] as const) : []),
      'folds',
    ];
  }
  get byColumn(): boolean {
    return this.#manifest.kind === 'table' && !['stratified', 'random'].includes(this.how);
  }
  /** Of folds a column is no must. */
  get needsColumn(): boolean {
    return this.byColumn && this.how !== 'folds';
  }
  get byPattern(): boolean {
    return this.how === 'grouped' || this.how === 'hash' || this.how === 'folds';
  }
  get columns(): string[] {
    return this.#manifest.columns.filter(({ name }) => name !== this.#manifest.target).map(({ name }) => name);
  }
  get column(): string | undefined {
    return this.#columns[this.how];
  }
  set column(name: string | undefined) {
    this.#columns = { ...this.#columns, [this.how]: name };
  }

  /** Nothing would be left to train on. */
  get tooMuch(): boolean {
    return (this.validation.value ?? 0) + (this.test.value ?? 0) >= 99;
  }
  get noSuchFold(): boolean {
    return (this.fold.value ?? 0) > (this.folds.value ?? foldRange.max);
  }
  get value(): SplitWish | null {
    const [validation, test, seed] = [this.validation.value, this.test.value, this.seed.value];
    const [folds, fold] = [this.folds.value, this.fold.value];
    if (validation === null || test === null || seed === null || this.tooMuch) return null;
    if (this.how === 'folds' && (folds === null || fold === null || this.noSuchFold)) return null;
    if (this.needsColumn && this.column === undefined) return null;
    const pattern = this.pattern.trim();
    return {
      how: this.how,
      seed,
      validation: validation / 100,
      test: test / 100,
      ...(this.byColumn && this.column !== undefined ? { column: this.column } : {}),
      // Folds need no groups: an empty pattern says that there are none.
      ...(this.byPattern && pattern !== '' ? { pattern } : {}),
      ...(this.how === 'time' && this.dates !== 'auto' ? { dates: this.dates } : {}),
      ...(this.how === 'folds' ? { folds: folds!, fold: fold! - 1 } : {}),
    };
  }
}
