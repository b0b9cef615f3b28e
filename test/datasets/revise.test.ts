import { describe, expect, it } from 'vitest';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
import type { ReviseParams } from '../../src-main/shared/work/revise.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { idxPair } from '../support/data-idx.ts';

async function table() {
  const folder = await dataFolder();
  const lines = Array.from(
    { length: 120 },
    (_, i) => `${i + 1},${i % 4},${(i * 0.37).toFixed(2)},${i % 3 ? 'Oslo' : 'Rome'},${'abc'[i % 3]}`,
  );
  await writeFiles(folder.path, { 'data.csv': `id,grade,size,city,species\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['data.csv']);
  const revise = (params: Partial<ReviseParams>) => reviseDataset({ blobs: folder.blobs, manifest, ...params });
  return { manifest, revise, blobs: folder.blobs };
}

describe('a table', () => {
  it('gets another target, with its classes and a split to match', async () => {
    const { manifest, revise, blobs } = await table();
    const revised = await revise({ target: 'city' });
    expect(revised.change).toBe('target: species → city');
    expect(revised.manifest).toMatchObject({ target: 'city', task: 'classification' });
    expect(revised.manifest.classes).toEqual([
      { name: 'Oslo', count: 80 },
      { name: 'Rome', count: 40 },
    ]);
    expect(revised.manifest.columns.map((column) => column.role)).toEqual([
      'ignored',
      'feature',
      'feature',
      'target',
      'feature',
    ]);
    expect(revised.manifest.blobs.table).toBe(manifest.blobs.table);
    expect(revised.manifest.splits).toEqual(manifest.splits);
    await loadTrainingData(blobs, revised.manifest);
  });

  it('gets classes of few whole numbers, and a value of many', async () => {
    const { revise } = await table();
    expect((await revise({ target: 'grade' })).manifest).toMatchObject({ task: 'classification' });
    expect((await revise({ target: 'size' })).manifest).toMatchObject({ task: 'regression', classes: [] });
    const wished = await revise({ columns: [{ name: 'grade', type: 'number', role: 'target' }] });
    expect(wished.manifest).toMatchObject({ target: 'grade', task: 'regression' });
  });

  it('changes types and roles, and counts again', async () => {
    const { revise } = await table();
    const { manifest, change } = await revise({
      columns: [
        { name: 'grade', type: 'category', role: 'feature' },
        { name: 'id', type: 'number', role: 'feature' },
        { name: 'city', type: 'number', role: 'feature' },
      ],
    });
    expect(change).toBe('id: ignored → feature, grade: number → category, city: category → number');
    const [id, grade, , city] = manifest.columns;
    expect(id).toMatchObject({ role: 'feature', type: 'number' });
    expect(id.note).toBeUndefined();
    expect(grade.top).toHaveLength(4);
    expect(grade.min).toBeUndefined();
    // No city is a number: to a model they are all missing.
    expect(city).toMatchObject({ type: 'number', missing: 120 });
  });

  it('can do without a target', async () => {
    const { revise } = await table();
    const { manifest } = await revise({ target: null });
    expect(manifest).toMatchObject({ target: null, task: null, classes: [] });
    expect(manifest.notes.map((note) => note.code)).toContain('no_target');
  });

  it('is divided anew', async () => {
    const { revise, manifest, blobs } = await table();
    const { manifest: revised, change } = await revise({ split: { seed: 9, validation: 0.1, test: 0.2 } });
    expect(change).toBe('split: 70 % / 10 % / 20 %, seed 9');
    expect(revised.splits).toEqual({ train: 84, validation: 12, test: 24 });
    expect(await readBlob(blobs, manifest.blobs.split)).toHaveLength(120);
  });

  it.each([
    [{ target: 'nowhere' }, 'unknown_column'],
    [{ columns: [{ name: 'nowhere', type: 'number', role: 'feature' }] }, 'unknown_column'],
    [{ split: { seed: 1, validation: 0.6, test: 0.5 } }, 'invalid_split'],
    [{ split: { seed: 1, validation: -0.1, test: 0.5 } }, 'invalid_split'],
    [{ split: { seed: 1, validation: NaN, test: 0.5 } }, 'invalid_split'],
    [{}, 'no_change'],
    [{ target: 'species' }, 'no_change'],
    [
      {
        columns: [
          { name: 'city', type: 'category', role: 'target' },
          { name: 'grade', type: 'number', role: 'target' },
        ],
      },
      'several_targets',
    ],
  ] as [Partial<ReviseParams>, string][])('refuses %j as %s', async (params, code) => {
    const { revise } = await table();
    expect(await failure(revise(params))).toMatchObject({ code });
  });
});

describe('images', () => {
  const files = async () => {
    const folder = await dataFolder();
    const train = idxPair(90);
    const test = idxPair(30);
    await writeFiles(folder.path, {
      'set/train-images': train.images,
      'set/train-labels': train.labels,
      'set/test-images': test.images,
      'set/test-labels': test.labels,
    });
    return { folder, ...(await importFrom(folder, ['set'])) };
  };

  it('keep a given test set while none is asked for', async () => {
    const { folder, manifest } = await files();
    const { manifest: revised } = await reviseDataset({
      blobs: folder.blobs,
      manifest,
      split: { seed: 3, validation: 0.2, test: 0 },
    });
    expect(revised.splits).toEqual({ train: 72, validation: 18, test: 30 });
    expect(revised.splitSource).toBe('given');
    const split = await readBlob(folder.blobs, revised.blobs.split);
    expect([...split.subarray(90)]).toEqual(Array(30).fill(2));
  });

  it('are divided anew altogether where a test share is asked for', async () => {
    const { folder, manifest } = await files();
    const { manifest: revised } = await reviseDataset({
      blobs: folder.blobs,
      manifest,
      split: { seed: 3, validation: 0.25, test: 0.25 },
    });
    expect(revised.splits).toEqual({ train: 60, validation: 30, test: 30 });
    expect(revised.splitSource).toBe('stratified');
  });

  it('have no columns', async () => {
    const { folder, manifest } = await files();
    expect(await failure(reviseDataset({ blobs: folder.blobs, manifest, target: 'x' }))).toMatchObject({
      code: 'not_a_table',
    });
  });
});
