import * as v from 'valibot';
import { AtelierError } from './errors.ts';
import { didYouMean } from './near-names.ts';

/**
 * The recorded preparation of a table: steps in order, applied to the table as it was imported. Plain JSON, to be read, kept and shared.
 * What a step learns (means, categories, …) it learns from the training split; that is kept apart, with the version.
 */
export interface Recipe {
  version: 1;
  steps: RecipeStep[];
}

export interface RecipeStep {
  /** Unique within the recipe; names the step when recipes are compared. */
  id: string;
  kind: string;
  settings: StepSettings;
  enabled: boolean;
}

export type StepValue = number | string | boolean | string[];
export type StepSettings = Record<string, StepValue>;

export const maxSteps = 100;
const maxText = 2000;
const maxNames = 4096;

const stepValue = v.union([
  v.pipe(v.number(), v.finite()),
  v.pipe(v.string(), v.maxLength(maxText)),
  v.boolean(),
  v.pipe(v.array(v.pipe(v.string(), v.maxLength(1000))), v.maxLength(maxNames)),
]);

export const recipeSchema = v.strictObject({
  version: v.literal(1),
  steps: v.pipe(
    v.array(
      v.strictObject({
        id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
        kind: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
        settings: v.optional(v.record(v.pipe(v.string(), v.maxLength(64)), stepValue), {}),
        enabled: v.optional(v.boolean(), true),
      }),
    ),
    v.maxLength(maxSteps),
  ),
});

export const emptyRecipe: Recipe = { version: 1, steps: [] };

/** Which columns a step is for. `text`: categories and texts. */
export type ColumnsFor = 'number' | 'text' | 'any';

/**
 * A field of a step's form; labels and help are messages keyed by the step's kind and `key`. `only`: it has an effect where another field of the
 * step, a choice, is one of these alone.
 */
export type StepField = FieldOfKind & { only?: { key: string; is: readonly string[] } };

type FieldOfKind =
  /** None chosen: every feature that the step is for, the target left out. `required`: at least one. */
  | { key: string; kind: 'columns'; for: ColumnsFor; required?: boolean; default: string[] }
  | { key: string; kind: 'integer' | 'number'; default: number; min: number; max: number }
  | { key: string; kind: 'choice'; default: string; choices: readonly string[] }
  /** Several of the choices, at least one. */
  | { key: string; kind: 'choices'; default: string[]; choices: readonly string[] }
  | { key: string; kind: 'boolean'; default: boolean }
  /** `random`: a new step begins with letters drawn for it alone. */
  | { key: string; kind: 'text'; default: string; required?: boolean; random?: true };

/** What a step's samples are: rows, or files of which facts are known (class, split, name, size, …). */
export const preparedKinds = ['table', 'images', 'audio'] as const;
export type PreparedKind = (typeof preparedKinds)[number];

export const stepGroups = ['columns', 'text', 'missing', 'rows', 'numbers', 'encoding', 'privacy'] as const;
export type StepGroup = (typeof stepGroups)[number];

/** What the window and the command line know of a kind of step. */
export interface StepInfo {
  kind: string;
  group: StepGroup;
  /** What it prepares. */
  of: readonly PreparedKind[];
  fields: readonly StepField[];
  /** It leaves rows out: of the dataset, never of what is predicted. */
  dropsRows: boolean;
  /** It learns from the training split. */
  learns: boolean;
  /** `inside`: part of an exported model; `before`: the caller's to do; `apart`: of no concern to a model. */
  model: 'inside' | 'before' | 'apart';
}

/** A column that a recipe's file names, and the table that it is to be used on lacks. */
export interface MissingColumn {
  /** The step's place, from 1, and kind. */
  step: number;
  kind: string;
  /** The setting that names it. */
  field: string;
  /** In the file, from 1. */
  line: number;
  name: string;
  /** Columns that are called alike, likest first. */
  near: string[];
}

/** A recipe as a file says it, to be used on a table. */
export interface OpenedRecipe {
  recipe: Recipe;
  missing: MissingColumn[];
}

/** What a file or an answer from elsewhere says, as a recipe. Errors: invalid_recipe, unknown_step, invalid_settings. */
export function readRecipe(given: unknown, kinds: readonly StepInfo[]): Recipe {
  const parsed = v.safeParse(recipeSchema, given);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new AtelierError(
      'invalid_recipe',
      `This is no recipe: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}. It is {"version": 1, "steps": [{"id", "kind", "settings", "enabled"}, …]}.`,
    );
  }
  const ids = parsed.output.steps.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) {
    throw new AtelierError(
      'invalid_recipe',
      `Two steps of the recipe have the id "${twice}". Give each one of its own.`,
    );
  }
  return {
    version: 1,
    steps: parsed.output.steps.map((step, i) => ({
      ...step,
      settings: completeStep(infoOf(kinds, step.kind), step.settings, `step ${i + 1} (${step.kind})`),
    })),
  };
}

