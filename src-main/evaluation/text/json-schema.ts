import { AtelierError } from '../../shared/errors.ts';

type Schema = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;
type Makes = (asked: never, reader: Reader, path: string, schema: Schema) => Check;

/**
 * Whether a value fits a JSON schema (JSON Schema 2020-12, core and validation; `format` asks nothing, as the standard has it, and references
 * lead within the schema). Throws `invalid_schema` or `unsupported_schema`, naming the place, before any value is looked at.
 */
export const schemaCheck = (schema: unknown): Check => new Reader(schema).read(schema, '#');

const silent = new Set(
  '$schema $id $anchor $comment $defs definitions title description default examples deprecated readOnly writeOnly format contentEncoding contentMediaType then else minContains maxContains'.split(
    ' ',
  ),
);
const deepest = 200;

class Reader {
  readonly #root: unknown;
  readonly #refs = new Map<string, Check | null>();
  #depth = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  read(schema: unknown, path: string): Check {
    if (typeof schema === 'boolean') return () => schema;
    if (!isObject(schema)) throw invalid(path, 'is no schema');
    if (++this.#depth > deepest) throw invalid(path, 'is deeper than can be used');
    const checks = Object.entries(schema).flatMap(([key, asked]): Check[] => {
      if (silent.has(key)) return [];
      const make = keywords[key];
      if (!make) throw unsupported(`${path}/${key}`, key);
      return [make(asked as never, this, `${path}/${key}`, schema)];
    });
    this.#depth--;
    return (value) => checks.every((check) => check(value));
  }

  /** A schema may lead to itself: it is looked up when a value asks for it. */
  ref(ref: unknown, path: string): Check {
    if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref)) throw unsupported(path, `$ref to "${String(ref)}"`);
    if (!this.#refs.has(ref)) {
      this.#refs.set(ref, null);
      let to = ref;
      for (const seen = new Set<string>(); ; seen.add(to)) {
        const next = this.#at(to, path);
        if (!isObject(next) || typeof next.$ref !== 'string') break;
        if (seen.has(to)) throw invalid(path, `leads only to itself by "${ref}"`);
        to = next.$ref;
      }
      this.#refs.set(ref, this.read(this.#at(ref, path), ref));
    }
    return (value) => this.#refs.get(ref)!(value);
  }

  /** RFC 6901. */
  #at(ref: string, path: string): unknown {
    let now = this.#root;
    for (const part of ref.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof now !== 'object' || now === null || !Object.hasOwn(now, key)) {
        throw invalid(path, `points to "${ref}", where there is nothing`);
      }
      now = (now as Schema)[key];
    }
    return now;
  }
}

const types: Readonly<Record<string, Check>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: Array.isArray,
  object: isObject,
};

/** What a keyword asks of a number, a string, an array or an object; of anything else it asks nothing. */
const ofNumber = (fits: (value: number, bound: number) => boolean): Makes =>
  ((bound: unknown, _: Reader, path: string) => {
    if (typeof bound !== 'number') throw invalid(path, 'is no number');
    return (value: unknown) => typeof value !== 'number' || fits(value, bound);
  }) as Makes;
const ofSize = (sizeOf: (value: unknown) => number | null, fits: (size: number, bound: number) => boolean): Makes =>
  ((bound: unknown, _: Reader, path: string) => {
    if (!Number.isInteger(bound) || (bound as number) < 0) throw invalid(path, 'is no whole number');
    return (value: unknown) => {
      const size = sizeOf(value);
      return size === null || fits(size, bound as number);
    };
  }) as Makes;
const [atLeast, atMost] = [(a: number, b: number) => a >= b, (a: number, b: number) => a <= b];
/** Characters are code points. */
const lengthOf = (value: unknown) => (typeof value === 'string' ? [...value].length : null);
const itemsOf = (value: unknown) => (Array.isArray(value) ? value.length : null);
const propertiesOf = (value: unknown) => (isObject(value) ? Object.keys(value).length : null);
const all = (schemas: unknown, reader: Reader, path: string): Check[] =>
  list(schemas, path).map((schema, i) => reader.read(schema, `${path}/${i}`));
const named = (schemas: unknown, reader: Reader, path: string): [string, Check][] => {
  if (!isObject(schemas)) throw invalid(path, 'is no object');
  return Object.entries(schemas).map(([name, schema]) => [name, reader.read(schema, `${path}/${name}`)]);
};
const ofObject =
  (fits: (value: Schema) => boolean): Check =>
  (value) =>
    !isObject(value) || fits(value);
const ofArray =
  (fits: (value: readonly unknown[]) => boolean): Check =>
  (value) =>
    !Array.isArray(value) || fits(value);

