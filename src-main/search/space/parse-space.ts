import { AtelierError } from '../../shared/errors.ts';
import { type Constraint, parseConstraint } from './constraint.ts';
import { Dimension, type ParameterSpec, type ParamValue, type When } from './parameter.ts';
import { Space } from './space.ts';

const MOST_PARAMETERS = 1000;
const MOST_CHOICES = 10_000;
const fields: Readonly<Record<string, readonly string[]>> = {
  float: ['type', 'low', 'high', 'log', 'step', 'when'],
  int: ['type', 'low', 'high', 'log', 'step', 'when'],
  categorical: ['type', 'choices', 'when'],
  boolean: ['type', 'when'],
};

/**
 * A space as study files write it: {"lr": {"type": "float", "low": 1e-5, "high": 1, "log": true}, …}, and constraints as text
 * (see parseConstraint). Throws invalid_space, which names the place.
 */
export function parseSpace(written: unknown, constraints: unknown = []): Space {
  if (written === undefined) refuse('space', 'is missing; it must be an object of parameters by name');
  if (!isObject(written)) refuse('space', 'must be an object of parameters by name');
  const names = Object.keys(written);
  if (names.length === 0) refuse('space', 'has no parameters');
  // As a key of an object it would set what the object inherits from, and be lost.
  if (names.includes('__proto__')) refuse('space.__proto__', 'is no name that a parameter can have');
  if (names.length > MOST_PARAMETERS) refuse('space', `has more than ${MOST_PARAMETERS} parameters`);
  const specs = new Map(names.map((name) => [name, parseParameter(written[name], `space.${name}`)]));
  const dimensions = parentsFirst(specs).map((name) => new Dimension(name, specs.get(name)!));
  for (const dimension of dimensions) checkCondition(dimension, dimensions);
  return new Space(dimensions, parseConstraints(constraints, new Set(names)));
}

function parseConstraints(written: unknown, names: ReadonlySet<string>): Constraint[] {
  if (!Array.isArray(written)) refuse('constraints', 'must be a list of texts such as "width * depth <= 512"');
  return (written as unknown[]).map((text, index) => {
    const where = `constraints[${index}]`;
    return typeof text === 'string' ? parseConstraint(text, names, where) : refuse(where, 'must be a text');
  });
}

function parseParameter(written: unknown, where: string): ParameterSpec {
  if (!isObject(written)) refuse(where, 'must be an object with a "type"');
  const { type } = written;
  if (typeof type !== 'string' || !Object.hasOwn(fields, type)) {
    refuse(`${where}.type`, `is ${shown(type)}; it must be one of ${Object.keys(fields).join(', ')}`);
  }
  for (const field of Object.keys(written)) {
    if (!fields[type].includes(field))
      refuse(`${where}.${field}`, `means nothing for ${type}; known are ${fields[type].join(', ')}`);
  }
  const when = parseWhen(written.when, `${where}.when`);
  const rest = when ? { when } : {};
  if (type === 'boolean') return { type, ...rest };
  if (type === 'categorical') return { type, choices: parseChoices(written.choices, `${where}.choices`), ...rest };
  return { ...parseRange(written, type as 'float' | 'int', where), ...rest };
}

function parseRange(written: Record<string, unknown>, type: 'float' | 'int', where: string): ParameterSpec {
  const number = (field: 'low' | 'high' | 'step'): number => {
    const value = written[field];
    if (typeof value !== 'number' || !Number.isFinite(value))
      refuse(`${where}.${field}`, `is ${shown(value)}; it must be a number`);
    if (type === 'int' && !Number.isSafeInteger(value))
      refuse(`${where}.${field}`, `is ${value}; an int takes whole numbers`);
    return value;
  };
  const low = number('low');
  const high = number('high');
  if (low > high) refuse(where, `low ${low} lies above high ${high}`);
  const { log = false } = written;
  if (typeof log !== 'boolean') refuse(`${where}.log`, `is ${shown(log)}; it must be true or false`);
  const step = written.step === undefined ? undefined : number('step');
  if (step !== undefined && step <= 0) refuse(`${where}.step`, `is ${step}; it must lie above 0`);
  if (log && step !== undefined && !(type === 'int' && step === 1))
    refuse(where, 'cannot have both log and a step: leave one out');
  if (log && low <= 0) refuse(`${where}.low`, `is ${low}; with log it must lie above 0`);
  if (!Number.isFinite(high - low)) refuse(where, `the range from ${low} to ${high} is too wide`);
  return { type, low, high, ...(log ? { log } : {}), ...(step === undefined ? {} : { step }) };
}

