import { AtelierError } from '../../shared/errors.ts';
import { Grammar, type Language } from './grammar.ts';
import { formats } from './formats.ts';
import { anyCharacter, anyJson, inString, listed, mapping, member, quoted, separated, space } from './json-text.ts';
import { integers, numbers } from './numbers.ts';
import { regex } from './regex.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Words about a schema that ask nothing of a value. */
const silent = new Set(
  '$schema $id $anchor $comment $defs definitions title description default examples deprecated readOnly writeOnly'.split(
    ' ',
  ),
);
const deepest = 60;
const mostParts = 20_000;

/**
 * The JSON texts that fit a schema (JSON Schema 2020-12, the keywords that such a language can hold: type, enum, const, properties, required,
 * additionalProperties, items, prefixItems, the sizes and bounds, pattern, format, anyOf, oneOf (read as anyOf), allOf of objects, local $ref).
 * An object has its properties in the schema's order and, where it names any, no others. Throws `invalid_schema` or `unsupported_schema`, naming
 * the place; never writes what the schema does not allow.
 */
export function jsonSchema(schema: unknown): { grammar: Grammar; language: Language } {
  const reader = new Reader(schema);
  const language = reader.read(schema, '#');
  if (reader.g.shortest(language) === Infinity) {
    throw new AtelierError(
      'invalid_schema',
      'The schema has no value that ends: something in it must hold itself for ever.',
    );
  }
  return { grammar: reader.g, language };
}

class Reader {
  readonly g = new Grammar();
  readonly #root: unknown;
  readonly #refs = new Set<string>();
  #parts = 0;
  #depth = 0;
  #any: Language | null = null;

  constructor(root: unknown) {
    this.#root = root;
  }

  read(schema: unknown, path: string): Language {
    if (++this.#parts > mostParts || this.#depth > deepest) {
      throw new AtelierError('invalid_schema', `The schema is larger or deeper than can be used (at ${path}).`);
    }
    if (schema === true) return this.any;
    if (schema === false) return this.g.nothing;
    if (!isObject(schema)) throw invalid(path, 'is no schema');
    this.#depth++;
    const found = this.#read(schema, path);
    this.#depth--;
    return found;
  }

