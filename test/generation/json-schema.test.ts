import { describe, expect, it } from 'vitest';
import type { Grammar, Language } from '../../src-main/generation/grammar/grammar.ts';
import { jsonSchema } from '../../src-main/generation/grammar/json-schema.ts';
import { Random } from '../../src-main/shared/random.ts';

const fits = (schema: unknown, text: string): boolean => {
  const { grammar, language } = jsonSchema(schema);
  return grammar.mayEnd([...new TextEncoder().encode(text)].reduce((now, byte) => grammar.after(now, byte), language));
};

/** Writes at random, and from `patience` bytes on the shortest way to an end. */
function written(grammar: Grammar, language: Language, random: Random, patience: number): string {
  const bytes: number[] = [];
  for (let now = language; ;) {
    if (grammar.mayEnd(now) && (bytes.length >= patience || random.below(4) === 0)) break;
    const left = grammar.shortest(now);
    const open = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => {
      const next = grammar.after(now, byte);
      return next !== grammar.nothing && (bytes.length < patience || grammar.shortest(next) < left);
    });
    if (open.length === 0) break;
    // Letters and signs as often as the rest of UTF-8.
    const common = open.filter((byte) => byte < 128);
    const some = common.length > 0 && random.below(10) > 0 ? common : open;
    const byte = some[random.below(some.length)];
    bytes.push(byte);
    now = grammar.after(now, byte);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
}

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 12 },
    age: { type: 'integer', minimum: 0, maximum: 130 },
    score: { type: 'number', minimum: -0.5, maximum: 1 },
    tags: { type: 'array', items: { enum: ['a', 'b', 3, null] }, minItems: 1, maxItems: 3 },
    born: { type: 'string', format: 'date' },
    code: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' },
    of: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/pair' }] },
    more: {},
  },
  required: ['name', 'score', 'of'],
  $defs: { pair: { type: 'array', prefixItems: [{ type: 'boolean' }, { $ref: '#' }], minItems: 2, maxItems: 2 } },
};

/** What the schema above asks, said once more by hand. */
function check(value: unknown): void {
  const { name, age, score, tags, born, code, of, ...rest } = value as Record<string, unknown>;
  expect(Object.keys(rest).every((key) => key === 'more')).toBe(true);
  expect([...(name as string)].length).toBeGreaterThan(0);
  expect([...(name as string)].length).toBeLessThanOrEqual(12);
  if (age !== undefined) expect(Number.isInteger(age) && (age as number) >= 0 && (age as number) <= 130).toBe(true);
  expect(score as number).toBeGreaterThanOrEqual(-0.5);
  expect(score as number).toBeLessThanOrEqual(1);
  if (tags !== undefined) {
    expect((tags as unknown[]).length).toBeGreaterThan(0);
    expect((tags as unknown[]).every((tag) => ['a', 'b', 3, null].includes(tag as never))).toBe(true);
  }
  if (born !== undefined) expect(new Date(`${born as string}T00:00:00Z`).toISOString().slice(0, 10)).toBe(born);
  if (code !== undefined) expect(code).toMatch(/^[A-Z]{2}-\d+$/);
  if (of !== null) {
    expect(of).toHaveLength(2);
    expect(typeof (of as unknown[])[0]).toBe('boolean');
    check((of as unknown[])[1]);
  }
}

