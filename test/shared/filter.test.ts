import * as v from 'valibot';
import { expect, it } from 'vitest';
import { filterSchema, packSamples, toggled, unpackSamples } from '../../src-main/shared/filter.ts';

it.each([
  [[], ''],
  [[5], '5'],
  [[3, 1, 2, 2, 9], '1-3,9'],
  [[0, 2, 4, 5], '0,2,4-5'],
])('writes sample numbers %j as %s, and reads them again', (samples, packed) => {
  expect(packSamples(samples)).toBe(packed);
  const marks = unpackSamples(packed, 10);
  expect([...marks.keys()].filter((i) => marks[i] === 1)).toEqual([...new Set(samples)].sort((a, b) => a - b));
});

it('leaves out sample numbers that there are not', () => {
  expect([...unpackSamples('1,3-900,99999999999', 5)]).toEqual([0, 1, 0, 1, 1]);
});

it('puts a condition in, in the place of one about the same thing, and takes it out again', () => {
  const range = { kind: 'range', column: 'a', from: 1, to: 2 } as const;
  const other = { kind: 'range', column: 'a', from: 2, to: 3 } as const;
  const split = { kind: 'split', splits: ['test' as const] } as const;
  const both = toggled(toggled([], range), { ...split, splits: ['test'] });
  expect(both).toEqual([range, split]);
  expect(toggled(both, other)).toEqual([split, other]);
  expect(toggled(both, range)).toEqual([split]);
});

it.each([
  [[{ kind: 'samples', samples: '1-2,x' }]],
  [[{ kind: 'samples', samples: '1-' }]],
  [[{ kind: 'range', column: 'a', from: Infinity }]],
  [[{ kind: 'sql', expression: '   ' }]],
  [[{ kind: 'values', column: 'a', values: [] }]],
  [[{ kind: 'split', splits: ['all'] }]],
  [[{ kind: 'other' }]],
])('is refused where it is malformed: %j', (filter) => {
  expect(v.safeParse(filterSchema, filter).success).toBe(false);
});