/** Throws `step_unfit` where a step that is on is not for such samples. */
export function checkFit({ steps }: Recipe, of: PreparedKind, kinds: readonly StepInfo[]): void {
  for (const [i, { kind, enabled }] of steps.entries()) {
    if (!enabled || infoOf(kinds, kind).of.includes(of)) continue;
    const fit = kinds.filter((each) => each.of.includes(of)).map((each) => each.kind);
    const words = { table: 'a table', images: 'images', audio: 'sounds' };
    throw new AtelierError(
      'step_unfit',
      `Step ${i + 1} (${kind}) is not for ${words[of]}. Take it out or switch it off; for ${words[of]} there ${fit.length > 8 ? 'are others' : `is: ${fit.join(', ')}`}.`,
    );
  }
}

/** Throws `unknown_step`. */
export function infoOf<Info extends { kind: string }>(kinds: readonly Info[], kind: string): Info {
  const found = kinds.find((each) => each.kind === kind);
  if (found) return found;
  throw new AtelierError(
    'unknown_step',
    `There is no step "${kind}". There are: ${kinds.map((each) => each.kind).join(', ')}.`,
  );
}

/** The kind, or the kind and a number: an id that no other step has, readable in a file. */
export function stepId(kind: string, taken: readonly string[]): string {
  let id = kind;
  for (let n = 2; taken.includes(id); n++) id = `${kind}-${n}`;
  return id;
}

/** Whether a field does anything with the step's other settings as they are. */
export const takesEffect = (
  { only }: StepField,
  { fields }: Pick<StepInfo, 'fields'>,
  settings: StepSettings,
): boolean =>
  !only || only.is.includes(String(settings[only.key] ?? fields.find(({ key }) => key === only.key)?.default));

/** The settings that a step begins with when it is added. */
export const newSettings = ({ fields }: Pick<StepInfo, 'fields'>): StepSettings =>
  Object.fromEntries(
    fields.map((field) => [field.key, field.kind === 'text' && field.random ? randomLetters() : field.default]),
  );

/** 128 bits in hexadecimal. */
const randomLetters = (): string =>
  Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/** Fills in defaults and checks ranges; words are taken for numbers and lists, as a command line gives them. Errors: invalid_settings. */
export function completeStep(
  info: Pick<StepInfo, 'kind' | 'fields'>,
  given: StepSettings,
  where = info.kind,
): StepSettings {
  const known = info.fields.map(({ key }) => key);
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new AtelierError(
      'invalid_settings',
      `${where} has no setting "${stranger}"${known.length > 6 ? `.${didYouMean(stranger, known)}` : known.length > 0 ? `, only ${known.join(', ')}.` : '; it has none.'}`,
    );
  }
  return Object.fromEntries(info.fields.map((field) => [field.key, checked(field, given[field.key], where)]));
}

function checked(field: StepField, value: StepValue = field.default, where: string): StepValue {
  const refuse = (wanted: string): AtelierError =>
    new AtelierError('invalid_settings', `${where}: ${field.key}=${String(value)} is not ${wanted}.`);
  switch (field.kind) {
    case 'columns': {
      const names = listed(value);
      if (field.required && names.length === 0) {
        throw new AtelierError('invalid_settings', `${where}: ${field.key} names no column. Name at least one.`);
      }
      return [...new Set(names)];
    }
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const whole = field.kind === 'integer';
      const fits = typeof number === 'number' && number >= field.min && number <= field.max;
      if (!fits || (whole && !Number.isInteger(number))) {
        throw refuse(`${whole ? 'a whole number' : 'a number'} from ${field.min} to ${field.max}`);
      }
      return number;
    }
    case 'choice':
      if (typeof value !== 'string' || !field.choices.includes(value))
        throw refuse(`one of ${field.choices.join(', ')}`);
      return value;
    case 'choices': {
      const some = [...new Set(listed(value))];
      if (some.length === 0 || !some.every((each) => field.choices.includes(each)))
        throw refuse(`one or more of ${field.choices.join(', ')}`);
      return some;
    }
    case 'boolean':
      if (![true, false, 'true', 'false'].includes(value as boolean | string)) throw refuse('true or false');
      return value === true || value === 'true';
    case 'text':
      if (Array.isArray(value)) throw refuse('a text');
      if (field.required && String(value) === '') {
        throw new AtelierError('invalid_settings', `${where}: ${field.key} is empty. Fill it in.`);
      }
      return String(value);
  }
}

const listed = (value: StepValue): string[] =>
  Array.isArray(value)
    ? value
    : String(value)
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
