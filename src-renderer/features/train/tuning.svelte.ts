import { SvelteMap } from 'svelte/reactivity';
import type { SettingField, SettingValue } from '../../../src-main/shared/run.ts';
import type { ParameterRange, ParamValue } from '../../../src-main/shared/study.ts';
import { usualRange } from '../../../src-main/shared/tunable-range.ts';
import { studies } from '../../state/studies.svelte.ts';
import type { StudyId } from '../../../src-main/shared/ids.ts';
import { parseNumber } from '../../words/numbers.ts';
import { checkField } from './fields.ts';
import { isClassWeight, learningOf } from './learning-fields.ts';
import type { FormField, TrainForm } from './train.svelte.ts';

/** A range as it is typed. */
export interface RangeDraft {
  low: string;
  high: string;
  /** With semicolons between them, since widths have commas. */
  choices: string;
}

export interface SearchWish {
  name: string;
  metric: string;
  trials: number;
  pruner: string;
  workers: number;
}

const text = (value: ParamValue): string => String(value);

/** A range as it is typed first; null where there is nothing to search. */
export function draftOf(range: ParameterRange): RangeDraft {
  if (range.type === 'categorical') return { low: '', high: '', choices: range.choices.map(text).join('; ') };
  if (range.type === 'boolean') return { low: '', high: '', choices: 'false; true' };
  return { low: text(range.low), high: text(range.high), choices: '' };
}

/** What was typed, in the form of the range that it began with; null where it is none. */
export function rangeOf(field: SettingField, usual: ParameterRange, draft: RangeDraft): ParameterRange | null {
  if (usual.type === 'boolean') return usual;
  if (usual.type === 'categorical') {
    const parts = draft.choices
      .split(/[;；]/)
      .map((part) => part.trim())
      .filter((part, _, all) => part !== '' || (field.kind === 'integers' && all.length > 1));
    const checked = parts.map((part) => checkField(field, part).value);
    if (checked.length < 2 || checked.some((value) => value === undefined)) return null;
    const choices = checked as SettingValue[];
    return new Set(choices).size === choices.length ? { type: 'categorical', choices } : null;
  }
  const [low, high] = [draft.low, draft.high].map((each) => parseNumber(each));
  const wrong = [draft.low, draft.high].some((each) => checkField(field, each).problem !== undefined);
  if (low === null || high === null || wrong || low >= high) return null;
  const log = (usual.log ?? false) && low > 0;
  return { type: usual.type, low, high, ...(log ? { log } : {}), ...(usual.step ? { step: usual.step } : {}) };
}

/** Which settings of the train form are searched over, and in which ranges. */
export class Tuning {
  readonly #drafts = new SvelteMap<string, RangeDraft>();
  readonly #usual = new Map<string, ParameterRange>();

  /** By what it is of, so that nets with settings of the same name do not share them. */
  key({ field, of }: Pick<FormField, 'field' | 'of'>): string {
    return `${of}.${field.key}`;
  }

  can(one: FormField): boolean {
    return !isClassWeight(one.field.key) && usualRange(one.field, one.checked.value ?? one.field.default) !== null;
  }
  draft(one: FormField): RangeDraft | undefined {
    return this.#drafts.get(this.key(one));
  }
  begin(one: FormField): void {
    const range = usualRange(one.field, one.checked.value ?? one.field.default);
    if (!range) return;
    this.#usual.set(this.key(one), range);
    this.#drafts.set(this.key(one), draftOf(range));
  }
  end(one: FormField): void {
    this.#drafts.delete(this.key(one));
  }
  type(one: FormField, change: Partial<RangeDraft>): void {
    const draft = this.draft(one);
    if (draft) this.#drafts.set(this.key(one), { ...draft, ...change });
  }
  kind(one: FormField): ParameterRange['type'] | undefined {
    return this.draft(one) && this.#usual.get(this.key(one))?.type;
  }
  isLog(one: FormField): boolean {
    const usual = this.#usual.get(this.key(one));
    return usual?.type === 'float' || usual?.type === 'int' ? (usual.log ?? false) : false;
  }
  range(one: FormField): ParameterRange | null {
    const [draft, usual] = [this.draft(one), this.#usual.get(this.key(one))];
    return draft && usual ? rangeOf(one.field, usual, draft) : null;
  }

  tuned(fields: readonly FormField[]): FormField[] {
    return fields.filter((one) => this.draft(one) !== undefined);
  }

  /** A study of what the form holds, as a study file would say it. */
  async start(form: TrainForm, { name, ...wish }: SearchWish): Promise<StudyId | null> {
    const version = form.detail?.version.id;
    const architecture = form.architecture?.id;
    if (!version || !architecture) return null;
    const tuned = this.tuned(form.fields);
    const named = ({ field, of }: FormField) => (of === 'architecture' ? `set.${field.key}` : field.key);
    const space = Object.fromEntries(tuned.map((one) => [named(one), this.range(one)]));
    const { classWeights } = learningOf(form.value);
    const settings = form.fields
      // The form makes its fields anew each time it is asked for them.
      .filter(
        (one) => this.draft(one) === undefined && !one.field.key.startsWith('keep') && !isClassWeight(one.field.key),
      )
      .filter((one) => one.of !== 'augment' || one.checked.value !== 0)
      .map((one) => [named(one), one.field.key === 'classWeights' ? (classWeights ?? 'none') : one.checked.value]);
    const study = { architecture, settings: Object.fromEntries(settings) as object, space, ...wish };
    return studies.start({ version, name, study });
  }
}

export const tuning = new Tuning();
