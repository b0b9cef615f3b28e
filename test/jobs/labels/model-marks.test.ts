import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src-main/jobs/context.ts';
import { ModelMarks } from '../../../src-main/jobs/labels/model-marks.ts';
import type { Reader } from '../../../src-main/jobs/reader.ts';
import type { MarkJobParams, MarkJobResult } from '../../../src-main/shared/work/suggest.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { FoundObject, MarkerFacts } from '../../../src-main/shared/marker.ts';
import { annotatedVersion, box, markLabels } from '../../support/marks.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const size = { width: 100, height: 50 };
const at = (its: number, score: number, x: number): FoundObject => ({
  ...{ class: its, score },
  shape: { type: 'box', box: [x, 10, 20, 20] },
});
const facts: MarkerFacts = {
  name: 'cells.onnx',
  input: { name: 'images', shape: [1, 3, 64, 64], type: 'float', width: 64, height: 64, open: false },
  outputs: [{ name: 'out', shape: [1, 6, 84], type: 'float' }],
  ...{ count: 2, classes: ['red', 'white'], classSource: 'file', shapes: ['box'] },
  settings: {
    ...{ layout: 'yolo', fit: 'middle', scale: 'unit', channels: 'rgb', first: 0 },
    ...{ score: 0.25, overlap: 0.7, across: false, shape: 'box' },
  },
  sources: {} as MarkerFacts['sources'],
};

/** Two pictures; in the first a person has marked a red cell. What the model finds stands in for its process. */
async function begun(found: MarkJobResult['found'], told: Partial<MarkerFacts> = {}, names = ['red']) {
  const folder = tempFolder();
  const store = openWriter(folder);
  const annotations = names.includes('red')
    ? [{ type: 'box' as const, class: 'red', box: [10, 10, 20, 20] as [number, number, number, number] }]
    : [];
  const version = await annotatedVersion(
    store,
    [
      { ...size, annotations },
      { ...size, annotations: [] },
    ],
    names.map((name) => ({ name })),
  );
  const labels = markLabels(store);
  const { labelling: id } = await labels.open(version.id, { kind: 'objects' });
  const asked: MarkJobParams[] = [];
  const queue = {
    submit({ params }: { params: MarkJobParams }) {
      asked.push(params);
      const some = found.filter(([sample]) => params.samples.includes(sample));
      const its = { ...facts, ...told, classes: params.wish.classes! };
      return { job: newId('job'), result: Promise.resolve({ facts: its, found: some, unread: [] }) };
    },
  };
  const reader = { marker: () => Promise.resolve({ ...facts, ...told }) } as unknown as Reader;
  const models = new ModelMarks({ store, queue } as unknown as Context, labels, reader);
  const path = join(folder, 'cells.onnx');
  writeFileSync(path, '');
  const suggest = async (more: { make?: boolean; all?: boolean } = {}) =>
    (await models.suggest(id, version.id, { path, wish: {}, ...more })).result;
  return { labels, id, version, models, suggest, asked, path };
}

describe('marks that a model suggests', () => {
  it('come to samples that nobody has looked at, with their maker, and are undone as one', async () => {
    const { labels, id, suggest, asked } = await begun([
      [0, [at(0, 0.9, 10)]],
      [1, [at(0, 0.9, 30), at(1, 0.8, 60)]],
    ]);
    const done = await suggest();
    expect([...asked[0].samples]).toEqual([1]);
    expect(done).toMatchObject({ suggestions: 1, pictures: 1, unknown: [{ name: 'white', count: 1 }] });
    const suggested = { suggested: true, confidence: 0.9, by: 'file:cells.onnx' };
    expect(await labels.marks(id, [1])).toMatchObject([{ ...suggested, class: 1, shape: { box: [30, 10, 20, 20] } }]);
    expect(labels.history(id, 1)[0].who).toBe('file:cells.onnx');
    const sure = labels.suggestions(id);
    expect([[...sure.samples], [...sure.confidence], [...sure.types]]).toEqual([[1], [0.9], [0]]);
    await labels.acceptMarks(id, 0.9);
    const [taken] = await labels.marks(id, [1]);
    expect(taken).toMatchObject({ suggested: false, confidence: null });
    expect(taken).not.toHaveProperty('by');
    await labels.undo(id);
    expect(await labels.marks(id, [1])).toMatchObject([suggested]);
    await labels.undo(id);
    expect(await labels.marks(id, [1])).toEqual([]);
  });

  it('are no second mark of what a person has marked, and classes are made where that is wished', async () => {
    const { labels, id, suggest } = await begun([
      [0, [at(0, 0.9, 12), at(0, 0.8, 60), at(1, 0.7, 12)]],
      [1, []],
    ]);
    expect(await suggest({ all: true, make: true })).toMatchObject({ suggestions: 2, pictures: 1, unknown: [] });
    const marks = await labels.marks(id, [0]);
    expect(marks.map(({ class: its, suggested }) => [its, suggested])).toEqual([
      [1, false],
      [1, true],
      [2, true],
    ]);
    expect((await labels.state(id)).states[0]).toBe(2);
  });

  it('begin with the model’s classes where there are none, and with those here where the model names none', async () => {
    const none = await begun([[1, [at(1, 0.9, 30)]]], {}, []);
    await none.suggest();
    expect((await none.labels.state(none.id)).classes.map(({ name }) => name)).toEqual(['white']);
    const unnamed = await begun([[1, [at(1, 0.9, 30)]]], { classes: null }, ['red', 'round']);
    await unnamed.suggest();
    expect(unnamed.asked[0].wish.classes).toEqual(['red', 'round']);
  });

  it('are refused in words where they cannot be', async () => {
    const { labels, id, version, models, suggest, path } = await begun([], { classes: null });
    await expect(suggest()).rejects.toEqual(code('class_names_needed'));
    const other = await begun([], { classes: ['cat', 'dog'] });
    await expect(other.suggest()).rejects.toEqual(code('no_class_known'));
    const state = await labels.state(id);
    await expect(models.facts(`${path}.gone`, {}, state)).rejects.toEqual(code('no_such_file'));
    await expect(models.facts(path, {}, { ...state, kind: 'single' })).rejects.toEqual(code('kind_unfit'));
    const done = await begun([]);
    await done.labels.mark(done.id, 1, [{ act: 'put', class: 1, shape: box(1, 1) }]);
    await expect(done.suggest()).rejects.toEqual(code('nothing_to_do'));
    expect(version.manifest.samples).toBe(2);
  });
});
