import { describe, expect, it } from 'vitest';
import { int32s } from '../../src-main/datasets/encode/images.ts';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { labelVersion, versionLabels } from '../../src-main/datasets/label-version.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
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
