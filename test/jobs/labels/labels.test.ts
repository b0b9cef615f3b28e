import { describe, expect, it } from 'vitest';
import { agreement } from '../../../src-main/evaluation/agreement.ts';
import { getLabelling } from '../../../src-main/db/labellings.ts';
import { insertVersion } from '../../../src-main/db/datasets.ts';
import type { WriteStore } from '../../../src-main/db/open.ts';
import type { Context } from '../../../src-main/jobs/context.ts';
import { inSlices, saidLabels } from '../../../src-main/jobs/labels/as-it-stands.ts';
import { usualTarget } from '../../../src-main/jobs/labels/identity.ts';
import { Labels } from '../../../src-main/jobs/labels/labels.ts';
import { writeBlob } from '../../../src-main/datasets/blobs.ts';
import { workspaceFiles } from '../../../src-main/db/workspace.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import { labelStates, type SampleLabel } from '../../../src-main/shared/labels.ts';
import { addDataset, openWriter, sampleManifest, tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** What labelling needs of its surroundings: the store, and what the version says. */
function labelsOf(store: WriteStore, labels: readonly number[], classes: string[]): Labels {
  const context: Pick<Context, 'store'> = { store };
  return new Labels(context as Context, {
    labels: () => Promise.resolve({ classes, labels: Int32Array.from(labels) }),
    marks: () => Promise.reject(new Error('No marks are asked for here.')),
    matchMarks: () => Promise.reject(new Error('No marks are asked for here.')),
    labelFile: () => Promise.reject(new Error('No file is read here.')),
    matching: () => Promise.resolve(Int32Array.from([1, 2, 4])),
    agreement: (question) => Promise.resolve(agreement(question)),
  });
}

async function begun(count = 6) {
  const folder = tempFolder();
  const store = openWriter(folder);
  const version = addDataset(store, 'small', sampleManifest({ samples: count })).id;
  const base = Array.from({ length: count }, (_, i) => (i === 2 ? 0 : -1));
  const labels = labelsOf(store, base, ['a', 'b']);
  return { folder, store, version, labels, state: await labels.open(version), base };
}
const stateAt = (state: { states: Uint8Array }, sample: number) => labelStates[state.states[sample]];

describe('labelling', () => {
  it('begins once with what the version says, and is found again', async () => {
    const { store, version, labels, state } = await begun();
    expect(state).toMatchObject({ kind: 'single', target: 'species', can: { undo: false, redo: false } });
    expect(state.classes.map(({ id, name }) => [id, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(stateAt(state, 2)).toBe('labelled');
    expect((await labels.open(version)).labelling).toBe(state.labelling);
    expect((await labels.open(version, { kind: 'multiple' })).labelling).not.toBe(state.labelling);
    await expect(labels.open(version, { target: 'width' })).rejects.toThrow(code('no_such_column'));
    store.close();
  });

  it('refuses a label on a full disk, keeps every one before it, and goes on when there is room again', async () => {
    const { store, labels, state } = await begun();
    const id = state.labelling;
    const { page_count: pages } = store.get<{ page_count: number }>('PRAGMA page_count')!;
    store.get(`PRAGMA max_page_count = ${pages + 8}`);
    const note = (n: number): string => `${n} ${'x'.repeat(400)}`;
    let kept = 0;
    const untilRefused = async (): Promise<never> => {
      for (;;) {
        await labels.set(id, [kept % 6], { state: 'labelled', classes: [1 + (kept % 2)], note: note(kept) });
        kept++;
      }
    };
    await expect(untilRefused()).rejects.toThrow(code('disk_full'));
    expect(kept).toBeGreaterThan(6);
    const last = (sample: number): string | undefined => labels.history(id, sample)[0]?.after.note;
    for (let n = kept - 6; n < kept; n++) expect(last(n % 6)).toBe(note(n));
    const before = await labels.state(id);
    expect(before.can).toEqual({ undo: true, redo: false });
    store.get('PRAGMA max_page_count = 1000000');
    await labels.set(id, [kept % 6], { note: 'there is room' });
    expect(last(kept % 6)).toBe('there is room');
    for (let n = kept; n >= 0; n--) await labels.undo(id);
    expect((await labels.state(id)).can).toEqual({ undo: false, redo: true });
    expect((await labels.state(id)).states).toEqual(state.states);
    store.close();
  });

  it('stores nothing of an act in which one sample cannot be labelled so', async () => {
    const { store, labels, state } = await begun(500);
    const all = Array.from({ length: 500 }, (_, i) => i);
    await expect(labels.set(state.labelling, all, { state: 'reviewed' })).rejects.toThrow(code('label_without_class'));
    await expect(labels.set(state.labelling, [500], { classes: [1] })).rejects.toThrow(code('no_sample'));
    expect(await labels.state(state.labelling)).toEqual(state);
    store.close();
  });

  it('undoes and redoes as one what was said of many at once, also after a restart', async () => {
    const { folder, store, labels, state, base } = await begun(500);
    const all = Array.from({ length: 450 }, (_, i) => i);
    expect((await labels.set(state.labelling, all, { classes: [2] })).samples).toHaveLength(450);
    store.close();
    const again = openWriter(folder);
    const later = labelsOf(again, base, ['a', 'b']);
    const undone = await later.undo(state.labelling);
    expect(undone.samples).toHaveLength(450);
    expect(undone.can).toEqual({ undo: false, redo: true });
    expect((await later.state(state.labelling)).states).toEqual(state.states);
    expect((await later.redo(state.labelling)).samples).toHaveLength(450);
    again.close();
  });

  it('takes what a run suggests where nobody has said anything, and what is sure enough for labels', async () => {
    const { store, labels, state } = await begun();
    const suggestion = (id: number, confidence: number): SampleLabel => ({
      state: 'suggested',
      classes: [id],
      confidence,
      note: '',
    });
    const given = new Map([0, 1, 2, 3].map((sample) => [sample, suggestion(2, sample === 0 ? 0.99 : 0.6)]));
    const { samples } = await labels.give(state.labelling, 'run:run_1', given);
    expect(samples.map(({ sample }) => sample)).toEqual([0, 1, 3]);
    await labels.accept(state.labelling, 0.9);
    const now = await labels.state(state.labelling);
    expect([0, 1, 2, 3, 4].map((sample) => stateAt(now, sample))).toEqual([
      'labelled',
      'suggested',
      'labelled',
      'suggested',
      'new',
    ]);
    expect(labels.history(state.labelling, 0).map(({ who }) => who)).toEqual(['person', 'run:run_1']);
    expect([...(await inSlices(saidLabels(store, getLabelling(store, state.labelling)))).labels]).toEqual([
      1, -1, 0, -1, -1, -1,
    ]);
    store.close();
  });

  it('takes what a rule suggests, and refuses one of a class that is not there', async () => {
    const { store, version, labels, state } = await begun();
    const rule = { class: 2, column: 'width', how: 'contains', pattern: 'wide' } as const;
    const { samples } = await labels.suggesting.byRule(state.labelling, version, rule);
    expect(samples.map(({ sample, label }) => [sample, label.state])).toEqual([
      [1, 'suggested'],
      [4, 'suggested'],
    ]);
    expect(labels.history(state.labelling, 1)[0].who).toBe('rule:wide');
    await expect(labels.suggesting.byRule(state.labelling, version, { ...rule, class: 9 })).rejects.toThrow(
      code('no_such_class'),
    );
    store.close();
  });

  it('keeps samples of merged classes where undo finds them', async () => {
    const { store, labels, state } = await begun();
    const { labelling } = state;
    await labels.set(labelling, [0], { classes: [2] });
    await labels.classAct(labelling, { act: 'merge', class: 2, into: 1 });
    const log = getLabelling(store, labelling);
    expect(await inSlices(saidLabels(store, log))).toMatchObject({
      classes: ['a'],
      labels: Int32Array.from([0, -1, 0, -1, -1, -1]),
    });
    await labels.undo(labelling);
    expect(await inSlices(saidLabels(store, log))).toMatchObject({
      classes: ['a', 'b'],
      labels: Int32Array.from([1, -1, 0, -1, -1, -1]),
    });
    await expect(labels.classAct(labelling, { act: 'remove', class: 2 })).rejects.toThrow(code('class_in_use'));
    store.close();
  });

  it('goes on with what was said of files that are still there when their source has grown', async () => {
    const store = openWriter(tempFolder());
    const blobs = workspaceFiles.blobs(store.folder);
    const named = async (names: string[]) => {
      const hash = await writeBlob(blobs, Buffer.from(JSON.stringify(names)));
      const files = { images: 'c'.repeat(64), names: hash, split: 'b'.repeat(64) };
      return sampleManifest({ kind: 'images', samples: names.length, columns: [], target: null, blobs: files });
    };
    const first = addDataset(store, 'files', await named(['a', 'b', 'c']));
    const before = labelsOf(store, [0, -1, -1], ['x', 'y']);
    const { labelling } = await before.open(first.id);
    await before.set(labelling, [1, 2], { classes: [2] });
    await before.classAct(labelling, { act: 'rename', class: 2, name: 'z' });
    const id = newId('version');
    insertVersion(store, { ...first, id, number: 2, manifest: await named(['new', 'c', 'a']) });
    const after = labelsOf(store, [-1, -1, 0], ['x']);
    const state = await after.open(id);
    expect(state.labelling).not.toBe(labelling);
    expect(state.classes.map(({ id: its, name }) => [its, name])).toEqual([
      [1, 'x'],
      [2, 'z'],
    ]);
    expect([...state.first]).toEqual([0, 2, 1]);
    expect(after.history(state.labelling, 1)[0].who).toBe('version:1');
    store.close();
  });

  it('goes to a column of its own where the target is none of classes', () => {
    expect(usualTarget(sampleManifest())).toBe('species');
    expect(usualTarget(sampleManifest({ task: 'regression' }))).toBe('label');
    const columns = [{ name: 'label', type: 'text', role: 'feature', missing: 0, distinct: 6 } as const];
    expect(usualTarget(sampleManifest({ target: null, columns: [...columns] }))).toBe('label 2');
    expect(usualTarget(sampleManifest({ kind: 'images' }))).toBeNull();
  });
});