const keywords: Readonly<Record<string, Makes>> = {
  $ref: (ref, reader, path) => reader.ref(ref, path),
  type: (asked: unknown, _, path) => {
    const wanted = (Array.isArray(asked) ? asked : [asked]).map((name) => {
      if (typeof name === 'string' && Object.hasOwn(types, name)) return types[name];
      throw invalid(path, `names a type "${String(name)}" that there is not`);
    });
    return (value) => wanted.some((fits) => fits(value));
  },
  enum: (values, _, path) => {
    const some = list(values, path);
    return (value) => some.some((one) => same(one, value));
  },
  const: (wanted) => (value) => same(wanted, value),
  minimum: ofNumber(atLeast),
  maximum: ofNumber(atMost),
  exclusiveMinimum: ofNumber((value, bound) => value > bound),
  exclusiveMaximum: ofNumber((value, bound) => value < bound),
  // 0.3 is three times 0.1 to those who wrote it so.
  multipleOf: ofNumber((value, of) => Math.abs(value / of - Math.round(value / of)) < 1e-9 * Math.max(1, value / of)),
  minLength: ofSize(lengthOf, atLeast),
  maxLength: ofSize(lengthOf, atMost),
  minItems: ofSize(itemsOf, atLeast),
  maxItems: ofSize(itemsOf, atMost),
  minProperties: ofSize(propertiesOf, atLeast),
  maxProperties: ofSize(propertiesOf, atMost),
  pattern: (source, _, path) => {
    const found = patternOf(source, path);
    return (value) => typeof value !== 'string' || found.test(value);
  },
  prefixItems: (schemas, reader, path) => {
    const checks = all(schemas, reader, path);
    return ofArray((value) => value.every((item, i) => checks[i]?.(item) ?? true));
  },
  items: (asked, reader, path, { prefixItems }) => {
    const check = reader.read(asked, path);
    const from = Array.isArray(prefixItems) ? prefixItems.length : 0;
    return ofArray((value) => value.slice(from).every(check));
  },
  contains: (asked, reader, path, { minContains = 1, maxContains = Infinity }) => {
    const check = reader.read(asked, path);
    return ofArray((value) => {
      const count = value.filter(check).length;
      return count >= Number(minContains) && count <= Number(maxContains);
    });
  },
  uniqueItems: (asked: unknown) =>
    ofArray(
      (value) => asked !== true || value.every((one, i) => value.slice(0, i).every((other) => !same(one, other))),
    ),
  properties: (schemas, reader, path) => {
    const checks = named(schemas, reader, path);
    return ofObject((value) => checks.every(([name, check]) => !Object.hasOwn(value, name) || check(value[name])));
  },
  required: (names, _, path) => {
    const wanted = list(names, path).map(String);
    return ofObject((value) => wanted.every((name) => Object.hasOwn(value, name)));
  },
  patternProperties: (schemas, reader, path) => {
    const checks = named(schemas, reader, path).map(([source, check]) => [patternOf(source, path), check] as const);
    return ofObject((value) =>
      Object.entries(value).every(([name, one]) => checks.every(([found, check]) => !found.test(name) || check(one))),
    );
  },
  additionalProperties: (asked, reader, path, { properties = {}, patternProperties = {} }) => {
    const check = reader.read(asked, path);
    const patterns = Object.keys(patternProperties as Schema).map((source) => patternOf(source, path));
    const known = (name: string) => Object.hasOwn(properties as Schema, name) || patterns.some((one) => one.test(name));
    return ofObject((value) => Object.entries(value).every(([name, one]) => known(name) || check(one)));
  },
  propertyNames: (asked, reader, path) => {
    const check = reader.read(asked, path);
    return ofObject((value) => Object.keys(value).every(check));
  },
  dependentRequired: (asked: unknown, _, path) => {
    if (!isObject(asked)) throw invalid(path, 'is no object');
    const pairs = Object.entries(asked).map(([name, names]) => [name, list(names, path).map(String)] as const);
    return ofObject((value) =>
      pairs.every(([name, names]) => !Object.hasOwn(value, name) || names.every((one) => Object.hasOwn(value, one))),
    );
  },
  allOf: (schemas, reader, path) => {
    const checks = all(schemas, reader, path);
    return (value) => checks.every((check) => check(value));
  },
  anyOf: (schemas, reader, path) => {
    const checks = all(schemas, reader, path);
    return (value) => checks.some((check) => check(value));
  },
  oneOf: (schemas, reader, path) => {
    const checks = all(schemas, reader, path);
    return (value) => checks.filter((check) => check(value)).length === 1;
  },
  not: (asked, reader, path) => {
    const check = reader.read(asked, path);
    return (value) => !check(value);
  },
  if: (asked, reader, path, schema) => {
    const [check, then, otherwise] = [asked, schema.then ?? true, schema.else ?? true].map((one) =>
      reader.read(one, path),
    );
    return (value) => (check(value) ? then(value) : otherwise(value));
  },
};

/** Equal as JSON is: the order of properties tells nothing. */
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

function patternOf(source: unknown, path: string): RegExp {
  try {
    if (typeof source === 'string') return new RegExp(source, 'u');
  } catch {
    // Told below.
  }
  throw invalid(path, 'is no regular expression');
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw invalid(path, 'is no list');
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const invalid = (path: string, why: string): AtelierError =>
  new AtelierError('invalid_schema', `The JSON schema's ${path} ${why}.`);
const unsupported = (path: string, what: string): AtelierError =>
  new AtelierError(
    'unsupported_schema',
    `The JSON schema asks for "${what}" (at ${path}), which is not checked here. Take it out.`,
  );
