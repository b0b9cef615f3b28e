import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { joinClasses, likelySeparator } from '../../../src-main/shared/class-sets.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';

const topics = ['war', 'love', 'crime', 'space'];
/** Every set of them once, the empty one too. */
const sets = Array.from({ length: 16 }, (_, i) => topics.filter((_, bit) => i & (1 << bit)));

/** 48 films; the last of them without a label. */
async function films(separator: string, blank = '') {
  const folder = await dataFolder();
  const rows = Array.from({ length: 48 }, (_, i) => {
    const cell = i === 47 ? '' : joinClasses(sets[i % 16], separator).replaceAll(separator, separator + blank);
    return `${i * 3},"Film ${i} of a long title that is a text of its own","${cell}"`;
  });
  await writeFiles(folder.path, { 'films.csv': `minutes,title,genres\n${rows.join('\n')}\n` });
  const [offer] = await offerImport([join(folder.path, 'films.csv')]);
  return { folder, offer };
}

describe('several classes in a cell', () => {
  it.each([
    ['|', '', ['a|b', 'a', 'b|c', 'c', 'a|b|c']],
    [';', '', ['1;4', '4;7', '1', '7', '1;4;7']],
    [',', 'of texts with blanks', ['red, blue', 'blue', 'blue, green', 'green', 'red', 'green, red, blue']],
    [null, 'names, surname first', ['Doe, Jane', 'Roe, Jane', 'Doe, John', 'Poe, Ann', 'Lee, Ann', 'Lee, Bo']],
    [null, 'places', ['Rome, Italy', 'Milan, Italy', 'Pisa, Italy', 'Bonn, Germany', 'Ulm, Germany']],
    [null, 'numbers with decimal commas', ['3,14', '2,14', '3,2', '2,3', '14,3', '14,2']],
    [null, 'a class of which one has a sign in it', ['yes', 'no', 'either|or', 'other', 'none']],
    [null, 'sentences', ['It was late; we went home', 'We went home; it was late and very dark by then']],
  ])('look as if "%s" stood between them: %s', (separator, _, cells) => {
    expect(likelySeparator(cells)).toBe(separator);
  });

  it.each([
    ['|', ''],
    [';', ''],
    [',', ' '],
  ])('are offered, and are classes of their own once "%s" is chosen', async (separator, blank) => {
    const { folder, offer } = await films(separator, blank);
    expect(offer.several).toEqual([
      { column: 'genres', separator, example: expect.stringContaining(`war${separator}${blank}love`) as string },
    ]);
    const { manifest } = await importFrom(folder, ['films.csv'], { target: 'genres', separator });
    expect(manifest).toMatchObject({ target: 'genres', task: 'multi-label', samples: 48 });
    const count = (name: string) => sets.filter((set) => set.includes(name)).length * 3 - 1;
    expect(manifest.classes).toEqual([...topics].sort().map((name) => ({ name, count: count(name) })));
    expect(manifest.columns[2]).toMatchObject({ type: 'category', role: 'target', separator, missing: 1 });
    expect(manifest.notes.map(({ code }) => code)).not.toContain('several_classes');
    const query = { version: 'v' as VersionId, offset: 0, limit: 4 };
    const { labels } = await new SampleReader().page(folder.blobs, manifest, query);
    expect(labels).toEqual(['∅', 'war', 'love', 'war, love']);
    await loadTrainingData(folder.blobs, manifest);
  });

  it('are one class each where nothing is said, which is told', async () => {
    const { folder } = await films('|');
    const { manifest } = await importFrom(folder, ['films.csv'], { target: 'genres' });
    expect(manifest.task).toBe('classification');
    const note = manifest.notes.find(({ code }) => code === 'several_classes');
    expect(note?.message).toContain('--several "|"');
    const next = await reviseDataset({
      blobs: folder.blobs,
      manifest,
      columns: [{ name: 'genres', type: 'category', role: 'target', separator: '|' }],
    });
    expect(next).toMatchObject({ change: 'genres: several classes a cell', manifest: { task: 'multi-label' } });
    expect(next.manifest.notes.map(({ code }) => code)).not.toContain('several_classes');
  });

  it('stay so when the source has grown', async () => {
    const { folder } = await films('|');
    const { manifest } = await importFrom(folder, ['films.csv'], { target: 'genres', separator: '|' });
    await writeFiles(folder.path, {
      'films.csv': 'minutes,title,genres\n1,"One film more, with a title",love|crime\n',
    });
    const into = { manifest, base: manifest };
    const grown = await importFrom(folder, ['films.csv'], { target: 'genres', separator: '|', into });
    expect(grown.growth).toMatchObject({ added: 1, removed: 48 });
    expect(grown.manifest).toMatchObject({ task: 'multi-label', classes: [{ name: 'crime' }, { name: 'love' }] });
  });

  it('are refused without a target, where no cell has them, and of what is no table; nothing is left', async () => {
    const { folder } = await films('|');
    const code = async (path: string, more: { target?: string; separator: string }) =>
      (await failure(importFrom(folder, [path], more))).code;
    await writeFiles(folder.path, { 'texts/good/1.txt': 'It was good.', 'texts/bad/1.txt': 'It was bad.' });
    expect(await code('films.csv', { separator: '|' })).toBe('no_target');
    expect(await code('films.csv', { target: 'genres', separator: ';' })).toBe('separator_unused');
    expect(await code('films.csv', { target: 'genre', separator: '|' })).toBe('unknown_column');
    expect(await code('texts', { separator: '|' })).toBe('no_cells');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});
