import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNumber } from '../../../src-main/datasets/cells.ts';
import { viewNames } from '../../../src-main/datasets/filters/expression.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import type { Column, Manifest, SampleQuery } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { wordsOf } from '../../../src-main/shared/words.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { csvText } from '../../support/data-table.ts';
import { idxPair } from '../../support/data-idx.ts';

/** Names that SQL would trip over, and values that are no better. */
const hostile = {
  names: ['n', "it's; DROP TABLE data; --", 'a "quoted" name', 'Split', 'N', 'c1', 'text', 'label'],
  values: ["x' OR '1'='1", '"; SELECT 1', '%', '_', "''", '\\', '深红', 'c0', '${1}', '$1', 'Ünï'],
};

function hostileRows(count: number): (string | null)[][] {
  const random = new Random(11);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  return Array.from({ length: count }, (_, i) => [
    random.below(12) === 0 ? null : (random.normal() * 100).toFixed(2),
    random.below(10) === 0 ? null : pick(hostile.values),
    pick(hostile.values),
    pick(['train', 'test']),
    String(random.below(5)),
    pick(['1e3', '1,234.5', '7', '8.25', '-3']),
    `the ${pick(['Cat', 'cat', 'cats', 'dog'])} no. ${i} said "${pick(['meow', 'woof woof'])}" to the other ones today`,
    pick(['a', "b'"]),
  ]);
}

async function hostileTable() {
  const path = await mkdtemp(join(tmpdir(), 'atelier-data-'));
  const folder = { path, blobs: join(path, 'blobs') };
  const rows = hostileRows(2000);
  const cells = rows.map((row) => row.map((cell) => cell ?? ''));
  await writeFiles(folder.path, { 'data.csv': csvText({ names: hostile.names, rows: cells }) });
  const { manifest } = await importFrom(folder, ['data.csv'], { target: 'label' });
  const reader = new SampleReader();
  const page = (query: Partial<SampleQuery>) =>
    reader.page(folder.blobs, manifest, { version: 'dv' as VersionId, offset: 0, limit: 500, ...query });
  return { folder, rows, manifest, reader, page };
}

type Table = Awaited<ReturnType<typeof hostileTable>>;

/** What a condition means, said again in plain JavaScript over the rows as they were written. */
function meets(condition: Condition, row: (string | null)[], manifest: Manifest): boolean {
  const at = (name: string) => row[manifest.columns.findIndex((column) => column.name === name)];
  const number = (name: string) => {
    const cell = at(name);
    return cell === null ? null : parseNumber(cell, false);
  };
  switch (condition.kind) {
    case 'values':
      return condition.values.includes(at(condition.column) ?? '\0');
    case 'range': {
      const x = number(condition.column);
      const { from = -Infinity, to = Infinity, closed } = condition;
      return x !== null && x >= from && (closed ? x <= to : x < to);
    }
    case 'missing':
      return (at(condition.column) === null) === condition.missing;
    case 'contains':
      return at(condition.column)?.toLowerCase().includes(condition.text.toLowerCase()) ?? false;
    case 'class':
      return condition.classes.includes(row[7]!);
    case 'length': {
      const words = wordsOf(at(condition.column)!).length;
      return words >= condition.from && words < (condition.to ?? Infinity);
    }
    case 'word':
      return wordsOf(at(condition.column)!.toLowerCase()).includes(condition.word.toLowerCase());
    default:
      throw new Error(`No meaning for ${condition.kind}.`);
  }
}

