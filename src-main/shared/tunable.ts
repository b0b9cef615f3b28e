import { augmentFields, augmentKinds, type AugmentKind } from './augment/kinds.ts';
import { readSynonymsRef } from './augment/synonyms.ts';
import type { TrainRequest } from './contract.ts';
import { deviceNames } from './device.ts';
import { AtelierError } from './errors.ts';
import { learningFields, learningNumbers, learns, lossNames, precisions, type LearningNumber } from './learning.ts';
import { optimizerNames, scheduleNames, type ArchitectureInfo, type SettingField } from './run.ts';
import { nearestName, plainName, settingName } from './run-fields.ts';
import type { Params, ParameterRange, ParamValue } from './study.ts';
import type { Task } from './task.ts';
import { readTokenizerRef } from './text.ts';

// Every setting that `atelier train` takes, by the name it has there: what a study may search over or hold fixed.

/** What a setting may be. `above`: the least is not itself allowed. */
export type TunableRule =
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly whole: boolean;
      readonly above?: true;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integers'; readonly min: number; readonly max: number; readonly maxLength: number };

export interface Tunable {
  readonly name: string;
  /** Where in a request it goes. */
  readonly place: 'training' | 'learning' | 'augment' | 'architecture' | 'recipe';
  /** Its name there. */
  readonly key: string;
  readonly rule: TunableRule;
  /** Of an architecture's own. */
  readonly field?: SettingField;
}

const number = (min: number, max: number, whole = false): TunableRule => ({ kind: 'number', min, max, whole });
const choice = (choices: readonly string[]): TunableRule => ({ kind: 'choice', choices });

const training: readonly Tunable[] = (
  [
    ['epochs', 'epochs', number(1, 10_000, true)],
    ['batch', 'batchSize', number(1, 65_536, true)],
    ['optimizer', 'optimizer', choice(optimizerNames)],
    ['lr', 'learningRate', { kind: 'number', min: 0, max: 100, whole: false, above: true }],
    ['schedule', 'schedule', choice(scheduleNames)],
    ['weight_decay', 'weightDecay', number(0, 10)],
    ['patience', 'patience', number(0, 10_000, true)],
    ['seed', 'seed', number(0, 2 ** 32 - 1, true)],
    ['device', 'device', choice(['auto', ...deviceNames])],
    ['threads', 'threads', number(0, 256, true)],
    ['synonyms', 'synonyms', choice([])],
  ] as const
).map(([name, key, rule]) => ({ name, place: 'training', key, rule }));

const learning: readonly Tunable[] = [
  { name: 'loss', place: 'learning', key: 'loss', rule: choice(lossNames) },
  ...learningNumbers.map((key): Tunable => {
    const { min, max, whole = false } = learningFields[key];
    return { name: settingName(key), place: 'learning', key, rule: number(min, max, whole) };
  }),
  { name: 'class_weights', place: 'learning', key: 'classWeights', rule: choice(['none', 'balanced']) },
  { name: 'norms', place: 'learning', key: 'norms', rule: { kind: 'boolean' } },
  { name: 'precision', place: 'learning', key: 'precision', rule: choice(precisions) },
];

const augmenting = augmentKinds.map((kind): Tunable => {
  return { name: `augment.${kind}`, place: 'augment', key: kind, rule: number(0, augmentFields[kind].max) };
});

function ruleOf(field: SettingField): TunableRule {
  switch (field.kind) {
    case 'integer':
    case 'number':
      return number(field.min, field.max, field.kind === 'integer');
    case 'boolean':
      return { kind: 'boolean' };
    case 'integers':
      return field;
    case 'choice':
    case 'tokenizer':
      return choice(field.choices);
  }
}

/** The settings of studies over these architectures; `recipe`: of the data's preparation, see recipeTunables. */
export class Tunables {
  readonly all: readonly Tunable[];
  readonly #byName = new Map<string, Tunable>();

  constructor(architectures: readonly ArchitectureInfo[], recipe: readonly Tunable[] = []) {
    const common = [...training, ...learning];
    const taken = new Set(common.map(({ name }) => name));
    const own = new Map<string, Tunable>();
    for (const { fields } of architectures) {
      for (const field of fields) {
        // What the training itself is told goes before a net's setting of the same name.
        const name = taken.has(field.key) ? `set.${field.key}` : field.key;
        if (!own.has(name)) own.set(name, { name, place: 'architecture', key: field.key, rule: ruleOf(field), field });
      }
    }
    this.all = [...common, ...own.values(), ...augmenting, ...recipe];
    const names = architectures.map(({ id }) => id);
    const architecture: Tunable = { name: 'architecture', place: 'training', key: 'architecture', rule: choice(names) };
    for (const each of augmenting) this.#byName.set(plainName(each.key), each);
    for (const each of own.values()) this.#byName.set(plainName(`set.${each.key}`), each);
    for (const each of [...recipe, ...augmenting, ...own.values(), ...common, architecture]) {
      this.#byName.set(plainName(each.name), each);
      if (each.place === 'training' || each.place === 'learning') this.#byName.set(plainName(each.key), each);
    }
  }

