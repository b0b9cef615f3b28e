import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { parquetSql, rowsOf, withDuck } from '../../../src-main/datasets/duck.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import type { Recipe } from '../../../src-main/shared/recipe.ts';
import { dataFolder, failure, importFrom } from '../../support/data-import.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;
type Row = readonly string[];

const header = ['id', 'x', 'words', 'kind'];
const row = (i: number): Row => [`n${i}`, String(i * 0.5), `word ${i % 7}`, i % 3 ? 'a' : 'b'];
const rows = (from: number, to: number): Row[] => Array.from({ length: to - from }, (_, i) => row(from + i));
const write = (folder: Folder, all: readonly Row[], names = header) =>
  writeFile(join(folder.path, 'it.csv'), [names, ...all].map((cells) => `${cells.join(',')}\n`).join(''));

async function started(first: readonly Row[]) {
  const folder = await dataFolder();
  await write(folder, first);
  return { folder, first: (await importFrom(folder, ['it.csv'], { target: 'kind' })).manifest };
}

async function again(folder: Folder, manifest: Manifest, key?: string) {
  const into = { manifest, base: manifest, key };
  const made = await importFrom(folder, ['it.csv'], { into, target: manifest.target });
  return { manifest: made.manifest, growth: made.growth! };
}

/** Each row's cells with its split, in order. */
async function contents({ blobs }: Folder, manifest: Manifest): Promise<{ cells: string; split: string }[]> {
  const split = await readBlob(blobs, manifest.blobs.split);
  return withDuck({ blobs }, async (connection) => {
    const cells = manifest.columns.map((_, i) => `c${i}`).join(', ');
    const sql = `SELECT [${cells}] AS cells FROM ${parquetSql(blobs, manifest.blobs.table!)} ORDER BY file_row_number`;
    const found = await rowsOf(connection, sql);
    return found.map(({ cells }, i) => ({ cells: (cells as Row).join(','), split: splitNames[split[i]] }));
  });
}
const splitsOf = (found: { cells: string; split: string }[]) =>
  new Map(found.map(({ cells, split }) => [cells, split]));

