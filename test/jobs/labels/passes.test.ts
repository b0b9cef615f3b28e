import { describe, expect, it } from 'vitest';
import { agreement } from '../../../src-main/evaluation/agreement.ts';
import { getLabelling } from '../../../src-main/db/labellings.ts';
import type { WriteStore } from '../../../src-main/db/open.ts';
import type { Context } from '../../../src-main/jobs/context.ts';
import { inSlices, saidLabels } from '../../../src-main/jobs/labels/as-it-stands.ts';
import { Labels } from '../../../src-main/jobs/labels/labels.ts';
import { saidMarks } from '../../../src-main/jobs/labels/said-marks.ts';
import type { SampleAnnotations } from '../../../src-main/shared/annotation.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { labelStates, type LabellingState } from '../../../src-main/shared/labels.ts';
import { annotatedVersion, box, markLabels } from '../../support/marks.ts';
import { addDataset, openWriter, sampleManifest, tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

function labelsOf(store: WriteStore): Labels {
  const context: Pick<Context, 'store'> = { store };
  const none = (): Promise<never> => Promise.reject(new Error('That is not asked for here.'));
  return new Labels(context as Context, {
    labels: () => Promise.resolve({ classes: ['a', 'b', 'c'], labels: Int32Array.from([0, 0, 1, 1, -1, -1]) }),
    marks: none,
    matchMarks: none,
    labelFile: () => Promise.reject(new Error('No file is read here.')),
    matching: none,
    agreement: (question) => Promise.resolve(agreement(question)),
  });
}

/** Six samples; the first pass says a a b b, the second a b b. */
async function twice() {
  const folder = tempFolder();
  const store = openWriter(folder);
  const version = addDataset(store, 'small', sampleManifest({ samples: 6 })).id;
  const labels = labelsOf(store);
  const first = (await labels.open(version)).labelling;
  const second = (await labels.open(version, { pass: 2 })).labelling;
  for (const [sample, its] of [1, 2, 2].entries()) await labels.set(second, [sample], { classes: [its] });
  return { folder, store, version, labels, first, second };
}
const said = (state: LabellingState) => [...state.states].map((each, i) => `${labelStates[each]} ${state.first[i]}`);
const opened = (labels: Labels, version: VersionId, pass: 1 | 2 = 1) => labels.open(version, { pass });

describe('a second pass', () => {
  it('knows the classes and nothing of what is said, before and after a restart', async () => {
    const { folder, store, version, labels, first, second } = await twice();
    expect(second).not.toBe(first);
    await labels.set(first, [4], { classes: [3], note: 'seen by nobody else' });
    const blind = await opened(labels, version, 2);
    expect(blind).toMatchObject({ pass: 2, several: {}, noted: [] });
    expect(blind.classes.map(({ id, name }) => [id, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(said(blind)).toEqual(['labelled 1', 'labelled 2', 'labelled 2', 'new 0', 'new 0', 'new 0']);
    expect(labels.history(second, 4)).toEqual([]);
    store.close();
    const again = openWriter(folder);
    const reopened = labelsOf(again);
    expect(await opened(reopened, version, 2)).toEqual(blind);
    expect(said(await opened(reopened, version)).slice(0, 5)).toEqual([
      'labelled 1',
      'labelled 1',
      'labelled 2',
      'labelled 2',
      'labelled 3',
    ]);
    await reopened.undo(second);
    expect(said(await opened(reopened, version, 2))[2]).toBe('new 0');
    again.close();
  });

  it('has no suggestions, and makes no version', async () => {
    const { store, version, labels, second } = await twice();
    const rule = { class: 1, column: 'species', how: 'contains' as const, pattern: 'x' };
    await expect(labels.suggesting.byRule(second, version, rule)).rejects.toThrow(code('blind_pass'));
    await expect(labels.suggesting.byModel(second, version, { onnx: 'x.onnx' })).rejects.toThrow(code('blind_pass'));
    expect(() => labels.suggesting.fromLabels(second, new Int32Array(), new Int32Array(), new Float32Array())).toThrow(
      code('blind_pass'),
    );
    await expect(labels.freeze(second, version)).rejects.toThrow(code('second_pass'));
    store.close();
  });

  it('is begun together with the first where neither is', async () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store, 'small', sampleManifest({ samples: 6 })).id;
    const labels = labelsOf(store);
    expect(said(await opened(labels, version, 2))).toEqual(Array.from({ length: 6 }, () => 'new 0'));
    expect(said(await opened(labels, version))[0]).toBe('labelled 1');
    store.close();
  });
});

describe('agreement and settling', () => {
  it('needs a second pass', async () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store, 'small', sampleManifest({ samples: 6 })).id;
    const labels = labelsOf(store);
    const { labelling } = await labels.open(version);
    await expect(labels.settling.report(labelling, 0.5)).rejects.toThrow(code('no_second_pass'));
    store.close();
  });

  it('compares what both have labelled', async () => {
    const { store, labels, first, second } = await twice();
    await labels.set(second, [3], { state: 'unsure', classes: [1] });
    const report = await labels.settling.report(first, 0.5);
    expect(report).toMatchObject({ compared: 3, agreed: 2, classes: ['a', 'b', 'c'] });
    expect(report.kappa).toBeCloseTo(0.4, 12);
    expect(report.disagreements).toEqual([{ sample: 1, first: ['a'], second: ['b'], settled: false }]);
    expect(await labels.settling.report(second, 0.5)).toEqual(report);
    store.close();
  });

  it('makes the second answer the label; kappa stays that of the passes; undo opens it again', async () => {
    const { store, version, labels, first } = await twice();
    const before = await labels.settling.report(first, 0.5);
    await labels.settling.settle(first, 1, 'second');
    const log = getLabelling(store, first);
    expect([...(await inSlices(saidLabels(store, log))).labels]).toEqual([0, 1, 1, 1, -1, -1]);
    const after = await labels.settling.report(first, 0.5);
    expect(after).toEqual({ ...before, disagreements: [{ ...before.disagreements[0], settled: true }] });
    expect(await labels.settling.answers(first, 1)).toMatchObject({
      first: { classes: ['a'] },
      second: { classes: ['b'] },
      settled: true,
    });
    expect(labels.history(first, 1)[0]).toMatchObject({
      who: 'settled:second',
      before: { state: 'labelled', classes: [1] },
      after: { state: 'reviewed', classes: [2] },
    });
    // What is said after that belongs to the settling.
    await labels.set(first, [1], { classes: [3] });
    expect((await labels.settling.report(first, 0.5)).disagreements).toEqual(after.disagreements);
    await labels.undo(first);
    await labels.undo(first);
    expect(await labels.settling.report(first, 0.5)).toEqual(before);
    expect(said(await opened(labels, version))[1]).toBe('labelled 1');
    store.close();
  });

  it('is settled by the first answer too, also where that changes nothing', async () => {
    const { store, labels, first } = await twice();
    await labels.set(first, [1], { state: 'reviewed' });
    await labels.settling.settle(first, 1, 'first');
    expect((await labels.settling.report(first, 0.5)).disagreements).toMatchObject([{ sample: 1, settled: true }]);
    expect(labels.history(first, 1)[0]).toMatchObject({
      who: 'settled:first',
      after: { state: 'reviewed', classes: [1] },
    });
    await labels.undo(first, 1);
    expect((await labels.settling.report(first, 0.5)).disagreements).toMatchObject([{ settled: false }]);
    store.close();
  });

  it('takes another label, or a class that the second pass alone has', async () => {
    const { store, version, labels, first, second } = await twice();
    await labels.settling.settle(first, 1, 'new', [3]);
    expect(said(await opened(labels, version))[1]).toBe('reviewed 3');
    const made = (await labels.classAct(second, { act: 'make', name: 'd' })).classes[0].id;
    await labels.set(second, [0], { classes: [made] });
    expect((await labels.settling.report(first, 0.5)).classes).toEqual(['a', 'b', 'c', 'd']);
    await labels.settling.settle(first, 0, 'second');
    const state = await opened(labels, version);
    expect(state.classes.find(({ id }) => id === state.first[0])?.name).toBe('d');
    await expect(labels.settling.settle(first, 1, 'new', [99])).rejects.toThrow(code('no_such_class'));
    await expect(labels.settling.answers(first, 6)).rejects.toThrow(code('no_sample'));
    store.close();
  });

  it('takes a class for the same one when either pass has renamed it, and not when both made one', async () => {
    const { store, labels, first, second } = await twice();
    await labels.classAct(first, { act: 'rename', class: 1, name: 'apple' });
    const report = await labels.settling.report(first, 0.5);
    expect(report).toMatchObject({ agreed: 2, classes: ['apple', 'b', 'c'] });
    // Both get the number 4.
    await labels.classAct(first, { act: 'make', name: 'ours' });
    await labels.classAct(second, { act: 'make', name: 'theirs' });
    expect((await labels.settling.report(first, 0.5)).classes).toEqual(['apple', 'b', 'c', 'ours', 'theirs']);
    store.close();
  });
});