function parseChoices(written: unknown, where: string): ParamValue[] {
  if (!Array.isArray(written) || written.length === 0) refuse(where, 'must be a list of at least one value');
  if (written.length > MOST_CHOICES) refuse(where, `has more than ${MOST_CHOICES} values`);
  const choices = (written as unknown[]).map((choice, index) => parseValue(choice, `${where}[${index}]`));
  const twice = choices.find((choice, index) => choices.indexOf(choice) !== index);
  if (twice !== undefined) refuse(where, `has ${shown(twice)} twice`);
  return choices;
}

function parseValue(written: unknown, where: string): ParamValue {
  const simple = written === null || ['string', 'boolean', 'number'].includes(typeof written);
  if (!simple || (typeof written === 'number' && !Number.isFinite(written))) {
    refuse(where, `is ${shown(written)}; it must be a text, a number, true, false or null`);
  }
  return written as ParamValue;
}

function parseWhen(written: unknown, where: string): When | undefined {
  if (written === undefined) return undefined;
  if (!isObject(written) || Object.keys(written).length === 0) {
    refuse(where, 'must name at least one parameter and its value, as in {"kind": "a"}');
  }
  return Object.fromEntries(
    Object.entries(written).map(([name, wanted]) => {
      const values = Array.isArray(wanted) ? wanted.map((each) => parseValue(each, `${where}.${name}`)) : null;
      if (values?.length === 0) refuse(`${where}.${name}`, 'lists no value');
      return [name, values ?? parseValue(wanted, `${where}.${name}`)];
    }),
  );
}

/** Names in the order written, but each after those that its condition names. */
function parentsFirst(specs: ReadonlyMap<string, ParameterSpec>): string[] {
  const order = new Set<string>();
  const enter = (name: string, path: readonly string[]) => {
    if (order.has(name)) return;
    if (path.includes(name)) refuse(`space.${name}.when`, `goes round in a circle: ${[...path, name].join(' → ')}`);
    for (const parent of Object.keys(specs.get(name)!.when ?? {})) {
      if (!specs.has(parent)) refuse(`space.${name}.when`, `names "${parent}", which is no parameter of the space`);
      enter(parent, [...path, name]);
    }
    order.add(name);
  };
  for (const name of specs.keys()) enter(name, []);
  return [...order];
}

function checkCondition({ name, spec }: Dimension, dimensions: readonly Dimension[]): void {
  for (const [parent, wanted] of Object.entries(spec.when ?? {})) {
    const dimension = dimensions.find((each) => each.name === parent)!;
    const where = `space.${name}.when.${parent}`;
    if (dimension.continuous)
      refuse(where, `"${parent}" has no single values: a condition needs an int, a choice or a step`);
    for (const value of Array.isArray(wanted) ? (wanted as ParamValue[]) : [wanted as ParamValue]) {
      if (!dimension.has(value)) refuse(where, `"${parent}" is never ${shown(value)}`);
    }
  }
}

function refuse(where: string, what: string): never {
  throw new AtelierError('invalid_space', `${where}: ${what}.`);
}

const shown = (value: unknown) =>
  value === undefined ? 'missing' : typeof value === 'number' ? String(value) : JSON.stringify(value)?.slice(0, 80);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