  /** `weight-decay`, `weight_decay` and `weightDecay` are one. Throws invalid_study, with the name most like it. */
  find(name: string, where: string): Tunable {
    const found = this.#byName.get(plainName(name));
    if (found) return found;
    const names = ['architecture', ...this.all.map((each) => each.name)];
    const near = nearestName(name, names);
    throw new AtelierError(
      'invalid_study',
      `${where}: "${name}" is no setting of such a training.${near ? ` Did you mean "${near}"?` : ` Known are: ${names.join(', ')}.`}`,
    );
  }
}

/** A value as `--set` or an option would take it. Throws invalid_study. */
export function checkTunable({ key, rule, field }: Tunable, value: unknown, where: string): void {
  if (field?.kind === 'tokenizer' && readTokenizerRef(String(value))) return;
  const refuse = (wanted: string): never => {
    throw new AtelierError('invalid_study', `${where} is ${JSON.stringify(value)}; it must be ${wanted}.`);
  };
  if (key === 'synonyms') {
    if (readSynonymsRef(String(value)) === null) refuse('a list that is kept, as the settings of a run name it');
    return;
  }
  switch (rule.kind) {
    case 'number': {
      const { min, max, whole, above } = rule;
      const fits = typeof value === 'number' && value <= max && (above ? value > min : value >= min);
      if (!fits || (whole && !Number.isInteger(value)))
        refuse(`a ${whole ? 'whole ' : ''}number ${above ? 'above' : 'from'} ${min} to ${max}`);
      return;
    }
    case 'choice':
      if (!rule.choices.includes(value as string)) refuse(`one of ${rule.choices.join(', ')}`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') refuse('true or false');
      return;
    case 'integers': {
      const parts = String(value).split(',').map(Number);
      const empty = value === '';
      const { min, max, maxLength } = rule;
      const wrong = parts.some((each) => !Number.isInteger(each) || each < min || each > max);
      if (typeof value === 'boolean' || value === null || (!empty && (wrong || parts.length > maxLength)))
        refuse(`up to ${maxLength} whole numbers from ${min} to ${max}, with commas`);
    }
  }
}

/** Both ends of a range, or every choice. Throws invalid_study, which names the place. */
export function checkRange(tunable: Tunable, range: ParameterRange, where: string): void {
  const { rule } = tunable;
  if (range.type === 'boolean') {
    if (rule.kind !== 'boolean') throw typeMismatch(tunable, 'boolean', where);
    return;
  }
  if (range.type === 'categorical') {
    range.choices.forEach((value, i) => checkTunable(tunable, value, `${where}.choices[${i}]`));
    return;
  }
  if (rule.kind !== 'number' && rule.kind !== 'integers') throw typeMismatch(tunable, range.type, where);
  if (range.type === 'float' && (rule.kind === 'integers' || rule.whole))
    throw new AtelierError('invalid_study', `${where}.type is "float"; ${tunable.name} takes whole numbers: "int".`);
  checkTunable(tunable, range.low, `${where}.low`);
  checkTunable(tunable, range.high, `${where}.high`);
}

function typeMismatch({ name, rule }: Tunable, type: string, where: string): AtelierError {
  const wanted = rule.kind === 'choice' ? `"categorical" (${rule.choices.join(', ')})` : '"boolean" or "categorical"';
  return new AtelierError('invalid_study', `${where}.type is "${type}"; ${name} takes ${wanted}.`);
}

/**
 * A request with these settings put in. What the chosen architecture does not have, and what would do nothing beside the others (a focal
 * loss's gamma without that loss), is left out: a search goes through combinations that nobody wrote down one by one.
 */
export function withSettings(
  base: TrainRequest,
  params: Params | Readonly<Record<string, unknown>>,
  tunables: Tunables,
  about: { readonly fields: readonly SettingField[]; readonly task: Task | null },
): TrainRequest {
  const request: Record<string, unknown> = { ...base };
  const own: Record<string, unknown> = { ...base.architectureSettings };
  const augment: Record<string, number> = { ...base.augment };
  for (const [name, value] of Object.entries(params)) {
    const { place, key, rule } = tunables.find(name, 'settings');
    // It makes the version that is trained on, and is no part of the training.
    if (place === 'recipe') continue;
    if (place === 'augment') augment[key as AugmentKind] = value as number;
    else if (place === 'architecture') {
      if (!about.fields.some((field) => field.key === key)) continue;
      own[key] = rule.kind === 'integers' ? String(value) : value;
    } else request[key] = key === 'classWeights' && value === 'none' ? undefined : value;
  }
  const made = { ...request, architectureSettings: own, augment } as TrainRequest;
  const onCard = made.device !== 'auto' && made.device !== 'cpu';
  const context = { task: about.task, schedule: made.schedule ?? 'cosine', loss: made.loss, onCard };
  const idle = ([...learningNumbers, 'classWeights'] as (LearningNumber | 'classWeights')[]).filter(
    (key) => made[key] !== undefined && !learns(key, context),
  );
  return { ...made, ...Object.fromEntries(idle.map((key) => [key, undefined])) };
}

/** One value of a parameter that can be one of several. */
export const choicesOf = (range: ParameterRange): readonly ParamValue[] =>
  range.type === 'categorical' ? range.choices : range.type === 'boolean' ? [false, true] : [];