describe('a second pass of marks', () => {
  const size = { width: 40, height: 20 };
  const samples: SampleAnnotations[] = [
    { ...size, annotations: [{ type: 'box', class: 'cat', box: [1, 2, 10, 5], id: 11 }] },
    { ...size, annotations: [{ type: 'box', class: 'cat', box: [20, 2, 10, 5] }] },
  ];
  const begun = async () => {
    const folder = tempFolder();
    const store = openWriter(folder);
    const version = await annotatedVersion(store, samples, [{ name: 'cat' }, { name: 'dog' }]);
    const labels = markLabels(store);
    const first = (await labels.open(version.id, { kind: 'objects' })).labelling;
    const second = (await labels.open(version.id, { kind: 'objects', pass: 2 })).labelling;
    return { folder, store, version, labels, first, second };
  };
  const boxes = async (labels: Labels, id: Awaited<ReturnType<typeof begun>>['first'], sample: number) =>
    (await labels.marks(id, [sample])).map(({ class: its, shape }) => [its, 'box' in shape && shape.box]);

  it('begins with none, whatever the version says, and goes out without them', async () => {
    const { store, labels, first, second } = await begun();
    expect(await labels.marks(second, [0, 1])).toEqual([]);
    await labels.mark(second, 0, [{ act: 'put', class: 2, shape: box(2, 2) }]);
    expect(await boxes(labels, first, 0)).toEqual([[1, [1, 2, 10, 5]]]);
    const out = await inSlices(saidMarks(store, getLabelling(store, second)));
    expect(out.base).toBeNull();
    expect(out.samples.map(([sample]) => sample)).toEqual([0]);
    await expect(labels.giveMarks(second, 'run:x', new Map([[1, []]]))).rejects.toThrow(code('blind_pass'));
    store.close();
  });

  it('is settled by either answer, in the place of what stood; undo works', async () => {
    const { store, labels, first, second } = await begun();
    await labels.mark(second, 0, [
      { act: 'put', class: 2, shape: box(1, 2) },
      { act: 'put', class: 1, shape: box(25, 10) },
    ]);
    await labels.mark(second, 1, [{ act: 'put', class: 1, shape: box(20, 3) }]);
    const report = await labels.settling.report(first, 0.5);
    expect(report).toMatchObject({ compared: 2, agreed: 1, marks: { first: 2, second: 3, matched: 2, f1: 0.4 } });
    expect(report.disagreements).toMatchObject([
      { sample: 0, settled: false, marks: { onlyFirst: 0, onlySecond: 1, otherClass: 1 } },
    ]);
    const both = await labels.settling.answers(first, 0);
    expect([both.first, both.second].map(({ marks }) => marks.map((mark) => mark.class))).toEqual([
      ['cat'],
      ['dog', 'cat'],
    ]);
    await labels.settling.settle(first, 0, 'second');
    expect(await boxes(labels, first, 0)).toEqual([
      [2, [1, 2, 10, 5]],
      [1, [25, 10, 10, 5]],
    ]);
    const after = await labels.settling.report(first, 0.5);
    expect(after).toEqual({ ...report, disagreements: [{ ...report.disagreements[0], settled: true }] });
    await labels.settling.settle(first, 0, 'first');
    expect(await boxes(labels, first, 0)).toEqual([[1, [1, 2, 10, 5]]]);
    await labels.undo(first);
    await labels.undo(first);
    expect(await labels.settling.report(first, 0.5)).toEqual(report);
    expect(await labels.settling.answers(first, 0)).toEqual(both);
    await labels.settling.settle(first, 0, 'new');
    await labels.mark(first, 0, [{ act: 'remove', number: 1 }]);
    expect(await labels.settling.report(first, 0.5)).toEqual(after);
    store.close();
  });

  it('stays after a restart', async () => {
    const { folder, store, version, labels, second } = await begun();
    await labels.mark(second, 0, [{ act: 'put', class: 2, shape: box(2, 2) }]);
    store.close();
    const again = openWriter(folder);
    const reopened = markLabels(again);
    expect((await reopened.open(version.id, { kind: 'objects', pass: 2 })).labelling).toBe(second);
    expect(await boxes(reopened, second, 0)).toEqual([[2, [2, 2, 10, 5]]]);
    expect((await reopened.settling.report(second, 0.5)).compared).toBe(1);
    again.close();
  });
});
