import { expect, it } from 'vitest';
import { schemaCheck } from '../../src-main/evaluation/text/json-schema.ts';

/** What fits, then what does not. After JSON Schema 2020-12, keyword by keyword. */
const cases: [object | boolean, unknown[], unknown[]][] = [
  [true, [1, null], []],
  [false, [], [1, null]],
  [{ type: 'integer' }, [1, 2.0, -3], [1.5, '1', null]],
  [{ type: ['string', 'null'] }, ['', null], [0, []]],
  [{ type: 'object' }, [{}], [[], null]],
  [{ enum: [1, { a: [2], b: 3 }] }, [1, { b: 3, a: [2] }], [2, { a: [2] }, '1']],
  [{ const: [1, { a: null }] }, [[1, { a: null }]], [[1, {}], [1]]],
  [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, 'no number'], [0.9, 3]],
  [{ exclusiveMinimum: 0, maximum: 1 }, [1, 0.1], [0, 1.1]],
  [{ multipleOf: 0.1 }, [0.3, 7, 'x'], [0.35]],
  [{ minLength: 2, maxLength: 2 }, ['ab', '😀😀', 1], ['a', 'abc']],
  [{ pattern: '^a+$' }, ['aa', 1], ['b', 'ab']],
  [{ items: { type: 'number' } }, [[], [1, 2], 'x'], [[1, '2']]],
  [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1], []], [['a', 'b'], [1]]],
  [{ prefixItems: [true], items: false }, [[1], []], [[1, 2]]],
  [{ contains: { const: 1 } }, [[2, 1]], [[2], []]],
  [{ contains: { const: 1 }, minContains: 2, maxContains: 2 }, [[1, 1]], [[1], [1, 1, 1]]],
  [{ minItems: 1, maxItems: 2, uniqueItems: true }, [[1], [1, 2]], [[], [1, 1], [1, 2, 3]]],
  [
    { properties: { a: { type: 'number' } }, required: ['b'] },
    [{ b: 1 }, { a: 1, b: 2 }, []],
    [{ a: 1 }, { a: '', b: 1 }],
  ],
  [{ properties: { a: true }, additionalProperties: false }, [{}, { a: 1 }], [{ b: 1 }]],
  [
    { patternProperties: { '^n': { type: 'number' } }, additionalProperties: { type: 'string' } },
    [{ n1: 1, x: 'y' }],
    [{ n1: 'a' }, { x: 1 }],
  ],
  [
    { propertyNames: { maxLength: 1 }, minProperties: 1, maxProperties: 1 },
    [{ a: 1 }],
    [{ ab: 1 }, {}, { a: 1, b: 2 }],
  ],
  [{ dependentRequired: { a: ['b'] } }, [{ a: 1, b: 2 }, { b: 1 }], [{ a: 1 }]],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1.5], [0, 3]],
  [{ anyOf: [{ type: 'string' }, { minimum: 2 }] }, ['a', 2], [1]],
  [{ oneOf: [{ minimum: 1 }, { maximum: 2 }] }, [0, 3], [1.5]],
  [{ not: { type: 'null' } }, [1], [null]],
  [{ if: { type: 'string' }, then: { minLength: 1 }, else: { minimum: 1 } }, ['a', 1], ['', 0]],
  // Siblings of a reference count, and one may lead to itself.
  [
    {
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['v'] } },
      $ref: '#/$defs/node',
      maxProperties: 2,
    },
    [{ v: 1, next: { v: 2 } }],
    [{ v: 1, next: {} }, { next: { v: 1 } }, { v: 1, a: 2, b: 3 }],
  ],
  // A property that everything has by birth is not there.
  [{ required: ['toString'] }, [{ toString: 1 }], [{}]],
  [{ type: 'string', format: 'email', title: 'x', default: 1 }, ['anything'], [1]],
];
it.each(cases)('%j', (schema, fits, not) => {
  const check = schemaCheck(schema);
  for (const value of fits) expect([value, check(value)]).toEqual([value, true]);
  for (const value of not) expect([value, check(value)]).toEqual([value, false]);
});

it.each([
  ['invalid_schema', { type: 'text' }, '#/type'],
  ['invalid_schema', { properties: { a: { minimum: 'x' } } }, '#/properties/a/minimum'],
  ['invalid_schema', { pattern: '(' }, '#/pattern'],
  ['invalid_schema', { $ref: '#/$defs/none' }, '#/$ref'],
  ['invalid_schema', { $ref: '#' }, '#'],
  ['invalid_schema', 'x', '#'],
  ['unsupported_schema', { $ref: 'https://example.org/a.json' }, '#/$ref'],
  ['unsupported_schema', { unevaluatedProperties: false }, '#/unevaluatedProperties'],
])('%s: %j', (code, schema, place) => {
  expect(() => schemaCheck(schema)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(place) as string }),
  );
});