describe('conditions on a table', () => {
  let table: Table;
  beforeAll(async () => {
    table = await hostileTable();
  });
  afterAll(() => rm(table.folder.path, { recursive: true, force: true }));

  const cases: [string, Condition[]][] = [
    ...hostile.values.map((value): [string, Condition[]] => [
      `a value ${value}`,
      [{ kind: 'values', column: hostile.names[1], values: [value] }],
    ]),
    ['several values', [{ kind: 'values', column: 'a "quoted" name', values: ['%', '_', 'not there'] }]],
    ['a column called Split', [{ kind: 'values', column: 'Split', values: ['train'] }]],
    ['names that differ in case', [{ kind: 'range', column: 'N_2', from: 2, to: 4 }]],
    ['a range', [{ kind: 'range', column: 'n', from: -20.5, to: 31.25 }]],
    ['a closed range', [{ kind: 'range', column: 'N_2', from: 2, to: 4, closed: true }]],
    ['an open range', [{ kind: 'range', column: 'n', from: 100 }]],
    ['numbers with commas', [{ kind: 'range', column: 'c1', from: 1000, to: 1300 }]],
    ['missing', [{ kind: 'missing', column: 'n', missing: true }]],
    ['not missing', [{ kind: 'missing', column: hostile.names[1], missing: false }]],
    ['a part of a text', [{ kind: 'contains', column: 'text', text: 'CAT NO' }]],
    ['a part with a sign', [{ kind: 'contains', column: hostile.names[1], text: '%' }]],
    ['letters with marks', [{ kind: 'contains', column: hostile.names[1], text: 'ÜNÏ' }]],
    ['a class', [{ kind: 'class', classes: ["b'"] }]],
    ['a length in words', [{ kind: 'length', column: 'text', from: 14, to: 15 }]],
    ['a long text', [{ kind: 'length', column: 'text', from: 15 }]],
    ['a word', [{ kind: 'word', column: 'text', word: 'CAT' }]],
    ['a word that is a sign', [{ kind: 'word', column: 'text', word: '"' }]],
    [
      'all at once',
      [
        { kind: 'range', column: 'n', from: 0 },
        { kind: 'class', classes: ['a'] },
        { kind: 'contains', column: 'text', text: 'dog' },
      ],
    ],
  ];
  it.each(cases)('finds the rows of %s', async (_, filter) => {
    const expected = table.rows.flatMap((row, i) =>
      filter.every((condition) => meets(condition, row, table.manifest)) ? [i] : [],
    );
    const found = await table.page({ filter });
    expect(found.total).toBe(expected.length);
    expect(found.indices).toEqual(expected.slice(0, 500));
    expect(expected.length > 0 || filter.some((one) => one.kind === 'values')).toBe(true);
  });

  it('meets splits and sample numbers with the rest, in the order of a sort', async () => {
    const filter: Condition[] = [
      { kind: 'split', splits: ['test', 'validation'] },
      { kind: 'samples', samples: '3,100-900,1999' },
      { kind: 'range', column: 'n', from: -500 },
    ];
    const found = await table.page({ filter, sort: { column: 'n', descending: true } });
    const value = (i: number) => Number(table.rows[i][0]);
    expect(found.total).toBeGreaterThan(50);
    for (const [k, sample] of found.indices.entries()) {
      expect(sample === 3 || sample === 1999 || (sample >= 100 && sample <= 900)).toBe(true);
      expect(found.splits[k]).not.toBe('train');
      if (k > 0) expect(value(sample)).toBeLessThanOrEqual(value(found.indices[k - 1]));
      expect(found.rows![k][6]).toBe(table.rows[sample][6]);
    }
  });

  it('refuses a column that is not there, by name', async () => {
    const error = await failure(table.page({ filter: [{ kind: 'missing', column: 'nix"', missing: true }] }));
    expect(error.code).toBe('unknown_column');
    expect(error.message).toContain('"nix""');
  });

  describe('expressions', () => {
    const where = (expression: string) => table.page({ filter: [{ kind: 'sql', expression }] });
    const expected = (test: (row: (string | null)[]) => boolean) =>
      table.rows.flatMap((row, i) => (test(row) ? [i] : []));

    it('read the columns by name, numbers as numbers', async () => {
      const found = await where(`n > 50 AND "it's; DROP TABLE data; --" = 'x'' OR ''1''=''1' -- a remark`);
      expect(found.indices).toEqual(expected((row) => Number(row[0] ?? -1) > 50 && row[1] === hostile.values[0]));
      expect((await where('c1 > 1000')).total).toBe(expected((row) => parseNumber(row[5]!, false)! > 1000).length);
      expect((await where('N_2 = 3 AND sample < 100')).indices).toEqual(
        expected((row) => row[4] === '3').filter((i) => i < 100),
      );
    });

    it('may compare with the whole table', async () => {
      const known = table.rows.flatMap((row) => (row[0] === null ? [] : [Number(row[0])]));
      const mean = known.reduce((sum, x) => sum + x, 0) / known.length;
      const found = await where('n > (SELECT avg(n) FROM data)');
      expect(found.total).toBe(known.filter((x) => x > mean).length);
    });

    it('work beside other conditions', async () => {
      const found = await table.page({
        filter: [
          { kind: 'sql', expression: "text LIKE '%dog%'" },
          { kind: 'class', classes: ['a'] },
          { kind: 'split', splits: ['train'] },
        ],
      });
      expect(found.total).toBeGreaterThan(20);
      expect(found.rows!.every((row) => row[6]!.includes('dog') && row[7] === 'a')).toBe(true);
      expect(new Set(found.splits)).toEqual(new Set(['train']));
    });

    it('are never more than one, and read nothing else', async () => {
      const secret = join(table.folder.path, 'secret.csv');
      await writeFile(secret, 'a\n1\n').catch(() => undefined);
      const refused = [
        '',
        'n >',
        'n > 1; SELECT 1',
        'true), (false',
        'true) FROM data --',
        'true) AS v FROM data WHERE (true',
        `EXISTS (FROM read_csv('${secret}'))`,
        `EXISTS (FROM '${secret}')`,
        `EXISTS (SELECT * FROM read_text('${secret}'))`,
        `n > (SELECT count(*) FROM glob('/*'))`,
        `EXISTS (FROM read_parquet('*'))`,
        'EXISTS (FROM duckdb_settings())',
        'EXISTS (FROM information_schema.tables)',
        'EXISTS (FROM pg_catalog.pg_tables)',
        `EXISTS (FROM query('SELECT 1'))`,
        'EXISTS (SELECT * FROM data, other)',
        'EXISTS (WITH data AS (FROM range(3)) SELECT * FROM data)',
        `n IN (SELECT * FROM (DELETE FROM data RETURNING n))`,
        'nix > 1',
        'n',
        "'true'",
        'avg(n) > 1',
        'row_number() OVER () = 1',
      ];
      for (const expression of refused) {
        const error = await failure(where(expression)).catch(() => null);
        expect([expression, error?.code]).toEqual([expression, 'filter_sql']);
        expect(error!.message.split('\n')).toHaveLength(1);
      }
      // The table is as it was.
      expect((await where('true')).total).toBe(2000);
    });

    it('stop when nobody waits for them any more, and the next question is answered', async () => {
      const slow = failure(where('(SELECT count(*) FROM data a, data b, data c WHERE a.n + b.n + c.n > data.n) > 0'));
      await new Promise((resolve) => setTimeout(resolve, 400));
      table.reader.stop(table.manifest);
      expect((await slow).code).toBe('stopped');
      expect((await where('N_2 = 3')).total).toBe(expected((row) => row[4] === '3').length);
    });
  });
});

