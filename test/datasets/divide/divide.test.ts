import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { keyPlace } from '../../../src-main/datasets/divide/hash.ts';
import { previewSplit } from '../../../src-main/datasets/divide/preview.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { Recipe } from '../../../src-main/shared/recipe.ts';
import type { SplitWish } from '../../../src-main/shared/split.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';

const usual = { seed: 1, validation: 0.2, test: 0.2 };
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

async function table(rows = 400, columns: Record<string, (i: number) => string> = {}) {
  const folder = await dataFolder();
  const all = {
    patient: (i: number) => `p${i % 40}`,
    when: (i: number) => day((i * 7) % rows),
    size: (i: number) => String((i * 31) % 97),
    label: (i: number) => 'ab'[i % 3 === 0 ? 1 : 0],
    ...columns,
  };
  const lines = Array.from({ length: rows }, (_, i) =>
    Object.values(all)
      .map((cell) => cell(i))
      .join(','),
  );
  await writeFiles(folder.path, { 'data.csv': `${Object.keys(all).join(',')}\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['data.csv'], { target: 'label' });
  const revise = async (split: SplitWish, from: Manifest = manifest) => {
    const made = await reviseDataset({ blobs: folder.blobs, manifest: from, split });
    return { ...made, split: await readBlob(folder.blobs, made.manifest.blobs.split) };
  };
  return { folder, manifest, revise, blobs: folder.blobs };
}

describe('a table', () => {
  it('is divided by groups, and keeps how', async () => {
    const { manifest, revise } = await table();
    const { manifest: made, change, split } = await revise({ ...usual, how: 'grouped', column: 'patient' });
    expect(change).toBe('split grouped by patient: 60 % / 20 % / 20 %, seed 1');
    expect(made).toMatchObject({
      splitSource: 'grouped',
      split: { how: 'grouped', column: 'patient', seed: 1, fractions: { train: 0.6, validation: 0.2, test: 0.2 } },
      splits: { train: 240, validation: 80, test: 80 },
    });
    expect(made.blobs.table).toBe(manifest.blobs.table);
    for (let p = 0; p < 40; p++) expect(new Set(split.filter((_, i) => i % 40 === p)).size).toBe(1);
  });

  it('is grouped by what a pattern finds', async () => {
    const { revise } = await table(400, { file: (i) => `s${i % 25}_scan${i}` });
    const { split, change } = await revise({ ...usual, how: 'grouped', column: 'file', pattern: '^([^_]+)_' });
    expect(change).toContain('grouped by file /^([^_]+)_/');
    for (let s = 0; s < 25; s++) expect(new Set(split.filter((_, i) => i % 25 === s)).size).toBe(1);
  });

  it('is divided by dates, however they are written', async () => {
    const written: Record<string, (i: number) => string> = {
      iso: (i) => day((i * 7) % 400),
      german: (i) =>
        day((i * 7) % 400)
          .split('-')
          .reverse()
          .join('.'),
      british: (i) =>
        day((i * 7) % 400)
          .split('-')
          .reverse()
          .join('/'),
      american: (i) => day((i * 7) % 400).replace(/(\d+)-(\d+)-(\d+)/, '$2/$3/$1 0:00'),
      chinese: (i) => day((i * 7) % 400).replace(/(\d+)-(\d+)-(\d+)/, '$1年$2月$3日'),
      compact: (i) => day((i * 7) % 400).replaceAll('-', ''),
      seconds: (i) => String(((i * 7) % 400) * 86400 + 1_700_000_000),
    };
    const { revise, blobs, manifest } = await table(400, written);
    const expected = Uint8Array.from({ length: 400 }, (_, i) =>
      (i * 7) % 400 < 240 ? 0 : (i * 7) % 400 < 320 ? 1 : 2,
    );
    for (const column of Object.keys(written)) {
      const { split } = await revise({ ...usual, how: 'time', column });
      expect(split, column).toEqual(expected);
    }
    const { begins } = await previewSplit(blobs, manifest, { ...usual, how: 'time', column: 'british' });
    expect(begins).toEqual({ validation: Date.parse(day(240)) / 1000, test: Date.parse(day(320)) / 1000, dates: true });
  });

  it('asks which of day and month comes first where nothing tells', async () => {
    const { revise } = await table(100, {
      when: (i) => `${String(1 + (i % 12)).padStart(2, '0')}/0${1 + (i % 5)}/2024`,
    });
    expect((await failure(revise({ ...usual, how: 'time', column: 'when' }))).code).toBe('ambiguous_dates');
    const { split } = await revise({ ...usual, how: 'time', column: 'when', dates: 'month-first' });
    split.forEach((part, i) => i % 12 === 0 && expect(part).toBe(0));
  });

  it('says how many dates cannot be read, and shows some', async () => {
    const { revise } = await table(400, { when: (i) => (i % 50 === 3 ? 'soon' : day(i)) });
    const error = await failure(revise({ ...usual, how: 'time', column: 'when' }));
    expect(error.code).toBe('unreadable_dates');
    expect(error.message).toContain('8 of the 400 values in "when"');
    expect(error.message).toContain('"soon" (sample 4), "soon" (sample 54)');
    expect((await failure(revise({ ...usual, how: 'time', column: 'patient' }))).message).toContain('None of the 400');
  });

  it('is divided by a hash of a key alone, so that samples stay where they are when others come', async () => {
    const key = (i: number) => `key ${i * 3}`;
    const small = await table(300, { key });
    const large = await table(900, { key });
    const wish: SplitWish = { ...usual, how: 'hash', column: 'key' };
    const [before, after] = [await small.revise(wish), await large.revise(wish)];
    expect(after.split.subarray(0, 300)).toEqual(before.split);
    // Its definition, written once more.
    const expected = Uint8Array.from({ length: 900 }, (_, i) => {
      const place =
        Number(
          BigInt(
            `0x${createHash('md5')
              .update(`1:${key(i)}`)
              .digest('hex')
              .slice(0, 13)}`,
          ),
        ) /
        2 ** 52;
      return place < 0.2 ? 2 : place < 0.4 ? 1 : 0;
    });
    expect(after.split).toEqual(expected);
    expect((await small.revise({ ...wish, seed: 2 })).split).not.toEqual(before.split);
  });

  it('is divided into folds, which stay when another is chosen', async () => {
    const { revise, blobs } = await table();
    const first = await revise({ ...usual, how: 'folds', folds: 4, fold: 0 });
    expect(first.change).toBe('split into 4 folds: fold 1 for testing, seed 1');
    expect(first.manifest).toMatchObject({ splitSource: 'folds', splits: { train: 200, validation: 100, test: 100 } });
    const third = await revise({ ...usual, how: 'folds', folds: 4, fold: 2 }, first.manifest);
    expect(third.manifest.blobs.folds).toBe(first.manifest.blobs.folds);
    const folds = await readBlob(blobs, first.manifest.blobs.folds!);
    folds.forEach((fold, i) => expect(third.split[i]).toBe(fold === 2 ? 2 : fold === 3 ? 1 : 0));
    const grouped = await revise({ ...usual, how: 'folds', folds: 4, column: 'patient' });
    const groupedFolds = await readBlob(blobs, grouped.manifest.blobs.folds!);
    for (let p = 0; p < 40; p++) expect(new Set(groupedFolds.filter((_, i) => i % 40 === p)).size).toBe(1);
    expect((await revise({ ...usual, how: 'random' }, first.manifest)).manifest.blobs.folds).toBeUndefined();
  });

  it('keeps what was divided by a key when its target changes', async () => {
    const { revise, blobs } = await table();
    const { manifest } = await revise({ ...usual, how: 'grouped', column: 'patient' });
    const next = await reviseDataset({ blobs, manifest, target: 'size' });
    expect(next.manifest).toMatchObject({ target: 'size', splitSource: 'grouped' });
    expect(next.manifest.blobs.split).toBe(manifest.blobs.split);
  });

  it('says what has no key, and puts it somewhere', async () => {
    const { revise } = await table(400, { when: (i) => (i % 10 === 0 ? '' : day(i)) });
    const { manifest, split } = await revise({ ...usual, how: 'time', column: 'when' });
    expect(manifest.notes).toContainEqual({
      code: 'split_key_missing',
      message: '40 samples have no time; they were put into the training split.',
    });
    expect(split[0]).toBe(0);
    const again = await revise({ ...usual, how: 'stratified' }, manifest);
    expect(again.manifest.notes.filter(({ code }) => code === 'split_key_missing')).toEqual([]);
  });

  it('previews exactly what is made then', async () => {
    const { revise, blobs, manifest } = await table();
    const wish: SplitWish = { ...usual, how: 'grouped', column: 'patient' };
    const preview = await previewSplit(blobs, manifest, wish);
    const { manifest: made, split } = await revise(wish);
    expect(preview).toMatchObject({ splits: made.splits, groups: 40 });
    const count = (label: number, part: number) =>
      split.filter((each, i) => each === part && (i % 3 === 0 ? 1 : 0) === label).length;
    expect(preview.classes).toEqual([
      { name: 'a', counts: [count(0, 0), count(0, 1), count(0, 2)] },
      { name: 'b', counts: [count(1, 0), count(1, 1), count(1, 2)] },
    ]);
  });

  it('previews the rows that a recipe has left', async () => {
    const { blobs, manifest } = await table(400, { size: (i) => (i % 8 === 0 ? '' : String(i)) });
    const recipe: Recipe = { version: 1, steps: [{ id: 'a', kind: 'missing-rows', settings: {}, enabled: true }] };
    const { manifest: prepared } = await reviseDataset({ blobs, manifest, recipe });
    expect(prepared.samples).toBe(350);
    for (const wish of [usual, { ...usual, how: 'grouped', column: 'patient' }, { ...usual, how: 'folds' }] as const) {
      const { splits, classes } = await previewSplit(blobs, prepared, wish);
      const made = await reviseDataset({ blobs, manifest: prepared, split: wish });
      expect(splits).toEqual(made.manifest.splits);
      expect(splits.train + splits.validation + splits.test).toBe(350);
      expect(classes.flatMap(({ counts }) => counts).reduce((a, b) => a + b)).toBe(350);
    }
  });

  it.each<[string, Partial<SplitWish>, string]>([
    ['an unknown column', { how: 'grouped', column: 'nobody' }, 'unknown_column'],
    ['no column', { how: 'grouped' }, 'no_column'],
    ['no time column', { how: 'time' }, 'no_column'],
    ['shares that leave nothing', { how: 'random', validation: 0.5, test: 0.5 }, 'invalid_split'],
    ['a share below 0', { how: 'random', validation: -0.1 }, 'invalid_split'],
    ['no number', { how: 'hash', column: 'patient', test: NaN }, 'invalid_split'],
    ['too many folds', { how: 'folds', folds: 400 }, 'invalid_split'],
    ['a fold that is none', { how: 'folds', folds: 5, fold: 5 }, 'invalid_split'],
    ['a broken pattern', { how: 'grouped', column: 'patient', pattern: '(' }, 'invalid_pattern'],
    ['a pattern of another dialect', { how: 'grouped', column: 'patient', pattern: '(?=p)' }, 'invalid_pattern'],
    ['one group', { how: 'grouped', column: 'patient', pattern: '^p' }, 'too_few_groups'],
    [
      'groups that are the classes',
      { how: 'grouped', column: 'label', validation: 0, test: 0.2 },
      'groups_are_classes',
    ],
    ['one time', { how: 'time', column: 'one' }, 'empty_split'],
    ['too few keys', { how: 'hash', column: 'one' }, 'empty_split'],
  ])('refuses %s', async (_, wish, code) => {
    const { revise } = await table(60, { one: () => '5' });
    expect((await failure(revise({ ...usual, ...wish }))).code).toBe(code);
  });
});

it('spreads keys evenly over the places', () => {
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) counts[Math.floor(keyPlace(1, `key ${i}`) * 10)]++;
  // Six standard deviations of a count of 2,000.
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(6 * Math.sqrt(1800));
});

describe('images', () => {
  async function pictures() {
    const folder = await dataFolder();
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 48; i++)
      files[`set/${'ab'[i % 2]}/p${(i >> 1) % 8}_${i}.png`] = await png({ colour: { r: i * 5, g: 0, b: 0 } });
    await writeFiles(folder.path, files);
    const { manifest } = await importFrom(folder, ['set']);
    const names = JSON.parse(new TextDecoder().decode(await readBlob(folder.blobs, manifest.blobs.names!))) as string[];
    const revise = async (split: SplitWish) => {
      const made = await reviseDataset({ blobs: folder.blobs, manifest, split });
      return { ...made, split: await readBlob(folder.blobs, made.manifest.blobs.split) };
    };
    return { names, revise };
  }

  it('are grouped by a pattern of their path', async () => {
    const { names, revise } = await pictures();
    const { split, manifest } = await revise({ ...usual, how: 'grouped', pattern: '/(p\\d+)_' });
    expect(manifest.split).toMatchObject({ how: 'grouped', pattern: '/(p\\d+)_' });
    for (let p = 0; p < 8; p++) {
      const own = split.filter((_, i) => names[i].includes(`/p${p}_`));
      expect([own.length, new Set(own).size]).toEqual([6, 1]);
    }
  });

  it('are not grouped by folders that are their classes, and have no columns', async () => {
    const { revise } = await pictures();
    expect((await failure(revise({ ...usual, how: 'grouped' }))).code).toBe('too_few_groups');
    expect((await failure(revise({ ...usual, how: 'grouped', validation: 0 }))).code).toBe('groups_are_classes');
    expect((await failure(revise({ ...usual, how: 'grouped', column: 'x' }))).code).toBe('unknown_column');
    expect((await failure(revise({ ...usual, how: 'time', column: 'x' }))).code).toBe('invalid_split');
  });

  it('are divided by the hash of their path', async () => {
    const { names, revise } = await pictures();
    const { split } = await revise({ ...usual, how: 'hash' });
    names.forEach((name, i) => {
      const place = parseInt(createHash('md5').update(`1:${name}`).digest('hex').slice(0, 13), 16) / 2 ** 52;
      expect(split[i]).toBe(place < 0.2 ? 2 : place < 0.4 ? 1 : 0);
    });
  });
});
