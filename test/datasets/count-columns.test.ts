import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { countColumns } from '../../src-main/datasets/count-columns.ts';

describe('columns of many rows', () => {
  it('are counted by value as they are one by one', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const cells = (count: number): string => `SELECT
        (range % 7)::VARCHAR AS c0,
        CASE WHEN range % 10 = 0 THEN NULL ELSE (['1,5', '2,25', '-3'])[1 + range % 3] END AS c1,
        (['red', 'dark green', 'a b c', '12'])[1 + range % 4] AS c2,
        range::VARCHAR AS c3,
        NULL::VARCHAR AS c4,
        (['1.234,5', '7', 'x'])[1 + range % 3] AS c5,
        range AS file_row_number
      FROM range(${count})`;
    await connection.run(`CREATE TABLE few AS ${cells(840)}; CREATE TABLE many AS ${cells(840 * 310)}`);
    const [few, many] = [
      await countColumns(connection, 'few', [0, 1, 2, 3, 4, 5]),
      await countColumns(connection, 'many', [0, 1, 2, 3, 4, 5]),
    ];
    for (const i of [0, 1, 2, 4, 5]) {
      const scaled = { ...few[i], rows: 840 * 310 };
      for (const key of ['present', 'numbers', 'commaNumbers'] as const) scaled[key] *= 310;
      for (const key of ['mean', 'meanLength', 'meanWords'] as const) {
        if (scaled[key] === null) expect(many[i][key]).toBeNull();
        else expect(many[i][key]).toBeCloseTo(scaled[key], 9);
        Object.assign(scaled, { [key]: many[i][key] });
      }
      // Beside the counts stand the values that they were counted by.
      const { top, ...counted } = many[i];
      expect(counted, `c${i}`).toEqual(scaled);
      expect(top!.reduce((sum, { count }) => sum + count, 0)).toBe(counted.present);
      expect(top).toHaveLength(counted.distinct);
    }
    expect(many[0]).toMatchObject({ distinct: 7, numbers: 840 * 310, integers: true, min: 0, max: 6, mean: 3 });
    expect(many[1]).toMatchObject({ distinct: 3, commaNumbers: 756 * 310, integers: false, min: -3, max: 2.25 });
    expect(many[3]).toMatchObject({ numbers: 840 * 310, min: 0, max: 840 * 310 - 1 });
    expect(many[3].distinct).toBeGreaterThan(840 * 310 * 0.95);
    connection.closeSync();
    instance.closeSync();
  });

  it('are estimated closely, by value as by text', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    // 100,000 different values, which the first rows do not repeat.
    const value = '(range % 100000) * 7';
    await connection.run(
      `CREATE TABLE many AS SELECT 'u' || ${value} AS c0, (${value})::VARCHAR AS c1, (${value})::VARCHAR AS c2, ${value} AS stored2,
         (TIMESTAMP '2020-01-01' + INTERVAL (${value}) SECOND)::VARCHAR AS c3, TIMESTAMP '2020-01-01' + INTERVAL (${value}) SECOND AS moment3,
         range AS file_row_number
       FROM (SELECT if(range = 5, NULL, range) AS range FROM range(300000))`,
    );
    await connection.run('UPDATE many SET file_row_number = 5 WHERE file_row_number IS NULL');
    const facts = await countColumns(connection, 'many', [0, 1, 2, 3]);
    // Three standard deviations.
    for (const { distinct } of facts) expect(Math.abs(distinct / 100_000 - 1)).toBeLessThan(0.037);
    for (const { present } of facts) expect(present).toBe(299_999);
    expect(facts[2]).toMatchObject({ numbers: 299_999, integers: true, min: 0, max: 99_999 * 7 });
    expect(facts[3]).toMatchObject({ numbers: 0, min: null, meanLength: 19, meanWords: 2 });
    connection.closeSync();
    instance.closeSync();
  });

  it('are numbers only where ours are, whatever DuckDB casts', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    // Few are not plain numbers, all different so that they are counted one by one.
    const odd = ['1_000', '+-5', 'inf', '-Infinity', 'nan', '1e39', '1,234.5', 'unknown'];
    const columns = odd.map(
      (cell, i) => `CASE WHEN range = 299000 THEN '${cell}' ELSE (range * 0.5)::DOUBLE::VARCHAR END AS c${i}`,
    );
    await connection.run(
      `CREATE TABLE many AS SELECT ${columns.join(', ')}, (range + 5)::VARCHAR AS c${odd.length}, range AS file_row_number FROM range(300000)`,
    );
    const facts = await countColumns(connection, 'many', [...odd.keys(), odd.length]);
    const plain = await countColumns(connection, 'many', [2, 3, 4, 5, 6, 7, odd.length], true);
    expect(plain).toEqual([2, 3, 4, 5, 6, 7, odd.length].map((i) => facts[i]));
    for (const [i, cell] of odd.entries()) {
      const isOurs = cell === '1,234.5';
      expect(facts[i], cell).toMatchObject({
        present: 300_000,
        numbers: isOurs ? 300_000 : 299_999,
        min: 0,
        max: 149_999.5,
      });
    }
    // A numbering is told by its range, though different values are only estimated.
    expect(facts[odd.length]).toMatchObject({ integers: true, distinct: 300_000, min: 5, max: 300_004 });
    connection.closeSync();
    instance.closeSync();
  });
});
