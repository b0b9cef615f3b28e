import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelFile } from '../../../src-main/datasets/label-file.ts';
import { agreement } from '../../../src-main/evaluation/agreement.ts';
import { getLabelling } from '../../../src-main/db/labellings.ts';
import type { WriteStore } from '../../../src-main/db/open.ts';
import type { Context } from '../../../src-main/jobs/context.ts';
import { writeJudged } from '../../../src-main/jobs/labels/judged-file.ts';
import { Labels } from '../../../src-main/jobs/labels/labels.ts';
import type { Column, SamplePage } from '../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { addDataset, openWriter, sampleManifest, tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const asked = (): Promise<never> => Promise.reject(new Error('Nothing is read to begin with judging.'));
const names = ['prompt', 'answer_a', 'answer_b', 'answer_c'];
const columns = names.map((name): Column => ({ ...sampleManifest().columns[0], name, type: 'text', role: 'feature' }));

describe('judging answers', () => {
  let folder: string;
  let store: WriteStore;
  let version: VersionId;
  let labels: Labels;

  beforeEach(() => {
    folder = tempFolder();
    store = openWriter(folder);
    version = addDataset(store, 'chats', sampleManifest({ samples: 5, columns, target: null, task: null })).id;
    labels = new Labels({ store } as unknown as Context, {
      ...{ labels: asked, marks: asked, matchMarks: asked, matching: asked },
      labelFile,
      agreement: (question) => Promise.resolve(agreement(question)),
    });
  });
  afterEach(() => store.close());

  it('has its classes from the first, by columns that are guessed or named, and is found again', async () => {
    const state = await labels.open(version, { kind: 'pair' });
    expect(state).toMatchObject({ kind: 'pair', target: null });
    expect(state.judged).toEqual({ prompt: 'prompt', answers: ['answer_a', 'answer_b'] });
    expect(state.classes.map(({ id, name }) => `${id} ${name}`)).toEqual(['1 A', '2 B', '3 tie', '4 both bad']);
    const other = await labels.open(version, { kind: 'pair', judged: { answers: ['answer_b', 'answer_c'] } });
    expect(other.labelling).not.toBe(state.labelling);
    expect((await labels.open(version, { kind: 'pair' })).labelling).toBe(other.labelling);
    const first = { prompt: 'prompt', answers: ['answer_a', 'answer_b'] };
    expect((await labels.open(version, { kind: 'pair', judged: first })).labelling).toBe(state.labelling);
    const rating = await labels.open(version, { kind: 'rating', judged: { answers: ['answer_c'] } });
    expect(rating.classes.map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('refuses columns that are not there, too few, or named twice, and a column for labels', async () => {
    const open = (judged: object) => labels.open(version, { kind: 'pair', judged });
    await expect(open({ answers: ['answer_a', 'answer_x'] })).rejects.toThrow(code('no_such_column'));
    await expect(open({ answers: ['answer_a'] })).rejects.toThrow(code('columns_wanted'));
    await expect(open({ answers: ['answer_a', 'answer_a'] })).rejects.toThrow(code('columns_wanted'));
    await expect(open({ prompt: 'answer_a', answers: ['answer_a', 'answer_b'] })).rejects.toThrow(
      code('columns_wanted'),
    );
    await expect(labels.open(version, { kind: 'rating' })).rejects.toThrow(code('columns_wanted'));
    await expect(labels.open(version, { kind: 'pair', target: 'label' })).rejects.toThrow(code('no_such_column'));
    const pictures = addDataset(store, 'pictures', sampleManifest({ kind: 'images', samples: 5 })).id;
    await expect(labels.open(pictures, { kind: 'pair' })).rejects.toThrow(code('kind_unfit'));
  });

  it('takes judgements of a file as one edit, or none of them', async () => {
    const { labelling } = await labels.open(version, { kind: 'rating', judged: { answers: ['answer_c'] } });
    const file = join(folder, 'ratings.jsonl');
    writeFileSync(file, '{"sample":0,"rating":4}\n{"sample":3,"rating":1,"note":"off"}\n');
    expect((await labels.files.importLabels(labelling, version, file)).samples).toMatchObject([
      { sample: 0, label: { state: 'labelled', classes: [4] } },
      { sample: 3, label: { state: 'labelled', classes: [1], note: 'off' } },
    ]);
    writeFileSync(file, '{"sample":1,"rating":4}\n{"sample":9,"rating":1}\n');
    await expect(labels.files.importLabels(labelling, version, file)).rejects.toThrow(code('no_sample'));
    writeFileSync(file, '{"sample":1,"rating":6}\n');
    await expect(labels.files.importLabels(labelling, version, file)).rejects.toThrow(code('invalid_labels'));
    expect([...(await labels.state(labelling)).first]).toEqual([4, 0, 0, 1, 0]);
    expect((await labels.undo(labelling)).samples).toHaveLength(2);
    expect([...(await labels.state(labelling)).first]).toEqual([0, 0, 0, 0, 0]);
  });

  it('gives a sample one judgement, takes it back, and keeps its classes as they are', async () => {
    const { labelling } = await labels.open(version, { kind: 'pair' });
    await labels.set(labelling, [0, 1], { classes: [2] });
    await expect(labels.set(labelling, [0], { classes: [1, 2] })).rejects.toThrow(code('several_classes'));
    await expect(labels.set(labelling, [3], { state: 'reviewed' })).rejects.toThrow(code('label_without_class'));
    for (const act of [
      { act: 'make', name: 'C' },
      { act: 'rename', class: 1, name: 'C' },
      { act: 'merge', class: 1, into: 2 },
      { act: 'remove', class: 3 },
    ] as const) {
      await expect(labels.classAct(labelling, act)).rejects.toThrow(code('fixed_classes'));
    }
    expect((await labels.classAct(labelling, { act: 'recolour', class: 1, colour: '#112233' })).classes).toHaveLength(
      1,
    );
    await labels.undo(labelling);
    await labels.undo(labelling);
    expect([...(await labels.state(labelling)).first]).toEqual([0, 0, 0, 0, 0]);
  });

  it('is judged blind a second time, and both passes are compared', async () => {
    const { labelling } = await labels.open(version, { kind: 'pair' });
    await labels.set(labelling, [0, 1, 2], { classes: [1] });
    await labels.set(labelling, [3], { classes: [2] });
    const second = await labels.open(version, { kind: 'pair', pass: 2 });
    expect(second.judged).toEqual({ prompt: 'prompt', answers: ['answer_a', 'answer_b'] });
    expect([...second.first]).toEqual([0, 0, 0, 0, 0]);
    await labels.set(second.labelling, [0, 1], { classes: [1] });
    await labels.set(second.labelling, [2, 3], { classes: [2] });
    const report = await labels.settling.report(labelling, 0.5);
    // 3 of 4 alike; by chance 3/4 · 2/4 + 1/4 · 2/4 = 1/2.
    expect(report).toMatchObject({ kind: 'pair', compared: 4, agreed: 3, kappa: 0.5 });
  });

  it('is written with what was judged: chosen and rejected where one is better', async () => {
    const { labelling } = await labels.open(version, { kind: 'pair' });
    for (const [sample, id] of [1, 2, 3, 4].entries()) await labels.set(labelling, [sample], { classes: [id] });
    await labels.set(labelling, [1], { note: 'close' });
    const rows = (samples: number[]) => samples.map((i) => [`p${i}`, `a${i}`, i === 3 ? null : `b${i}`, `c${i}`]);
    const reader = {
      pick: (...[, , samples]: [string, unknown, number[]]) => Promise.resolve({ rows: rows(samples) } as SamplePage),
    };
    const path = join(folder, 'out.jsonl');
    const log = getLabelling(store, labelling);
    expect(await writeJudged(store, folder, reader, log, version, { path, format: 'jsonl' })).toBe(4);
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toEqual({
      ...{ sample: 0, prompt: 'p0', chosen: 'a0', rejected: 'b0', preference: 'A', answer_a: 'a0', answer_b: 'b0' },
      ...{ state: 'labelled', confidence: null, note: '' },
    });
    expect(lines[1]).toMatchObject({ chosen: 'b1', rejected: 'a1', preference: 'B', note: 'close' });
    expect(lines[2]).toMatchObject({ chosen: null, rejected: null, preference: 'tie', answer_b: 'b2' });
    expect(lines[3]).toMatchObject({ chosen: null, preference: 'both bad', answer_b: null });
    await writeJudged(store, folder, reader, log, version, { path, format: 'csv', states: ['new'] });
    expect(readFileSync(path, 'utf8').trim().split('\n')[1]).toBe('4,p4,,,,a4,b4,new,,');
  });

  it('leaves a file that was there as it is where it cannot be written', async () => {
    const { labelling } = await labels.open(version, { kind: 'pair' });
    await labels.set(labelling, [0], { classes: [1] });
    const path = join(folder, 'out.jsonl');
    writeFileSync(path, 'before');
    const broken = { pick: () => Promise.reject(new Error('The table cannot be read.')) };
    const log = getLabelling(store, labelling);
    await expect(writeJudged(store, folder, broken, log, version, { path, format: 'jsonl' })).rejects.toThrow(
      'cannot be read',
    );
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });
});
