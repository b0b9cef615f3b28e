import { describe, expect, it } from 'vitest';
import { int32s, readBlob } from '../../src-main/datasets/blobs.ts';
import { labelVersion, versionLabels } from '../../src-main/datasets/label-version.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import type { TableEncoder } from '../../src-main/datasets/encode/encoder.ts';
import { selectSamples } from '../../src-main/datasets/filters/select.ts';
import { asRead } from '../../src-main/datasets/grow/as-read.ts';
import { encodeTableRows, loadTrainingData } from '../../src-main/datasets/training-data.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { grey } from '../support/data-pictures.ts';

async function pictures(count = 20) {
  const folder = await dataFolder();
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) files[`pictures/p${String(i).padStart(2, '0')}.png`] = await grey(i * 5);
  await writeFiles(folder.path, files);
  const { manifest } = await importFrom(folder, ['pictures']);
  return { manifest, blobs: folder.blobs };
}
const said = (count: number, label: (i: number) => number) => Int32Array.from({ length: count }, (_, i) => label(i));

describe('a version of labels', () => {
  it('of images has just those that were labelled, in the splits that they were in', async () => {
    const { manifest, blobs } = await pictures();
    expect(manifest.classes).toEqual([]);
    const labels = said(20, (i) => (i % 4 === 3 ? -1 : i % 4 === 2 ? 2 : i % 4));
    const { manifest: next, change } = await labelVersion(blobs, manifest, {
      target: null,
      classes: ['dark', 'light', 'grey', 'unused'],
      labels,
    });
    expect(change).toBe('labels: 15 of 20 samples, 3 classes');
    expect(next.classes).toEqual([
      { name: 'dark', count: 5 },
      { name: 'light', count: 5 },
      { name: 'grey', count: 5 },
    ]);
    expect(next.blobs.split).toBe(manifest.blobs.split);
    expect(next.notes.map(({ code }) => code)).not.toContain('no_classes');
    const { splits } = await loadTrainingData(blobs, next);
    const split = await readBlob(blobs, manifest.blobs.split);
    const learnt = [...splits.train.indices];
    expect(learnt).toEqual([...split.keys()].filter((i) => split[i] === 0 && labels[i] >= 0));
    expect(splits.train.count + splits.validation.count + splits.test.count).toBe(15);
    expect(await versionLabels(blobs, next, null)).toEqual({ classes: ['dark', 'light', 'grey'], labels });
    expect(
      (await failure(labelVersion(blobs, next, { target: null, classes: ['dark', 'light', 'grey'], labels }))).code,
    ).toBe('no_change');
    // What the source says is kept beside it, for when that is read again.
    expect(next.asRead?.labels).toBe(manifest.blobs.labels);
    expect(int32s(await readBlob(blobs, next.asRead!.labels!)).every((label) => label === -1)).toBe(true);
  });

  it('of a table is a new column, or its target anew', async () => {
    const folder = await dataFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i * 1.5},note number ${i}`).join('\n');
    await writeFiles(folder.path, { 'rows.csv': `size,remark\n${rows}\n` });
    const { manifest } = await importFrom(folder, ['rows.csv'], { target: null });
    const { blobs } = folder;
    const labels = said(40, (i) => (i < 10 ? i % 2 : -1));
    const label = { target: 'kind', classes: ['small', "it's large"], labels };
    const { manifest: next } = await reviseDataset({ blobs, manifest, labels: label });
    expect(next).toMatchObject({ target: 'kind', task: 'classification' });
    expect(next.columns.map(({ name }) => name)).toEqual([...manifest.columns.map(({ name }) => name), 'kind']);
    expect(next.columns.at(-1)).toMatchObject({ role: 'target', type: 'category', missing: 30, distinct: 2 });
    expect(next.blobs.split).toBe(manifest.blobs.split);
    expect(await versionLabels(blobs, next, 'kind')).toEqual({
      classes: ["it's large", 'small'],
      labels: labels.map((one) => (one < 0 ? -1 : 1 - one)),
    });
    const more = { ...label, labels: said(40, (i) => i % 2) };
    const { manifest: third } = await labelVersion(blobs, next, more);
    expect(third.columns).toHaveLength(next.columns.length);
    expect(third.classes.map(({ count }) => count)).toEqual([20, 20]);
    expect((await failure(labelVersion(blobs, third, more))).code).toBe('no_change');
  });

  it('of a table that says the same already is none, as it was imported', async () => {
    const folder = await dataFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i * 1.5},${i % 4 ? `kind ${i % 2}` : ''}`).join('\n');
    await writeFiles(folder.path, { 'rows.csv': `size,kind\n${rows}\n` });
    const { manifest } = await importFrom(folder, ['rows.csv'], { target: 'kind' });
    const told = { target: 'kind', ...(await versionLabels(folder.blobs, manifest, 'kind'))! };
    expect((await failure(labelVersion(folder.blobs, manifest, told))).code).toBe('no_change');
    const other = { ...told, labels: told.labels.map((one, i) => (i === 7 ? -1 : one)) };
    expect((await labelVersion(folder.blobs, manifest, other)).change).toBe('labels: 29 of 40 samples, 2 classes');
  });

  it('has any number of classes for each image: trained on as a yes or no for each', async () => {
    const { manifest, blobs } = await pictures();
    // Of both, of none (which is something said), of the first; the last five are not labelled.
    const labels = said(20, (i) => (i >= 15 ? -1 : i % 3));
    const told = { target: null, classes: ['dark', 'unused', 'round'], labels, sets: [[2, 0], [], [0]] };
    const { manifest: next } = await labelVersion(blobs, manifest, told);
    expect(next).toMatchObject({ task: 'multi-label', classSets: [[0, 1], [], [0]] });
    expect(next.classes).toEqual([
      { name: 'dark', count: 10 },
      { name: 'round', count: 5 },
    ]);
    expect(await versionLabels(blobs, next, null)).toEqual({
      classes: ['dark', 'round'],
      labels,
      sets: next.classSets,
    });
    const { splits, task, encoder } = await loadTrainingData(blobs, next);
    expect(task).toBe('multi-label');
    const rows = Object.values(splits).flatMap(({ indices, y }) =>
      Array.from(indices, (sample, i) => [sample, [...y.subarray(2 * i, 2 * i + 2)]] as const),
    );
    expect(rows.sort(([a], [b]) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, i) => [i, [[1, 1], [0, 0], [1, 0]][i % 3]]), // prettier-ignore
    );
    expect((await failure(labelVersion(blobs, next, told))).code).toBe('no_change');
    // What the source says is one class of each, and so is a version of such labels after it.
    expect(asRead(next)).toMatchObject({ task: 'classification', classes: [] });
    expect(asRead(next).classSets).toBeUndefined();
    const single = await labelVersion(blobs, next, {
      target: null,
      classes: ['a', 'b'],
      labels: said(20, (i) => i % 2),
    });
    expect(single.manifest.task).toBe('classification');
    expect(single.manifest.classSets).toBeUndefined();
    // The model keeps to its own: what it knows of the classes of others.
    const other = await loadTrainingData(blobs, single.manifest, encoder);
    expect([...other.splits.train.y].every((value) => value === 0)).toBe(true);
    const ofClass = async (name: string) => [
      ...(await selectSamples(blobs, next, [{ kind: 'class', classes: [name] }], new AbortController().signal)),
    ];
    expect(await ofClass('round')).toEqual([0, 3, 6, 9, 12]);
  });

  it('of a table with any number of classes names them in one cell', async () => {
    const folder = await dataFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i * 1.5},${i % 4}`).join('\n');
    await writeFiles(folder.path, { 'rows.csv': `size,part\n${rows}\n` });
    const { manifest } = await importFrom(folder, ['rows.csv'], { target: null });
    const { blobs } = folder;
    const labels = said(40, (i) => (i < 30 ? i % 3 : -1));
    const { manifest: next } = await labelVersion(blobs, manifest, {
      target: 'tags',
      classes: ['a|b', 'c'],
      labels,
      sets: [[0, 1], [], [1]],
    });
    expect(next).toMatchObject({ target: 'tags', task: 'multi-label' });
    expect(next.classes).toEqual([
      { name: 'a|b', count: 10 },
      { name: 'c', count: 20 },
    ]);
    expect(next.columns.at(-1)).toMatchObject({ name: 'tags', type: 'category', separator: ';', missing: 10 });
    const again = await versionLabels(blobs, next, 'tags');
    expect(Array.from(again.labels, (place) => again.sets![place] ?? null)).toEqual(
      Array.from(labels, (place) => [[0, 1], [], [1]][place] ?? null), // prettier-ignore
    );
    const { splits, encoder } = await loadTrainingData(blobs, next);
    const { indices, y } = splits.train;
    indices.forEach(
      (sample, i) =>
      expect([...y.subarray(2 * i, 2 * i + 2)]).toEqual([[1, 1], [0, 0], [0, 1]][sample % 3]), // prettier-ignore
    );
    expect(
      encodeTableRows(
        encoder as TableEncoder,
        [
          ['1', '2', 'c ; a|b'],
          ['1', '2', null],
        ],
        ['size', 'part', 'tags'],
      ).y,
    ).toEqual(Float32Array.from([1, 1, 0, 0]));
    const { signal } = new AbortController();
    const found = await selectSamples(blobs, next, [{ kind: 'class', classes: ['a|b'] }], signal);
    expect([...found]).toEqual([...labels.keys()].filter((i) => labels[i] === 0));
    const { manifest: divided } = await reviseDataset({
      blobs,
      manifest: next,
      split: { how: 'stratified', seed: 3, validation: 0.2, test: 0.2 },
    });
    expect(divided).toMatchObject({ task: 'multi-label', classes: next.classes });
  });

  it('is refused without labels, and of rows that a recipe has prepared', async () => {
    const { manifest, blobs } = await pictures(4);
    const none = { target: null, classes: ['a'], labels: said(4, () => -1) };
    expect((await failure(labelVersion(blobs, manifest, none))).code).toBe('nothing_labelled');
    const prepared = { ...manifest, kind: 'table' as const, recipe: { version: 1 as const, steps: [] } };
    const some = { target: 'x', classes: ['a'], labels: said(4, () => 0) };
    expect((await failure(labelVersion(blobs, prepared, some))).code).toBe('prepared_by_recipe');
  });
});
