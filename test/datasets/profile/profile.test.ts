import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { profileVersion } from '../../../src-main/datasets/profile/profile.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';

/** Columns of known make; `''` is missing. */
function generated(rows: number) {
  const random = new Random(5);
  const make = {
    normal: () => (50 + random.normal() * 10).toFixed(3),
    cents: () => (random.below(10_000) / 100).toFixed(2),
    year: () => String(1990 + random.below(31)),
    tail: () => (random.below(500) === 0 ? String(1e7 + random.below(1000)) : (random.uniform() * 3).toFixed(4)),
    gaps: () => (random.below(4) === 0 ? '' : (random.uniform() * 1e-4).toExponential(4)),
    comma: () => `${random.below(2000)},${random.below(10)}`,
    city: () => ['oslo', 'rome', 'lima', 'pune'][Math.min(3, random.below(8))],
  };
  const names = Object.keys(make) as (keyof typeof make)[];
  const columns = Object.fromEntries(names.map((name) => [name, [] as string[]])) as Record<
    keyof typeof make,
    string[]
  >;
  for (let i = 0; i < rows; i++) for (const name of names) columns[name].push(make[name]());
  const kind = columns.normal.map((cell) => (Number(cell) > 50 ? 'high' : 'low'));
  const constant = columns.normal.map(() => 'same');
  const row = columns.normal.map((_, i) => String(i + 100));
  return { ...columns, row, constant, answer: kind.map((one) => `is ${one}`), kind };
}

async function profiled(columns: Record<string, string[]>, target: string) {
  const folder = await dataFolder();
  const names = Object.keys(columns);
  const lines = columns[names[0]].map((_, i) => names.map((name) => `"${columns[name][i]}"`).join(';'));
  await writeFiles(folder.path, { 'data.csv': `${names.join(';')}\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['data.csv'], { target });
  return { folder, manifest, profile: await profileVersion(folder.blobs, manifest) };
}

const numbersOf = (cells: string[]): number[] =>
  cells.flatMap((cell) => (cell === '' ? [] : [Number(cell.replace(',', '.'))])).sort((a, b) => a - b);

it('counts bars, quantiles and values as a plain loop does', { timeout: 30_000 }, async () => {
  const columns = generated(8000);
  const { folder, manifest, profile } = await profiled(columns, 'kind');
  const reader = new SampleReader();
  expect(profile.looked).toBe(8000);
  for (const name of ['normal', 'cents', 'year', 'tail', 'gaps', 'comma'] as const) {
    const values = numbersOf(columns[name]);
    const { number, missing } = profile.columns.find((one) => one.name === name)!;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(missing).toBe(8000 - values.length);
    expect(number!.mean).toBeCloseTo(mean, 9);
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    expect(number!.deviation / deviation).toBeCloseTo(1, 9);
    expect([number!.min, number!.max]).toEqual([values[0], values.at(-1)]);

    const { edges, counts, below, above } = number!.histogram;
    const last = edges.length - 2;
    const expected = counts.map(
      (_, i) => values.filter((x) => x >= edges[i] && (x < edges[i + 1] || (i === last && x === edges[i + 1]))).length,
    );
    expect(counts).toEqual(expected);
    expect(below + above + counts.reduce((sum, n) => sum + n, 0)).toBe(values.length);

    const width = (edges.at(-1)! - edges[0]) / 1000;
    for (const { share, value } of number!.quantiles) {
      const exact = values[Math.round(share * (values.length - 1))];
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.max(width, Math.abs(exact) * 1e-3) * 1.5);
      // All of them were looked at: between two of them linearly, as NumPy has it.
      const rank = share * (values.length - 1);
      const [low, high] = [values[Math.floor(rank)], values[Math.ceil(rank)]];
      expect(value).toBeCloseTo(low + (high - low) * (rank % 1), 9);
    }

    // What a click on a bar asks for is what the bar counts.
    const bar = counts.indexOf(Math.max(...counts));
    const page = await reader.page(folder.blobs, manifest, {
      version: 'dv' as VersionId,
      offset: 0,
      limit: 1,
      filter: [{ kind: 'range', column: name, from: edges[bar], to: edges[bar + 1], closed: bar === last }],
    });
    expect([name, page.total]).toEqual([name, counts[bar]]);
  }
  const year = profile.columns.find((one) => one.name === 'year')!.number!;
  expect(year.integers).toBe(true);
  expect(year.histogram.counts).toHaveLength(31);
  // Far outliers do not press all others into one bar.
  const tail = profile.columns.find((one) => one.name === 'tail')!.number!;
  expect(tail.histogram.above).toBe(columns.tail.filter((cell) => Number(cell) > 1e6).length);
  expect(Math.max(...tail.histogram.counts)).toBeLessThan(4000);

  const counted = new Map<string, number>();
  for (const cell of columns.city) counted.set(cell, (counted.get(cell) ?? 0) + 1);
  const top = [...counted].sort((a, b) => b[1] - a[1]).map(([value, count]) => ({ value, count }));
  expect(profile.columns.find((one) => one.name === 'city')!.top).toEqual({ values: top });
  expect(profile.columns.map(({ name, warnings }) => [name, ...warnings]).filter((one) => one.length > 1)).toEqual([
    ['row', 'identifier'],
    ['constant', 'constant'],
  ]);
});

it('warns of a feature that alone tells the target, and of no other', async () => {
  const { profile } = await profiled(generated(3000), 'kind');
  expect(profile.leaks.map(({ column, measure }) => [column, measure])).toEqual([
    ['answer', 'accuracy'],
    ['normal', 'accuracy'],
  ]);
  expect(profile.leaks[0].score).toBe(1);
  expect(profile.leaks[0].baseline).toBeCloseTo(0.5, 1);
});

it('warns of a feature that explains a number, and not of noise or of names', async () => {
  const random = new Random(8);
  const price = Array.from({ length: 2000 }, () => (100 + random.normal() * 20).toFixed(2));
  const { profile } = await profiled(
    {
      tax: price.map((cell) => (Number(cell) * 0.25).toFixed(4)),
      hint: price.map((cell) => (Number(cell) + random.normal() * 10).toFixed(2)),
      noise: price.map(() => String(random.below(1000))),
      town: price.map((_, i) => `town ${i % 700}`),
      price,
    },
    'price',
  );
  expect(profile.leaks.map(({ column, measure }) => [column, measure])).toEqual([['tax', 'r2']]);
  expect(profile.leaks[0].score).toBeGreaterThan(0.995);
});

it('counts the words of texts, each once a text', async () => {
  const texts = Array.from(
    { length: 60 },
    (_, i) => `Well, well! Number ${i} of the many long texts ${i % 3 ? 'it' : 'he'} says, to be read`,
  );
  const { profile } = await profiled({ text: texts, kind: texts.map((_, i) => 'ab'[i % 2]) }, 'kind');
  const { top } = profile.columns[0];
  const count = (word: string) => top!.values.find(({ value }) => value === word)?.count;
  expect([count('well'), count('it'), count('he'), count(',')]).toEqual([60, 40, 20, 60]);
});

it('is remembered for the same cells and schema, and worked out anew for others', async () => {
  const { folder, manifest, profile } = await profiled(generated(300), 'kind');
  const notes = async () => (await readdir(join(folder.blobs, 'derived'), { recursive: true })).length;
  const before = await notes();
  expect(await profileVersion(folder.blobs, manifest)).toEqual(profile);
  expect(await notes()).toBe(before);
  await profileVersion(folder.blobs, { ...manifest, target: 'city' });
  expect(await notes()).toBeGreaterThan(before);
});