describe('a table imported again', () => {
  it('says which rows came and went, keeps every split, and draws new ones by what is in them', async () => {
    const { folder, first } = await started(rows(0, 100));
    const before = splitsOf(await contents(folder, first));
    const now = [...rows(90, 100), ...rows(100, 130), ...rows(0, 85)];
    await write(folder, now);
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 30, removed: 5, changed: 0 });
    const found = await contents(folder, manifest);
    expect(found.map(({ cells }) => cells)).toEqual(now.map((cells) => cells.join(',')));
    for (const { cells, split } of found) {
      const digest = createHash('md5')
        .update(`1:${cells.replaceAll(',', '\x1f')}`)
        .digest('hex');
      const place = parseInt(digest.slice(0, 13), 16) / 2 ** 52;
      expect(split, cells).toBe(before.get(cells) ?? (place < 0.15 ? 'test' : place < 0.3 ? 'validation' : 'train'));
    }
    expect(manifest.splits).toEqual(
      Object.fromEntries(splitNames.map((name) => [name, found.filter(({ split }) => split === name).length])),
    );
    expect(manifest.classes.reduce((sum, { count }) => sum + count, 0)).toBe(125);
  });

  it('counts rows that are there several times, empty cells too', async () => {
    const double = [...rows(0, 20), row(3), row(3), ['', '', '', ''], ['n0', '', '', 'a']];
    const { folder, first } = await started(double);
    await write(folder, [...rows(0, 20), row(3), ['n0', '', '', 'a'], ['n0', '', '', 'a']]);
    expect((await again(folder, first)).growth).toEqual({ added: 1, removed: first.samples - 22, changed: 0 });
  });

  it('that has not changed says so, in another order as well', async () => {
    const { folder, first } = await started(rows(0, 50));
    expect((await again(folder, first)).manifest.blobs).toEqual(first.blobs);
    await write(folder, rows(0, 50).reverse());
    expect((await again(folder, first)).growth).toEqual({ added: 0, removed: 0, changed: 0 });
  });

  it('knows changed rows by their key, and keeps their split', async () => {
    const { folder, first } = await started(rows(0, 60));
    const before = splitsOf(await contents(folder, first));
    const now = rows(1, 62).map((cells, i) => (i < 6 ? [cells[0], '77', cells[2], cells[3]] : cells));
    await write(folder, now);
    const { manifest, growth } = await again(folder, first, 'id');
    expect(growth).toEqual({ added: 2, removed: 1, changed: 6 });
    const found = await contents(folder, manifest);
    for (let i = 0; i < 59; i++) expect(found[i].split).toBe(before.get(row(i + 1).join(',')));
    expect(await failure(again(folder, first, 'number'))).toMatchObject({ code: 'unknown_column' });
  });

  it('keeps types, roles and target that were decided, and tells of other columns', async () => {
    const { folder, first } = await started(rows(0, 60));
    const columns = [
      { name: 'x', type: 'category', role: 'ignored' },
      { name: 'words', type: 'text', role: 'feature' },
    ] as const;
    const decided = (await reviseDataset({ blobs: folder.blobs, manifest: first, columns: [...columns] })).manifest;
    await write(folder, rows(0, 70));
    const grown = (await again(folder, decided)).manifest;
    for (const { name, type, role } of decided.columns) {
      expect(grown.columns.find((column) => column.name === name)).toMatchObject({ type, role });
    }
    const wider = rows(0, 70).map((cells, i) => [...cells.slice(1), String(i * i)]);
    await write(folder, wider, ['x', 'words', 'kind', 'square']);
    const { manifest, growth } = await again(folder, grown);
    expect(manifest.columns.map(({ name }) => name)).toEqual(['x', 'words', 'kind', 'square']);
    expect(growth).toEqual({ added: 0, removed: 0, changed: 70 });
    expect(manifest.target).toBe('kind');
    const splits = (await contents(folder, grown)).map(({ split }) => split);
    expect((await contents(folder, manifest)).map(({ split }) => split)).toEqual(splits);
    await write(
      folder,
      rows(0, 70).map((cells) => cells.slice(0, 3)),
      header.slice(0, 3),
    );
    expect(await failure(again(folder, grown))).toMatchObject({ code: 'unknown_column' });
  });

  it('goes through the recipe that the version before went through, learnt anew', async () => {
    const { folder, first } = await started(rows(0, 80));
    const recipe: Recipe = {
      version: 1,
      steps: [
        { id: '1', kind: 'filter', enabled: true, settings: { condition: 'x < 45' } },
        { id: '2', kind: 'standard', enabled: true, settings: { columns: ['x'] } },
      ],
    };
    const prepared = (await reviseDataset({ blobs: folder.blobs, manifest: first, recipe })).manifest;
    await write(folder, rows(0, 100));
    const { manifest, growth } = await again(folder, prepared);
    expect(growth).toEqual({ added: 20, removed: 0, changed: 0 });
    expect(manifest.recipe).toEqual(prepared.recipe);
    expect(manifest.raw!.samples).toBe(100);
    expect(manifest.samples).toBe(90);
    const [old, now] = [
      await readBlob(folder.blobs, prepared.raw!.split),
      await readBlob(folder.blobs, manifest.raw!.split),
    ];
    expect(now.subarray(0, 80)).toEqual(old);
    // Nothing has changed before the recipe: nothing has changed.
    expect((await again(folder, manifest)).growth).toEqual({ added: 0, removed: 0, changed: 0 });
  });

  it('goes on by groups, by time and by the hash of a key', async () => {
    const names = ['day', 'who', 'y'];
    const visit = (i: number): Row => [
      `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`,
      `p${i % 10}`,
      i % 3 ? 'a' : 'b',
    ];
    const folder = await dataFolder();
    const all = Array.from({ length: 120 }, (_, i) => [...visit(i).slice(0, 2), visit(i)[2]]);
    await write(
      folder,
      all.map((cells, i) => [...cells, String(i)]),
      [...names, 'n'],
    );
    const first = (await importFrom(folder, ['it.csv'], { target: 'y' })).manifest;
    const wish = { seed: 2, validation: 0.2, test: 0.2 };
    const by = async (split: object) =>
      (await reviseDataset({ blobs: folder.blobs, manifest: first, split: { ...wish, ...split } as never })).manifest;
    const [grouped, timed, hashed] = [
      await by({ how: 'grouped', column: 'who' }),
      await by({ how: 'time', column: 'day' }),
      await by({ how: 'hash', column: 'who' }),
    ];
    const more = [
      ...Array.from({ length: 20 }, (_, i) => [visit(i)[0], `p${i % 13}`, 'a', `new${i}`]),
      ['2030-05-05', 'p77', 'b', 'newest'],
      ['1999-05-05', 'p78', 'b', 'oldest'],
    ];
    await write(folder, [...all.map((cells, i) => [...cells, String(i)]), ...more], [...names, 'n']);
    for (const before of [grouped, hashed]) {
      const splits = new Map<string, Set<string>>();
      for (const { cells, split } of await contents(folder, (await again(folder, before)).manifest)) {
        const who = cells.split(',')[1];
        splits.set(who, (splits.get(who) ?? new Set()).add(split));
      }
      expect(splits.size).toBe(15);
      for (const found of splits.values()) expect(found.size).toBe(1);
    }
    const found = splitsOf(await contents(folder, (await again(folder, timed)).manifest));
    expect(found.get('2030-05-05,p77,b,newest')).toBe('test');
    expect(found.get('1999-05-05,p78,b,oldest')).toBe('train');
    const days = (name: string) =>
      [...found]
        .filter(([, split]) => split === name)
        .map(([cells]) => cells.slice(0, 10))
        .sort();
    expect(days('train').at(-1)! < days('validation')[0]).toBe(true);
    expect(days('validation').at(-1)! < days('test')[0]).toBe(true);
  });
});
