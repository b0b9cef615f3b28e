import { AtelierError } from '../shared/errors.ts';

/** What an option may be, and what it is where nothing is said. */
export type OptionRule =
  | {
      readonly kind: 'integer' | 'number';
      readonly low: number;
      readonly high: number;
      readonly default: number | null;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: 'boolean'; readonly default: boolean };

type Value<R extends OptionRule> = R extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : R extends { kind: 'boolean' }
    ? boolean
    : R extends { default: number }
      ? number
      : number | null;

export type OptionsOf<Rules extends Readonly<Record<string, OptionRule>>> = {
  readonly [K in keyof Rules]: Value<Rules[K]>;
};

export type Choices = Readonly<Record<string, Readonly<Record<string, OptionRule>>>>;

/** A sampler or pruner by name with all its options. */
export type Chosen<Table extends Choices> = {
  [Type in keyof Table]: { readonly type: Type } & OptionsOf<Table[Type]>;
}[keyof Table];

/** As the names of a table are told apart: "CMA-ES", "cma_es" and Optuna's "CmaEsSampler" are all one. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(sampler|pruner)$/, '')
    .replace(/[^a-z0-9]/g, '');

/**
 * Reads "tpe" or {"type": "tpe", "startup": 20}. `others`: what else the field calls those of the table, in lower case, without signs. Throws
 * invalid_study, naming the place.
 */
export function parseChosen<Table extends Choices>(
  table: Table,
  written: unknown,
  where: string,
  others: Readonly<Record<string, keyof Table & string>> = {},
): Chosen<Table> {
  const refuse = (place: string, what: string): never => {
    throw new AtelierError('invalid_study', `${place}: ${what}.`);
  };
  const given = typeof written === 'string' ? { type: written } : written;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    refuse(where, 'must be a name or an object with a "type"');
  const { type: name, ...options } = given as Record<string, unknown>;
  const asked = typeof name === 'string' ? plain(name) : '';
  const type =
    Object.keys(table).find((known) => plain(known) === asked) ??
    (Object.hasOwn(others, asked) ? others[asked] : undefined);
  if (type === undefined) {
    return refuse(where, `is ${JSON.stringify(name) ?? 'missing'}; it must be one of ${Object.keys(table).join(', ')}`);
  }
  const rules = table[type];
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name)) continue;
    const all = Object.keys(rules);
    refuse(
      `${where}.${name}`,
      `means nothing for ${type}, which ${all.length > 0 ? `takes ${all.join(', ')}` : 'has no options'}`,
    );
  }
  const values = Object.entries(rules).map(([name, rule]) => [
    name,
    read(rule, options[name], (what) => refuse(`${where}.${name}`, what)),
  ]);
  return { type, ...Object.fromEntries(values) } as Chosen<Table>;
}

function read(rule: OptionRule, given: unknown, refuse: (what: string) => never): unknown {
  if (given === undefined || given === null) return rule.default;
  const shown = JSON.stringify(given);
  if (rule.kind === 'boolean')
    return typeof given === 'boolean' ? given : refuse(`is ${shown}; it must be true or false`);
  if (rule.kind === 'choice') {
    return rule.choices.includes(given as string)
      ? given
      : refuse(`is ${shown}; it must be one of ${rule.choices.join(', ')}`);
  }
  const { low, high } = rule;
  const fits =
    typeof given === 'number' && given >= low && given <= high && (rule.kind === 'number' || Number.isInteger(given));
  return fits
    ? given
    : refuse(`is ${shown}; it must be a ${rule.kind === 'integer' ? 'whole number' : 'number'} from ${low} to ${high}`);
}
