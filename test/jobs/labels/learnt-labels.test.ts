import { expect, it } from 'vitest';
import type { Context } from '../../../src-main/jobs/context.ts';
import { Labels } from '../../../src-main/jobs/labels/labels.ts';
import { labelStates } from '../../../src-main/shared/labels.ts';
import { addDataset, openWriter, sampleManifest, tempFolder } from '../../support/temp-workspace.ts';

const stateAt = (state: { states: Uint8Array }, sample: number) => labelStates[state.states[sample]];

/** Six samples, of which the third is labelled "a", and suggestions learnt for the first four. */
async function learnt() {
  const store = openWriter(tempFolder());
  const version = addDataset(store, 'small', sampleManifest({ samples: 6 })).id;
  const context: Pick<Context, 'store'> = { store };
  const labels = new Labels(context as Context, {
    labels: () => Promise.resolve({ classes: ['a', 'b'], labels: Int32Array.from([-1, -1, 0, -1, -1, -1]) }),
    labelFile: () => Promise.reject(new Error('No file is read here.')),
    matching: () => Promise.resolve(new Int32Array(0)),
    marks: () => Promise.reject(new Error('There are none here.')),
    matchMarks: () => Promise.reject(new Error('There are none here.')),
    agreement: () => Promise.reject(new Error('Nothing is labelled twice here.')),
  });
  const { labelling } = await labels.open(version);
  const show = (classes: number[]) =>
    labels.suggesting.fromLabels(
      labelling,
      Int32Array.from([0, 1, 2, 3]),
      Int32Array.from(classes),
      Float32Array.from([0.95, 0.6, 0.9, 0.4]),
    );
  show([2, 2, 2, 1]);
  return { store, labels, labelling, show };
}

it('what labels say shows as suggested where nothing is said, and stands in no history', async () => {
  const { store, labels, labelling } = await learnt();
  const state = await labels.state(labelling);
  expect([0, 1, 2, 3, 4].map((sample) => stateAt(state, sample))).toEqual([
    'suggested',
    'suggested',
    'labelled',
    'suggested',
    'new',
  ]);
  expect([...state.first.slice(0, 4)]).toEqual([2, 2, 1, 1]);
  expect(state.confidences[1]).toBeCloseTo(0.6, 4);
  expect(labels.history(labelling, 0)).toEqual([]);
  expect(state.can.undo).toBe(false);
  store.close();
});

it('a person accepts one without naming its class, or all that are sure; undo takes back theirs alone', async () => {
  const { store, labels, labelling } = await learnt();
  const { samples } = await labels.set(labelling, [1], { state: 'labelled' });
  expect(samples).toMatchObject([{ sample: 1, label: { state: 'labelled', classes: [2] } }]);
  expect((await labels.accept(labelling, 0.9)).samples.map(({ sample }) => sample)).toEqual([0]);
  const undone = await labels.undo(labelling);
  expect(undone.samples).toMatchObject([{ sample: 0, label: { state: 'suggested', classes: [2], confidence: 0.95 } }]);
  await labels.undo(labelling);
  expect((await labels.state(labelling)).can).toEqual({ undo: false, redo: true });
  store.close();
});

it('what a person has said no to is not suggested again, another class is', async () => {
  const { store, labels, labelling, show } = await learnt();
  const { samples } = await labels.set(labelling, [0], { state: 'new', classes: [] });
  expect(samples).toMatchObject([{ sample: 0, label: { state: 'new', classes: [] } }]);
  expect([...show([2, 2, 2, 1])]).toEqual([0, 2, 2, 1]);
  expect(stateAt(await labels.state(labelling), 0)).toBe('new');
  expect([...show([1, 1, 1, 1])]).toEqual([1, 1, 1, 1]);
  expect((await labels.state(labelling)).first[0]).toBe(1);
  store.close();
});
