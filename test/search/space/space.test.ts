import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { parseSpace } from '../../../src-main/search/space/parse-space.ts';

const space = parseSpace({
  extra: { type: 'float', low: 0, high: 1, when: { kind: 'a' } },
  lr: { type: 'float', low: 1e-5, high: 1, log: true },
  depth: { type: 'int', low: 1, high: 12, step: 3 },
  drop: { type: 'float', low: 0, high: 0.85, step: 0.1 },
  units: { type: 'int', low: 8, high: 512, log: true },
  kind: { type: 'categorical', choices: ['a', 'b', 3, null] },
  deep: { type: 'boolean', when: { extra2: [1, 2], kind: ['b', 3] } },
  extra2: { type: 'int', low: 1, high: 4 },
});
const dimension = (name: string) => space.dimensions[space.indexOf(name)];

describe('a space', () => {
  it('puts parents first and groups what exists together', () => {
    const names = space.dimensions.map(({ name }) => name);
    expect(names.indexOf('kind')).toBeLessThan(names.indexOf('extra'));
    expect(names.indexOf('extra2')).toBeLessThan(names.indexOf('deep'));
    expect(space.groups.map(({ members }) => members.length).sort()).toEqual([1, 1, 6]);
  });

  it('knows the values of steps, without what rounding adds', () => {
    expect([dimension('depth').levels, dimension('drop').levels, dimension('units').levels]).toEqual([4, 9, 505]);
    expect(Array.from({ length: 9 }, (_, level) => dimension('drop').value(level))).toEqual([
      0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
    ]);
    expect(dimension('depth').decode(1)).toBe(10);
    expect([dimension('depth').has(10), dimension('depth').has(11), dimension('lr').has(2)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('gives every value back that it has encoded, and cells that meet', () => {
    const random = new Random(1);
    for (let i = 0; i < 300; i++) {
      const params = space.random(random);
      space.check(params);
      const back = space.decode(space.encode(params));
      expect(back.lr).toBeCloseTo(params.lr as number, 12);
      expect({ ...back, lr: 0, extra: 0 }).toEqual({ ...params, lr: 0, extra: 0 });
    }
    for (const name of ['depth', 'drop', 'units']) {
      const each = dimension(name);
      expect(each.edge(0)).toBe(0);
      expect(each.edge(each.levels)).toBeCloseTo(1, 12);
      for (let level = 0; level < each.levels; level++) {
        const middle = (each.edge(level) + each.edge(level + 1)) / 2;
        expect(each.level(middle)).toBe(level);
        expect(each.level(each.encode(each.value(level)))).toBe(level);
      }
    }
  });

  it('draws logarithmic ranges evenly in the logarithm', () => {
    const random = new Random(2);
    const rates = Array.from({ length: 2000 }, () => Math.log10(space.random(random).lr as number));
    expect(rates.filter((rate) => rate < -2.5).length / 2000).toBeCloseTo(0.5, 1);
  });

  it('says which values do not belong', () => {
    const good = { lr: 0.1, depth: 1, drop: 0, units: 8, kind: 'b', extra2: 4 };
    expect(() => space.check(good)).not.toThrow();
    expect(() => space.check({ ...good, units: 7 })).toThrow(/"units" = 7/);
    expect(() => space.check({ ...good, extra: 0.5 })).toThrow(/"extra" is not active/);
    expect(() => space.check({ ...good, kind: 'a' })).toThrow(/"extra" has no value/);
    expect(() => space.check({ ...good, width: 1 })).toThrow(/"width" is not a parameter/);
  });
});

const x = { type: 'float', low: 0, high: 1 };
const n = { type: 'int', low: 1, high: 8 };
const broken: [what: string, space: unknown, constraints: unknown, message: RegExp][] = [
  ['no object', [], [], /^space: must be an object/],
  ['nothing', {}, [], /^space: has no parameters/],
  ['an unknown type', { a: { type: 'real' } }, [], /^space\.a\.type: is "real"; it must be one of float, int/],
  ['a field too much', { a: { ...x, hi: 2 } }, [], /^space\.a\.hi: means nothing for float/],
  ['no upper end', { a: { type: 'int', low: 1 } }, [], /^space\.a\.high: is missing/],
  ['ends that are swapped', { a: { type: 'int', low: 3, high: 2 } }, [], /low 3 lies above high 2/],
  ['half numbers', { a: { type: 'int', low: 0.5, high: 2 } }, [], /whole numbers/],
  ['log from 0', { a: { ...x, log: true } }, [], /^space\.a\.low: is 0; with log it must lie above 0/],
  ['log with steps', { a: { ...n, log: true, step: 2 } }, [], /both log and a step/],
  ['a step of 0', { a: { ...x, step: 0 } }, [], /^space\.a\.step: is 0/],
  ['an infinite width', { a: { type: 'float', low: -1e308, high: 1e308 } }, [], /too wide/],
  ['no choices', { a: { type: 'categorical', choices: [] } }, [], /at least one value/],
  ['a choice twice', { a: { type: 'categorical', choices: [1, 2, 1] } }, [], /has 1 twice/],
  ['a choice that is a list', { a: { type: 'categorical', choices: [[1]] } }, [], /choices\[0\]: is \[1\]/],
  ['a condition on nobody', { a: { ...x, when: { b: 1 } } }, [], /names "b", which is no parameter/],
  ['a circle', { a: { ...n, when: { b: 1 } }, b: { ...n, when: { a: 1 } } }, [], /circle: a → b → a/],
  ['a condition on a range', { a: x, b: { ...x, when: { a: 0.5 } } }, [], /has no single values/],
  ['a condition that is never met', { a: n, b: { ...x, when: { a: 9 } } }, [], /"a" is never 9/],
  ['constraints that are no list', { a: x }, 'a < 1', /^constraints: must be a list/],
  ['a constraint on nobody', { a: x }, ['a < b'], /constraints\[0\]: "a < b": "b" is no parameter/],
  ['a constraint cut short', { a: x }, ['(a + 1 < 2'], /"\)" is missing at the end/],
  ['a constraint with a stranger', { a: x }, ['a < 1; a'], /cannot be read from "; a"/],
  ['a constraint on numbers only', { a: x }, ['1 < 2'], /names no parameter/],
  ['a constraint of brackets', { a: x }, ['('.repeat(999) + 'a'], /nested too deeply/],
];

describe('a space that is wrong', () => {
  it.each(broken)('is refused with its place: %s', (_, written, constraints, message) => {
    expect(() => parseSpace(written, constraints)).toThrow(expect.objectContaining({ code: 'invalid_space' }));
    expect(() => parseSpace(written, constraints)).toThrow(message);
  });
});

describe('constraints', () => {
  const holds = (text: string, params: Record<string, number | string | boolean>) =>
    parseSpace({ a: n, b: n, kind: { type: 'categorical', choices: ['x', 'y'] }, on: { type: 'boolean' } }, [
      text,
    ]).feasible(params);

  it.each([
    ['a * b <= 12', { a: 3, b: 4 }, true],
    ['a * b <= 12', { a: 3, b: 5 }, false],
    ['a + b * 2 == 7', { a: 1, b: 3 }, true],
    ['(a + b) * 2 == 8', { a: 1, b: 3 }, true],
    ['a - b - 1 == 0', { a: 5, b: 4 }, true],
    ['-a < 0 and not b > 3', { a: 1, b: 3 }, true],
    ["kind != 'x' or a >= 4", { kind: 'x', a: 3 }, false],
    ["kind != 'x' or a >= 4", { kind: 'y', a: 3 }, true],
    ['max(a, b) % 2 == 0', { a: 3, b: 4 }, true],
    ['not on or a > 1', { on: true, a: 1 }, false],
    ['on == false', { on: false }, true],
    ['a < b', { a: 5 }, true],
  ] as const)('%s with %j: %s', (text, params, expected) => {
    expect(holds(text, params)).toBe(expected);
  });

  it('that nothing can keep are told instead of searched for ever', () => {
    const never = parseSpace({ a: n }, ['a > 8']);
    expect(() => never.randomFeasible(new Random(1))).toThrow(
      expect.objectContaining({ code: 'constraints_unsatisfiable' }),
    );
  });
});
