import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { SettingField, SettingValue } from '../../../src-main/shared/run.ts';
import type { ParameterRange, ParamValue } from '../../../src-main/shared/study.ts';
import { choicesOf } from '../../../src-main/shared/tunable.ts';
import { usualRange } from '../../../src-main/shared/tunable-range.ts';
import { studies } from '../../state/studies.svelte.ts';
import type { StudyId } from '../../../src-main/shared/ids.ts';
import { parseNumber } from '../../words/numbers.ts';
import { checkField } from './fields.ts';
import { isClassWeight, learningOf } from './learning-fields.ts';
import type { FormField } from './form-fields.ts';
import type { TrainForm } from './train.svelte.ts';

/** A range as it is typed. */
export interface RangeDraft {
  low: string;
  high: string;
  /** With semicolons between them, since widths have commas. */
  choices: string;
}

/** "Only when": another searched setting, and the value that it must have. */
export interface Condition {
  other: FormField;
  value: ParamValue;
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

/** The names that studies have for settings; those of a net may be called as the training's own. */
const named = ({ field, of }: FormField): string => (of === 'architecture' ? `set.${field.key}` : field.key);

function holds(range: ParameterRange, value: SettingValue | undefined): boolean {
  if (range.type === 'boolean') return typeof value === 'boolean';
  if (range.type === 'categorical') return value !== undefined && range.choices.includes(value);
  const { low, high, step } = range;
  if (typeof value !== 'number' || value < low || value > high) return false;
  return step === undefined || Number.isInteger((value - low) / step);
}

/** Which settings of the train form are searched over, and in which ranges. */
export class Tuning {
  /** Nets that are tried besides the one that the form shows. */
  readonly nets = new SvelteSet<string>();
  /** By key: the other's key and the value's place among its choices. */
  readonly #when = new SvelteMap<string, { key: string; at: number }>();
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
    this.#when.delete(this.key(one));
  }

  /** What a setting's search may depend on: choices among the others that depend on nothing themselves. */
  conditions(one: FormField, fields: readonly FormField[]): Condition[] {
    return this.tuned(fields).flatMap((other) => {
      if (this.key(other) === this.key(one) || this.#when.has(this.key(other))) return [];
      const range = this.range(other);
      return range ? choicesOf(range).map((value) => ({ other, value })) : [];
    });
  }
  condition(one: FormField, fields: readonly FormField[]): Condition | null {
    const when = this.#when.get(this.key(one));
    if (!when) return null;
    const known = this.conditions(one, fields).filter(({ other }) => this.key(other) === when.key);
    return known[when.at] ?? null;
  }
  setCondition(one: FormField, fields: readonly FormField[], condition: Condition | null): void {
    if (!condition) return void this.#when.delete(this.key(one));
    const key = this.key(condition.other);
    const of = this.conditions(one, fields).filter(({ other }) => this.key(other) === key);
    this.#when.set(this.key(one), { key, at: of.findIndex(({ value }) => value === condition.value) });
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

  /** Those that fit the data as well. */
  others(form: TrainForm): string[] {
    const fitting = form.groups.flatMap(({ architectures }) => architectures.map(({ id }) => id));
    return fitting.filter((id) => this.nets.has(id) && id !== form.architecture?.id);
  }

  async start(form: TrainForm, name: string, wish: Readonly<Record<string, unknown>>): Promise<StudyId | null> {
    const version = form.detail?.version.id;
    const study = this.study(form, wish);
    return version && study ? studies.start({ version, name, study }) : null;
  }

  /** A study of what the form holds, as a study file would say it. */
  study(form: TrainForm, wish: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
    const architecture = form.architecture?.id;
    if (!architecture) return null;
    const tuned = this.tuned(form.fields);
    const others = this.others(form);
    const several = others.length > 0;
    const nets = several ? { architecture: { type: 'categorical', choices: [architecture, ...others] } } : {};
    const ranges = tuned.map((one) => {
      const condition = this.condition(one, form.fields);
      const when = {
        ...(several && one.of === 'architecture' ? { architecture } : {}),
        ...(condition ? { [named(condition.other)]: condition.value } : {}),
      };
      return [named(one), { ...this.range(one), ...(Object.keys(when).length > 0 ? { when } : {}) }];
    });
    const space = { ...nets, ...(Object.fromEntries(ranges) as object) };
    // What the form says now is tried first: so one sees what the search gains.
    const now = tuned.filter((one) => holds(this.range(one)!, one.checked.value));
    const given = Object.fromEntries(now.map((one) => [named(one), one.checked.value]));
    const start = now.length > 0 ? [{ ...(several ? { architecture } : {}), ...given }] : [];
    const { classWeights } = learningOf(form.value);
    const settings = form.fields
      // The form makes its fields anew each time it is asked for them.
      .filter(
        (one) => this.draft(one) === undefined && !one.field.key.startsWith('keep') && !isClassWeight(one.field.key),
      )
      // A version's recipe is what it is; only trials have others.
      .filter((one) => one.of !== 'recipe')
      .filter((one) => one.of !== 'augment' || one.checked.value !== 0)
      // Other nets have settings of the same name and of their own mind.
      .filter((one) => !several || one.of !== 'architecture' || one.changed)
      .map((one) => [named(one), one.field.key === 'classWeights' ? (classWeights ?? 'none') : one.checked.value]);
    const synonyms = form.synonyms === null || form.augmented !== 'text' ? {} : { synonyms: form.synonyms };
    const fixed = { ...(Object.fromEntries(settings) as object), ...synonyms };
    return { ...(several ? {} : { architecture }), settings: fixed, space, start, ...wish };
  }
}

export const tuning = new Tuning();
