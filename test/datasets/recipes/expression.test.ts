import { describe, expect, it } from 'vitest';
import { rowsOf, withDuck } from '../../../src-main/datasets/duck.ts';
import { letterCase } from '../../../src-main/datasets/recipes/case.ts';
import { conditionSql } from '../../../src-main/datasets/recipes/expression.ts';
import type { State } from '../../../src-main/datasets/recipes/step.ts';
import { sqlText } from '../../../src-main/datasets/cells.ts';

const state: State = [
  { name: 'age', type: 'number', role: 'feature', form: 'raw', text: 'c0', number: 'n0', prepared: false },
  { name: 'home city', type: 'category', role: 'feature', form: 'raw', text: 'c1', prepared: false },
];
const rows: [number | null, string | null][] = [
  [17, 'Oslo'],
  [18, "L'Île"],
  [null, 'Rome'],
  [64.5, null],
];

/** The rows that a condition holds for. */
async function holds(condition: string): Promise<number[]> {
  const values = rows.map(
    ([age, city], i) => `(${i}, ${age ?? 'NULL'}::DOUBLE, ${city === null ? 'NULL' : sqlText(city)})`,
  );
  const found = await withDuck({ threads: 1 }, (connection) =>
    rowsOf(
      connection,
      `SELECT i FROM (SELECT i, n0, n0::VARCHAR AS c0, c1 FROM (VALUES ${values.join(', ')}) AS t(i, n0, c1)) WHERE ${conditionSql(condition, state)} ORDER BY i`,
    ),
  );
  return found.map(({ i }) => Number(i));
}

describe('a condition', () => {
  it.each([
    ['age >= 18', [1, 3]],
    ["age<18 or `home city` = 'L''Île'", [0, 1]],
    ['age is missing', [2]],
    ['not age is missing and not (age > 60)', [0, 1]],
    ["`home city` in ('Oslo', 'Rome')", [0, 2]],
    ["`home city` not in ('Oslo', 'Rome')", [1]],
    ['age in (17, 64.5) AND `home city` is not missing', [0]],
    ["`home city` contains 's' or `home city` ends 'e'", [0, 1, 2]],
    ["`home city` begins 'R'", [2]],
    ["`home city` != 'x''; DROP TABLE t; --'", [0, 1, 2]],
    ['age = -1 or age = +64.5e0', [3]],
  ])('%s', async (condition, wanted) => {
    expect(await holds(condition)).toEqual(wanted);
  });

  it.each([
    ["read_csv('/etc/passwd') = 1", 'There is no column "read_csv"'],
    ['age = (SELECT 1)', "a number or 'a text'"],
    ['age = 1; DROP TABLE t', 'is not understood'],
    ['age = 1 -- ', 'is not understood'],
    ['age', 'a comparison'],
    ['(age = 1', 'there should be ")"'],
    ['age = 1 age = 2', '"and", "or" or the end'],
    ["age = 'old'", 'is a column of numbers'],
    ['`home city` contains 3', "'a text'"],
    ['', 'a column'],
    ['('.repeat(60), 'too deep'],
    ["`home city` = 'open", 'is not understood'],
  ])('%s is refused', (condition, message) => {
    expect(() => conditionSql(condition, state)).toThrow(message);
  });
});

describe('letter case', () => {
  it.each(['lower', 'upper'] as const)('in a model is as in DuckDB, for every letter that has two: %s', async (to) => {
    const [learned, wrong] = await withDuck({ threads: 1 }, async (connection) => {
      const context = {
        query: (sql: string) => rowsOf(connection, sql),
        train: '',
        all: '',
        each: () => Promise.resolve(),
        target: null,
      };
      const letters = (await letterCase.fit!([], { columns: [], to }, context)) as { from: string; to: string };
      const all = `(SELECT unnest(range(1, 131072)) AS c)`;
      const changed = `SELECT count(*) AS n FROM ${all} WHERE (c < 55296 OR c > 57343) AND ${to}(chr(c::INTEGER)) <> chr(c::INTEGER)`;
      const [{ n }] = await rowsOf(connection, changed);
      return [letters, Number(n)];
    });
    expect([...learned.from].length).toBe([...learned.to].length);
    // None is left over: in no letter does one become two.
    expect([...learned.from].length).toBe(wrong);
    const map = new Map([...learned.from].map((letter, i) => [letter, [...learned.to][i]]));
    for (const [a, b] of ['aA', 'éÉ', 'яЯ', 'ωΩ', 'ǆǄ']) {
      expect(map.get(to === 'upper' ? a : b)).toBe(to === 'upper' ? b : a);
    }
  });
});