  get any(): Language {
    return (this.#any ??= anyJson(this.g));
  }

  #read(schema: Schema, path: string): Language {
    const { g } = this;
    const asked = Object.keys(schema).filter((key) => !silent.has(key));
    const alone = (...with_: string[]): void => {
      const other = asked.find((key) => !with_.includes(key));
      if (other) throw unsupported(`${path}/${other}`, `"${other}" beside "${with_[0]}"`);
    };
    if ('$ref' in schema) return (alone('$ref'), this.#ref(schema.$ref, path));
    if ('const' in schema) return (alone('const', 'type'), this.#exactly(schema.const));
    if ('enum' in schema) {
      alone('enum', 'type');
      if (!Array.isArray(schema.enum) || schema.enum.length === 0)
        throw invalid(`${path}/enum`, 'is no list of values');
      return g.choice(...schema.enum.map((value) => this.#exactly(value)));
    }
    for (const key of ['anyOf', 'oneOf']) {
      if (!(key in schema)) continue;
      alone(key);
      return g.choice(...list(schema[key], `${path}/${key}`).map((one, i) => this.read(one, `${path}/${key}/${i}`)));
    }
    if ('allOf' in schema) return this.#read(this.#merged(schema, path), path);
    const types = typesOf(schema, path);
    return g.choice(...types.map((type) => this.#ofType(type, schema, asked, path)));
  }

  #exactly(value: unknown): Language {
    return this.g.text(JSON.stringify(value));
  }

  #ofType(type: string, schema: Schema, asked: readonly string[], path: string): Language {
    const { g } = this;
    const known = keywords[type];
    if (!known) throw invalid(`${path}/type`, `names a type "${type}" that there is not`);
    // Keywords of another type ask nothing of this one.
    const strange = asked.find((key) => key !== 'type' && !Object.values(keywords).some((some) => some.includes(key)));
    if (strange) throw unsupported(`${path}/${strange}`, `"${strange}"`);
    const refused = asked.find((key) => known.includes(key) && refusedKeywords.has(key));
    if (refused) throw unsupported(`${path}/${refused}`, `"${refused}"`);
    switch (type) {
      case 'null':
        return g.text('null');
      case 'boolean':
        return g.choice(g.text('true'), g.text('false'));
      case 'integer':
        return integers(g, boundsOf(schema, path, 1));
      case 'number':
        return numbers(g, boundsOf(schema, path, 0));
      case 'string':
        return quoted(g, this.#characters(schema, path));
      case 'array':
        return this.#array(schema, path);
      default:
        return this.#object(schema, path);
    }
  }

  #characters(schema: Schema, path: string): Language {
    const { g } = this;
    const [least, most] = [sizeOf(schema, 'minLength', path, 0), sizeOf(schema, 'maxLength', path, Infinity)];
    const sized = least > 0 || most < Infinity;
    const source = schema.pattern ?? formats[String(schema.format)];
    if (source === undefined) return g.times(anyCharacter(g), least, most);
    if (sized)
      throw unsupported(`${path}/${schema.pattern === undefined ? 'format' : 'pattern'}`, 'a length beside a pattern');
    if (typeof source !== 'string') throw invalid(`${path}/pattern`, 'is no text');
    return regex(g, source, inString(g), schema.pattern !== undefined);
  }

  #array(schema: Schema, path: string): Language {
    const { g } = this;
    const [least, most] = [sizeOf(schema, 'minItems', path, 0), sizeOf(schema, 'maxItems', path, Infinity)];
    const first = list(schema.prefixItems ?? [], `${path}/prefixItems`).map((one, i) =>
      this.read(one, `${path}/prefixItems/${i}`),
    );
    const item = schema.items === undefined ? this.any : this.read(schema.items, `${path}/items`);
    if (least > most) throw invalid(`${path}/minItems`, 'is more than "maxItems"');
    if (first.length === 0) return listed(g, '[', separated(g, item, least, most), ']');
    const comma = g.sequence(space(g), g.text(','), space(g));
    let rest = g.times(g.sequence(comma, item), Math.max(0, least - first.length), Math.max(0, most - first.length));
    for (let i = first.length - 1; i >= 0; i--) {
      const here = i >= most ? g.nothing : g.sequence(i === 0 ? space(g) : comma, first[i], rest);
      rest = i >= least ? g.optional(here) : here;
    }
    return listed(g, '[', rest, ']');
  }

  #object(schema: Schema, path: string): Language {
    const { g } = this;
    const properties = schema.properties ?? {};
    if (!isObject(properties)) throw invalid(`${path}/properties`, 'is no object');
    const required = new Set(list(schema.required ?? [], `${path}/required`));
    const named = Object.entries(properties);
    const missing = [...required].find((name) => !(String(name) in properties));
    const others = schema.additionalProperties;
    const [least, most] = [sizeOf(schema, 'minProperties', path, 0), sizeOf(schema, 'maxProperties', path, Infinity)];
    if (named.length === 0 && others !== false) {
      if (missing !== undefined)
        throw unsupported(`${path}/required`, `a required property "${String(missing)}" without its schema`);
      const value =
        others === undefined || others === true ? this.any : this.read(others, `${path}/additionalProperties`);
      return mapping(g, quoted(g, g.times(anyCharacter(g), 0, Infinity)), value, least, most);
    }
    if (missing !== undefined) throw invalid(`${path}/required`, `names "${String(missing)}", which is no property`);
    if (isObject(others))
      throw unsupported(`${path}/additionalProperties`, 'a schema for other properties beside named ones');
    if (least > 0 || most < Infinity) throw unsupported(path, 'a number of properties beside named ones');
    const members = named.map(([name, one]) => ({
      needed: required.has(name),
      text: member(g, this.#exactly(name), this.read(one, `${path}/properties/${name}`)),
    }));
    return listed(g, '{', this.#members(members, 0, true, new Map()), '}');
  }

  /** The members from the nth on; `first`: none came before. */
  #members(
    members: readonly { needed: boolean; text: Language }[],
    from: number,
    first: boolean,
    known: Map<string, Language>,
  ): Language {
    const { g } = this;
    if (from === members.length) return g.empty;
    const key = `${from} ${first}`;
    let found = known.get(key);
    if (!found) {
      const { needed, text } = members[from];
      const before = first ? space(g) : g.sequence(space(g), g.text(','), space(g));
      const here = g.sequence(before, text, this.#members(members, from + 1, false, known));
      found = needed ? here : g.choice(here, this.#members(members, from + 1, first, known));
      known.set(key, found);
    }
    return found;
  }

  #ref(ref: unknown, path: string): Language {
    if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref))
      throw unsupported(`${path}/$ref`, `a reference to "${String(ref)}"; only those within the schema are followed`);
    if (!this.#refs.has(ref)) {
      this.#refs.add(ref);
      this.g.define(ref, this.read(this.#at(ref, path), ref));
    }
    return this.g.rule(ref);
  }

  /** RFC 6901. */
  #at(ref: string, path: string): unknown {
    const found = ref
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (now, part) =>
          typeof now === 'object' && now !== null && Object.hasOwn(now, part) ? (now as Schema)[part] : undefined,
        this.#root,
      );
    if (found === undefined) throw invalid(`${path}/$ref`, `points to "${ref}", where there is nothing`);
    return found;
  }

  /** Objects' properties together. */
  #merged(schema: Schema, path: string): Schema {
    const { allOf, ...own } = schema;
    const parts = [own, ...list(allOf, `${path}/allOf`)].map((part, i): Schema => {
      const reached = isObject(part) && typeof part.$ref === 'string' ? this.#at(part.$ref, path) : part;
      if (!isObject(reached)) throw invalid(`${path}/allOf/${i - 1}`, 'is no schema');
      const strange = Object.keys(reached).find((key) => !silent.has(key) && !mergeable.has(key));
      if (strange || (reached.type !== undefined && reached.type !== 'object')) {
        throw unsupported(`${path}/allOf`, `"${strange ?? 'type'}" in a part; parts are objects with their properties`);
      }
      return reached;
    });
    const closed = parts.some((part) => part.additionalProperties === false);
    return {
      type: 'object',
      properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})) as Schema,
      required: [...new Set(parts.flatMap((part) => list(part.required ?? [], `${path}/required`)))],
      ...(closed && { additionalProperties: false }),
    };
  }
}