describe('a JSON schema', () => {
  it('lets nothing be written that does not fit it, however it is written', () => {
    const { grammar, language } = jsonSchema(person);
    const random = new Random(11);
    for (let i = 0; i < 100; i++) check(JSON.parse(written(grammar, language, random, 10 + random.below(300))));
  });
  it('that asks for nothing takes any JSON', () => {
    const { grammar, language } = jsonSchema({});
    const random = new Random(12);
    for (let i = 0; i < 100; i++) JSON.parse(written(grammar, language, random, random.below(200)));
    for (const text of ['{"a":[1,-2.5,"x\\n",{}],"b":null}', '[]', '"é😀"', '{ "a": 1,\n  "b": [ true ]\n}'])
      expect(fits({}, text)).toBe(true);
    for (const text of ['{a:1}', '[1,]', '01', '"\n"', '{"a":1,}', '']) expect(fits({}, text)).toBe(false);
  });
  it('takes properties in its order, those that are not required or not', () => {
    const schema = { properties: { a: { type: 'null' }, b: { type: 'null' }, c: { type: 'null' } }, required: ['b'] };
    const taken = ['{"b":null}', '{"a":null,"b":null}', '{"b":null,"c":null}', '{"a": null, "b": null, "c": null}'];
    const refused = ['{}', '{"a":null}', '{"b":null,"a":null}', '{"b":null,"d":null}', '{"b":null,}', '{,"b":null}'];
    expect(taken.map((text) => fits(schema, text))).toEqual(taken.map(() => true));
    expect(refused.map((text) => fits(schema, text))).toEqual(refused.map(() => false));
  });
  it.each([
    [0, 9],
    [-7, 12],
    [95, 1024],
    [-130, -5],
    [3, 3],
    [0, 0],
    [-1, 0],
  ])('holds whole numbers between %i and %i', (minimum, maximum) => {
    for (let value = -1100; value <= 1100; value++) {
      expect([value, fits({ type: 'integer', minimum, maximum }, String(value))]).toEqual([
        value,
        value >= minimum && value <= maximum,
      ]);
    }
  });
  it.each([
    [0, 1],
    [0.25, 0.75],
    [-1.5, 2],
    [-3, -2.05],
    [10, 1000.5],
  ])('holds numbers between %f and %f', (minimum, maximum) => {
    const schema = { type: 'number', minimum, maximum };
    const random = new Random(Math.round(maximum * 100));
    for (let i = 0; i < 300; i++) {
      const text = (minimum - 1 + random.uniform() * (maximum - minimum + 2)).toFixed(2 + random.below(4));
      const value = Number(text);
      if (fits(schema, text)) expect(value >= minimum && value <= maximum).toBe(true);
      else expect(value <= minimum || value >= maximum).toBe(true);
    }
    const { grammar, language } = jsonSchema(schema);
    for (let i = 0; i < 100; i++) {
      const value = JSON.parse(written(grammar, language, random, 20)) as number;
      expect(value >= minimum && value <= maximum).toBe(true);
    }
  });
  it('searches for a pattern, as the standard says, unless it is anchored', () => {
    expect(fits({ pattern: 'b+' }, '"abc"')).toBe(true);
    expect(fits({ pattern: '^b+' }, '"abc"')).toBe(false);
    expect(fits({ pattern: 'b+$' }, '"abc"')).toBe(false);
    expect(fits({ pattern: '"' }, '"a\\"c"')).toBe(true);
    expect(fits({ pattern: '^\\n\\\\$' }, '"\\n\\\\"')).toBe(true);
  });
  it('puts allOf together', () => {
    const schema = {
      allOf: [{ $ref: '#/$defs/a' }, { properties: { y: { const: 2 } }, required: ['y'] }],
      $defs: { a: { type: 'object', properties: { x: { const: 1 } }, required: ['x'] } },
    };
    expect(fits(schema, '{"x":1,"y":2}')).toBe(true);
    expect(fits(schema, '{"x":1}')).toBe(false);
  });
  it.each([
    [{ type: 'string', format: 'uuid' }, '"3f2504e0-4f89-41d3-9a0c-0305e82c3301"', '"x"'],
    [{ type: 'string', format: 'date-time' }, '"2026-11-22T21:00:00Z"', '"2026-13-22T21:00:00Z"'],
    [{ type: 'string', format: 'email' }, '"a.b@example.org"', '"a@b"'],
    [{ type: 'string', format: 'ipv4' }, '"10.0.255.1"', '"10.0.256.1"'],
    [{ type: ['string', 'null'], maxLength: 2 }, 'null', '"abc"'],
    [{ type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1 }, '{"a":1,"b":2}', '{}'],
    [{ type: 'object', properties: {}, additionalProperties: false }, '{}', '{"a":1}'],
    [
      { items: { type: 'integer' }, prefixItems: [{ const: 'x' }], minItems: 1, maxItems: 3 },
      '["x",1,2]',
      '["x",1,2,3]',
    ],
    [true, '1', ''],
  ])('%j takes %s and not %s', (schema, taken, refused) => {
    expect([fits(schema, taken), fits(schema, refused)]).toEqual([true, false]);
  });
  it.each([
    [{ type: 'strng' }, 'invalid_schema', /#\/type/],
    [{ properties: { a: { $ref: '#/no' } } }, 'invalid_schema', /#\/properties\/a\/\$ref/],
    [{ $ref: 'https://elsewhere/schema' }, 'unsupported_schema', /within the schema/],
    [{ not: {} }, 'unsupported_schema', /"not"/],
    [{ type: 'array', uniqueItems: true }, 'unsupported_schema', /uniqueItems/],
    [{ type: 'number', multipleOf: 3 }, 'unsupported_schema', /multipleOf/],
    [{ required: ['a'], properties: { a: { $ref: '#' } } }, 'invalid_schema', /for ever/],
    [{ type: 'integer', minimum: 3, maximum: 2 }, 'invalid_schema', /no number/],
    [{ type: 'string', minLength: -1 }, 'invalid_schema', /minLength/],
    [{ properties: { a: {} }, required: ['b'] }, 'invalid_schema', /"b"/],
    [7, 'invalid_schema', /#/],
    [{ type: 'string', pattern: '(' }, 'invalid_pattern', /not closed/],
  ])('that cannot be held to is refused, with its place: %j', (schema, code, why) => {
    expect(() => jsonSchema(schema)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(why) as string }) as Error,
    );
  });
  it('however deep or large is refused, not followed to the end', () => {
    let deep: unknown = {};
    for (let i = 0; i < 5000; i++) deep = { items: deep };
    expect(() => jsonSchema(deep)).toThrow(/larger or deeper/);
  });
});