it('gives each column a name of its own where SQL sees no difference', () => {
  const named = (...names: string[]) => viewNames({ columns: names.map((name) => ({ name }) as Column) });
  expect(named('a', 'A', 'b', 'a_2')).toEqual(['a', 'A_2', 'b', 'a_2_2']);
});

it('filters images by class, split, label and number', async () => {
  const folder = await dataFolder();
  const labels = Array.from({ length: 300 }, (_, i) => i % 4);
  const { images, labels: written } = idxPair(300, { classes: 4 });
  await writeFiles(folder.path, { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': written });
  const { manifest } = await importFrom(folder, ['.']);
  const reader = new SampleReader();
  const page = (...filter: Condition[]) =>
    reader.page(folder.blobs, manifest, { version: 'dv' as VersionId, offset: 0, limit: 500, filter });
  const found = await page({ kind: 'class', classes: ['1', '3'] }, { kind: 'samples', samples: '0-99' });
  expect(found.indices).toEqual(labels.flatMap((label, i) => (i < 100 && label % 2 === 1 ? [i] : [])));
  expect((await page({ kind: 'labelled', labelled: true })).total).toBe(300);
  expect((await page({ kind: 'labelled', labelled: false })).total).toBe(0);
  expect((await page({ kind: 'split', splits: ['test'] })).total).toBe(manifest.splits.test);
  expect((await failure(page({ kind: 'sql', expression: 'true' }))).code).toBe('invalid_query');
});

describe('bars', () => {
  it('are counted among the samples that a filter lets through, as by hand', async () => {
    const { folder, rows, manifest, reader } = await hostileTable();
    const [n, quoted, , , , , text] = hostile.names;
    const edges = [-200, -100, 0, 100, 200];
    const values = ["x' OR '1'='1", '深红', 'not there'];
    const asked = [
      { kind: 'numbers' as const, column: n, edges },
      { kind: 'values' as const, column: quoted, values },
      { kind: 'lengths' as const, column: text, from: 8, width: 2, count: 3 },
    ];
    const byHand = (kept: (string | null)[][]) => [
      edges.slice(1).map((to, i) => {
        const within = (value: number) => value >= edges[i] && (value < to || (i === 3 && value === to));
        return kept.filter(([cell]) => cell !== null && within(parseNumber(cell, false)!)).length;
      }),
      values.map((value) => kept.filter((row) => row[1] === value).length),
      [0, 1, 2].map((bar) => {
        const barOf = (row: (string | null)[]) => Math.floor((wordsOf(row[6]!).length - 8) / 2);
        return kept.filter((row) => barOf(row) >= 0 && Math.min(2, barOf(row)) === bar).length;
      }),
    ];
    expect(await reader.bars(folder.blobs, manifest, [], asked)).toEqual(byHand(rows));
    const filter: Condition[] = [{ kind: 'contains', column: text, text: 'dog' }];
    const kept = rows.filter((row) => row[6]!.includes('dog'));
    expect(kept.length).toBeGreaterThan(100);
    expect(await reader.bars(folder.blobs, manifest, filter, asked)).toEqual(byHand(kept));
    const none: Condition[] = [{ kind: 'sql', expression: '"label" = \'c\'' }];
    expect((await reader.bars(folder.blobs, manifest, none, asked)).flat().every((count) => count === 0)).toBe(true);
    const unknown = reader.bars(folder.blobs, manifest, filter, [{ kind: 'values', column: 'x', values: ['1'] }]);
    expect(await failure(unknown)).toMatchObject({ code: 'unknown_column' });
  });
});