const mergeable = new Set(['type', 'properties', 'required', 'additionalProperties']);
const keywords: Readonly<Record<string, readonly string[]>> = {
  null: [],
  boolean: [],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: [
    'properties',
    'required',
    'additionalProperties',
    'minProperties',
    'maxProperties',
    'patternProperties',
    'propertyNames',
    'dependentRequired',
  ],
};
const refusedKeywords = new Set([
  'multipleOf',
  'uniqueItems',
  'contains',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
]);

function typesOf(schema: Schema, path: string): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type) && type.every((one) => typeof one === 'string')) return type;
  if (type !== undefined) throw invalid(`${path}/type`, 'is neither a type nor a list of types');
  // What is asked of one type alone means that one: hardly anybody writes "or of any other type".
  const meant = Object.keys(keywords).filter((name) => keywords[name].some((key) => key in schema));
  const [first] = meant;
  if (first === 'integer') return ['number'];
  return meant.length > 0 ? meant : Object.keys(keywords).filter((name) => name !== 'integer');
}

function boundsOf(schema: Schema, path: string, step: number): { least: number; most: number } {
  const bound = (key: string): number | null => {
    const value = schema[key];
    if (value === undefined) return null;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${path}/${key}`, 'is no number');
    return value;
  };
  // Of numbers that are not whole the nearest that the grid of digits has.
  const near = step === 0 ? 1e-6 : 0;
  const above = bound('exclusiveMinimum');
  const below = bound('exclusiveMaximum');
  const least = Math.max(
    bound('minimum') ?? -Infinity,
    above === null ? -Infinity : step ? Math.floor(above) + 1 : above + near,
  );
  const most = Math.min(
    bound('maximum') ?? Infinity,
    below === null ? Infinity : step ? Math.ceil(below) - 1 : below - near,
  );
  if (least > most) throw invalid(path, 'allows no number: its least is above its most');
  return { least, most };
}

function sizeOf(schema: Schema, key: string, path: string, otherwise: number): number {
  const value = schema[key];
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1e6)
    throw invalid(`${path}/${key}`, 'is no whole number from 0 to a million');
  return value;
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(path, 'is no list');
  return value;
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const invalid = (path: string, why: string): AtelierError =>
  new AtelierError('invalid_schema', `The JSON schema's ${path} ${why}.`);
const unsupported = (path: string, what: string): AtelierError =>
  new AtelierError(
    'unsupported_schema',
    `The JSON schema asks for ${what} (at ${path}), which output cannot be held to while it is written. Take it out, or check the output afterwards.`,
  );
