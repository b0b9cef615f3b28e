import { describe, expect, it } from 'vitest';
import { markVersion } from '../../../src-main/datasets/annotations/mark-version.ts';
import { eachAnnotations, readHeader } from '../../../src-main/datasets/annotations/read.ts';
import { writeBlob } from '../../../src-main/datasets/blobs.ts';
import { insertVersion } from '../../../src-main/db/datasets.ts';
import { getLabelling } from '../../../src-main/db/labellings.ts';
import type { WriteStore } from '../../../src-main/db/open.ts';
import { workspaceFiles } from '../../../src-main/db/workspace.ts';
import { inSlices } from '../../../src-main/jobs/labels/as-it-stands.ts';
import type { Labels } from '../../../src-main/jobs/labels/labels.ts';
import { saidMarks } from '../../../src-main/jobs/labels/said-marks.ts';
import type { Annotation, SampleAnnotations } from '../../../src-main/shared/annotation.ts';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { newId, type LabellingId } from '../../../src-main/shared/ids.ts';
import { labelStates, type LabelOutcome } from '../../../src-main/shared/labels.ts';
import type { Mark, MarkEdit, MarkShape } from '../../../src-main/shared/marks.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { annotatedVersion, box, markLabels } from '../../support/marks.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const size = { width: 40, height: 20 };

/** Three images: two things in the first, one of which was described further, nothing in the second, a tag and a polygon in the third. */
const samples: SampleAnnotations[] = [
  {
    id: 7,
    ...size,
    annotations: [
      { type: 'box', class: 'cat', box: [1, 2, 3, 4], id: 11, attributes: { fur: 'long' }, flags: { occluded: true } },
      { type: 'box', class: 'dog', box: [35, 2, 10, 4], flags: { outside: true } },
    ],
    extra: { camera: 2 },
  },
  { id: 8, ...size, annotations: [] },
  {
    ...size,
    annotations: [
      { type: 'tag', class: 'dog' },
      { type: 'polygon', class: 'dog', box: [0, 0, 9, 9], polygons: [[0, 0, 9, 0, 9, 9]] },
    ],
  },
];
const classes = [
  { name: 'cat', id: 3, supercategory: 'animal' },
  { name: 'dog', id: 5 },
];

async function begun(folder = tempFolder()) {
  const store = openWriter(folder);
  const version = await annotatedVersion(store, samples, classes);
  const labels = markLabels(store);
  const state = await labels.open(version.id, { kind: 'objects' });
  return { folder, store, version, labels, state, id: state.labelling };
}
const numbers = (marks: readonly Mark[]) => marks.map(({ number }) => number);

/** What a version made of the labelling would say. */
async function frozen(store: WriteStore, id: LabellingId, manifest: Manifest) {
  const blobs = workspaceFiles.blobs(store.folder);
  const said = await inSlices(saidMarks(store, getLabelling(store, id)));
  const made = await markVersion(blobs, manifest, said);
  const found: SampleAnnotations[] = [];
  for await (const sample of eachAnnotations(blobs, made.manifest)) found.push(sample);
  return { ...made, samples: found, header: await readHeader(blobs, made.manifest) };
}

describe('labelling marks', () => {
  it('begins with what the version says, without copying it', async () => {
    const { store, labels, state, id } = await begun();
    expect(state.classes.map(({ id: its, name }) => [its, name])).toEqual([
      [1, 'cat'],
      [2, 'dog'],
    ]);
    expect([...state.states].map((each) => labelStates[each])).toEqual(['labelled', 'new', 'labelled']);
    expect([...state.first]).toEqual([1, 0, 2]);
    expect(state.several).toEqual({ 0: [1, 2] });
    const marks = await labels.marks(id, [2, 0]);
    expect(marks.map(({ sample, number, class: its }) => [sample, number, its])).toEqual([
      [2, 1, 2],
      [0, 1, 1],
      [0, 2, 2],
    ]);
    expect(marks[1].shape).toMatchObject({ type: 'box', box: [1, 2, 3, 4], id: 11, attributes: { fur: 'long' } });
    // The bad box is told as such.
    expect(marks[2].shape.flags).toEqual({ outside: true });
    expect(store.all('SELECT * FROM label_marks')).toEqual([]);
    store.close();
  });

  it('makes one edit of what is done at once, keeps what is not said anew, and tells what became of each mark', async () => {
    const { store, labels, id } = await begun();
    const edits: MarkEdit[] = [
      { act: 'put', number: 1, class: 2, shape: box(2, 2) },
      { act: 'remove', number: 2 },
      { act: 'put', class: 1, shape: box(36, 0) },
    ];
    const outcome = await labels.mark(id, 0, edits);
    expect(outcome.samples).toEqual([
      { sample: 0, label: { state: 'labelled', classes: [1, 2], confidence: null, note: '' } },
    ]);
    expect(outcome.marks.map(({ number, mark }) => [number, mark?.class ?? null])).toEqual([
      [1, 2],
      [2, null],
      [3, 1],
    ]);
    expect(outcome.marks[0].mark!.shape).toEqual({
      type: 'box',
      box: [2, 2, 10, 5],
      id: 11,
      attributes: { fur: 'long' },
      flags: { occluded: true },
    });
    expect(outcome.marks[2].mark!.shape.flags).toEqual({ outside: true });
    const undone = await labels.undo(id);
    expect(undone.marks.map(({ number, mark }) => [number, mark?.class ?? null])).toEqual([
      [1, 1],
      [2, 2],
      [3, null],
    ]);
    expect(undone.marks[0].mark!.shape.id).toBe(11);
    expect((await labels.redo(id, 0)).marks).toEqual(outcome.marks);
    // A number is never given twice.
    await labels.undo(id);
    expect((await labels.mark(id, 0, [{ act: 'put', class: 1, shape: box(0, 0) }])).marks[0].number).toBe(4);
    expect(labels.history(id, 0).map(({ act, marks }) => [act, marks])).toEqual([
      ['edit', { added: 1, changed: 0, removed: 0 }],
      ['undo', { added: 1, changed: 1, removed: 1 }],
      ['redo', { added: 1, changed: 1, removed: 1 }],
      ['undo', { added: 1, changed: 1, removed: 1 }],
      ['edit', { added: 1, changed: 1, removed: 1 }],
    ]);
    store.close();
  });

  it('says of each sample what a person has looked at', async () => {
    const { store, labels, id } = await begun();
    await labels.set(id, [1], { state: 'unsure', note: 'blurred' });
    const outcome = await labels.mark(id, 1, [{ act: 'put', class: 2, shape: box(0, 0) }]);
    expect(outcome.samples[0].label).toEqual({ state: 'unsure', classes: [2], confidence: null, note: 'blurred' });
    await labels.set(id, [1], { state: 'skipped' });
    expect((await labels.mark(id, 1, [{ act: 'remove', number: 1 }])).samples[0].label).toMatchObject({
      state: 'labelled',
      classes: [],
    });
    await expect(labels.set(id, [1], { classes: [1] })).rejects.toThrow(code('marks_not_classes'));
    store.close();
  });

  it('takes suggestions, gives new ones in their place, and touches nothing that a person has said', async () => {
    const { store, labels, id } = await begun();
    const give = (confidence: number, x: number) => ({ class: 1, confidence, shape: box(x, 0) });
    const given = await labels.giveMarks(
      id,
      'run:run_1',
      new Map([
        [0, [give(0.9, 4)]],
        [1, [give(0.5, 0), give(0.8, 9)]],
      ]),
    );
    expect(given.samples.map(({ sample, label }) => [sample, label.state, label.confidence])).toEqual([
      [0, 'labelled', null],
      [1, 'suggested', 0.8],
    ]);
    await labels.giveMarks(id, 'run:run_2', new Map([[1, [give(0.5, 0), give(0.7, 3)]]]));
    expect((await labels.marks(id, [1])).map(({ number, confidence }) => [number, confidence])).toEqual([
      [1, 0.5],
      [3, 0.7],
    ]);
    const taken = await labels.acceptMarks(id, 0.6);
    expect(taken.marks.map(({ sample, number, mark }) => [sample, number, mark!.suggested])).toEqual([
      [0, 3, false],
      [1, 3, false],
    ]);
    expect((await labels.marks(id, [1])).map(({ suggested }) => suggested)).toEqual([true, false]);
    expect((await labels.undo(id)).marks.every(({ mark }) => mark!.suggested)).toBe(true);
    await labels.mark(id, 1, [
      { act: 'accept', number: 1 },
      { act: 'remove', number: 3 },
    ]);
    await labels.giveMarks(id, 'run:run_3', new Map([[1, []]]));
    expect((await labels.marks(id, [1])).map(({ number, suggested }) => [number, suggested])).toEqual([[1, false]]);
    expect(labels.history(id, 1).map(({ who }) => who)).toEqual([
      'person',
      'person',
      'person',
      'run:run_2',
      'run:run_1',
    ]);
    store.close();
  });

  it('makes one edit of what is done in several samples, or nothing where one cannot be', async () => {
    const { store, labels, id, state } = await begun();
    const put = (x: number): MarkEdit => ({ act: 'put', class: 1, shape: box(x, 0) });
    const wrong = labels.markAll(
      id,
      new Map<number, MarkEdit[]>([
        [1, [put(1)]],
        [2, [{ act: 'remove', number: 9 }]],
      ]),
    );
    await expect(wrong).rejects.toThrow(code('no_such_mark'));
    expect(await labels.state(id)).toEqual(state);
    const outcome = await labels.markAll(id, new Map([1, 0, 2].map((sample) => [sample, [put(sample)]])));
    expect(outcome.samples.map(({ sample }) => sample)).toEqual([0, 1, 2]);
    expect(outcome.marks.map(({ mark }) => mark && 'box' in mark.shape && mark.shape.box[0]).sort()).toEqual([0, 1, 2]);
    const undone = await labels.undo(id);
    expect(undone.samples.map(({ sample }) => sample)).toEqual([0, 1, 2]);
    expect(undone.can).toEqual({ undo: false, redo: true });
    store.close();
  });

  it('stores nothing of edits of which one cannot be', async () => {
    const { store, labels, id, state } = await begun();
    const refused = async (edits: MarkEdit[], why: string): Promise<void> => {
      const all: MarkEdit[] = [{ act: 'put', class: 1, shape: box(0, 0) }, ...edits];
      await expect(labels.mark(id, 0, all)).rejects.toThrow(code(why));
    };
    await refused([{ act: 'remove', number: 9 }], 'no_such_mark');
    await refused(
      [
        { act: 'put', number: 3, class: 1, shape: box(0, 0) },
        { act: 'remove', number: 4 },
      ],
      'no_such_mark',
    );
    await refused([{ act: 'put', class: 9, shape: box(0, 0) }], 'no_such_class');
    await refused([{ act: 'put', class: 1, shape: { type: 'span', start: 0, end: 1 } }], 'bad_mark');
    await expect(labels.mark(id, 3, [{ act: 'remove', number: 1 }])).rejects.toThrow(code('no_sample'));
    await expect(
      labels.suggesting.byRule(id, state.version, { class: 1, column: 'x', how: 'contains', pattern: 'y' }),
    ).rejects.toThrow(code('kind_unfit'));
    expect(await labels.state(id)).toEqual(state);
    store.close();
  });

  it('tells a disk that is full as that, and goes on with what holds when there is room again', async () => {
    const { store, labels, id } = await begun();
    await labels.mark(id, 0, [{ act: 'put', class: 1, shape: box(0, 0) }]);
    const before = await labels.marks(id, [0]);
    const pages = store.get<{ page_count: number }>('PRAGMA page_count')!.page_count;
    store.get(`PRAGMA max_page_count = ${pages}`);
    const many = Array.from({ length: 2000 }, (_, i): MarkEdit => ({ act: 'put', class: 1, shape: box(i, 0) }));
    await expect(labels.mark(id, 0, many)).rejects.toThrow(code('disk_full'));
    expect(await labels.marks(id, [0])).toEqual(before);
    store.get('PRAGMA max_page_count = 1000000');
    expect((await labels.mark(id, 0, many)).marks).toHaveLength(2000);
    expect(await markLabels(store).marks(id, [0])).toEqual(await labels.marks(id, [0]));
    store.close();
  });
});

describe('a version of marks', () => {
  it('has untouched samples exactly as they came, and of the others what is labelled', async () => {
    const { store, version, labels, id } = await begun();
    await labels.mark(id, 0, [{ act: 'put', number: 2, class: 1, shape: box(1, 1) }]);
    await labels.giveMarks(id, 'run:run_1', new Map([[1, [{ class: 1, confidence: 1, shape: box(0, 0) }]]]));
    const made = await frozen(store, id, version.manifest);
    expect(made.change).toBe('labels: 3 objects in 2 of 3 samples');
    expect(made.samples[0]).toEqual({
      ...samples[0],
      annotations: [samples[0].annotations[0], { type: 'box', class: 'cat', box: [1, 1, 10, 5] }],
    });
    expect(made.samples.slice(1)).toEqual(samples.slice(1));
    expect(made.header.classes).toEqual(classes);
    expect(made.manifest.asRead).toEqual({
      annotations: version.manifest.blobs.annotations,
      annotationOffsets: version.manifest.blobs.annotationOffsets,
    });
    await labels.set(id, [2], { state: 'skipped' });
    // What is no mark of this labelling stays.
    expect((await frozen(store, id, version.manifest)).samples[2].annotations).toEqual([{ type: 'tag', class: 'dog' }]);
    await labels.undo(id);
    await labels.undo(id, 0);
    await expect(frozen(store, id, version.manifest)).rejects.toThrow(code('no_change'));
    store.close();
  });

  it('names classes as they are called now', async () => {
    const { store, version, labels, id } = await begun();
    await labels.classAct(id, { act: 'rename', class: 1, name: 'feline' });
    const renamed = await frozen(store, id, version.manifest);
    expect(renamed.header.classes[0]).toEqual({ name: 'feline', id: 3, supercategory: 'animal' });
    expect(renamed.samples[0].annotations.map((one) => one.class)).toEqual(['feline', 'dog']);
    await labels.classAct(id, { act: 'merge', class: 2, into: 1 });
    const merged = await frozen(store, id, version.manifest);
    expect(merged.header.classes.map(({ name }) => name)).toEqual(['feline']);
    expect(merged.header.classes[0].id).toBe(3);
    expect(merged.samples[0].annotations.map((one) => one.class)).toEqual(['feline', 'feline']);
    await expect(labels.classAct(id, { act: 'remove', class: 1 })).rejects.toThrow(code('class_in_use'));
    store.close();
  });

  it('joins spans by ids, gives one to a span that is joined, and drops what joins a span that is gone', async () => {
    const store = openWriter(tempFolder());
    const texts: SampleAnnotations[] = [
      {
        annotations: [
          { type: 'span', class: 'PER', start: 0, end: 3, id: 'a' },
          { type: 'span', class: 'ORG', start: 4, end: 7 },
          { type: 'relation', class: 'works', from: 'a', to: 'gone' },
        ],
      },
    ];
    const columns: Manifest['columns'] = [{ name: 'text', type: 'text', role: 'feature', missing: 0, distinct: 1 }];
    const table = { kind: 'table', columns, blobs: { table: 'a'.repeat(64), split: 'b'.repeat(64) } } as const;
    const version = await annotatedVersion(store, texts, [], table);
    const labels = markLabels(store);
    const { labelling: id, target } = await labels.open(version.id, { kind: 'spans' });
    expect(target).toBe('text');
    await expect(labels.open(version.id, { kind: 'objects' })).rejects.toThrow(code('kind_unfit'));
    const relation = (from: number, to: number): MarkShape => ({ type: 'relation', from, to });
    await labels.mark(id, 0, [{ act: 'put', class: 3, shape: relation(1, 2) }]);
    await expect(labels.mark(id, 0, [{ act: 'put', class: 3, shape: relation(1, 3) }])).rejects.toThrow(
      code('bad_mark'),
    );
    await expect(
      labels.mark(id, 0, [{ act: 'put', class: 1, shape: { type: 'span', start: 3, end: 3 } }]),
    ).rejects.toThrow(code('bad_mark'));
    const made = await frozen(store, id, version.manifest);
    const expected: Annotation[] = [
      texts[0].annotations[0],
      texts[0].annotations[1],
      texts[0].annotations[2],
      { type: 'relation', class: 'works', from: 'a', to: 'T2' },
    ];
    expect(made.samples[0].annotations).toEqual(
      expected.with(1, { ...texts[0].annotations[1], id: 'T2' } as Annotation),
    );
    const dropped = await labels.mark(id, 0, [{ act: 'remove', number: 2 }]);
    expect(dropped.marks.map(({ number, mark }) => [number, mark])).toEqual([
      [2, null],
      [4, null],
    ]);
    expect(numbers(await labels.marks(id, [0]))).toEqual([1, 3]);
    expect(numbers((await labels.undo(id)).marks.flatMap(({ mark }) => mark ?? []))).toEqual([2, 4]);
    store.close();
  });
});

describe('marks of a source that has grown', () => {
  it('are those that were said of files that are still there', async () => {
    const { store, version, labels, id } = await begun();
    await labels.mark(id, 0, [{ act: 'put', class: 2, shape: box(3, 3) }]);
    await labels.mark(id, 2, [{ act: 'remove', number: 1 }]);
    const later = await annotatedVersion(store, [samples[1], samples[0], samples[2]], classes);
    const names = await writeBlob(workspaceFiles.blobs(store.folder), Buffer.from('["new.png","0.png","2.png"]'));
    const manifest = { ...later.manifest, blobs: { ...later.manifest.blobs, names } };
    const grown = { ...later, id: newId('version'), dataset: version.dataset, number: 2, manifest };
    insertVersion(store, grown);
    const state = await labels.open(grown.id, { kind: 'objects' });
    expect(state.labelling).not.toBe(id);
    expect([...state.states].map((each) => labelStates[each])).toEqual(['new', 'labelled', 'labelled']);
    expect((await labels.marks(state.labelling, [0, 1, 2])).map(({ sample, shape }) => [sample, shape])).toEqual(
      (await labels.marks(id, [0])).map(({ shape }) => [1, shape]),
    );
    store.close();
  });
});

/** The same by the plainest means: the whole of each sample before and after each edit. */
class Model {
  readonly lines: { values: string[]; edits: number[]; cursor: number }[];
  undos: { edit: number; samples: Set<number> }[] = [];
  #edits = 0;

  constructor(first: readonly string[]) {
    this.lines = first.map((value) => ({ values: [value], edits: [], cursor: 0 }));
  }
  value = (sample: number): string => this.lines[sample].values[this.lines[sample].cursor];
  edit(after: ReadonlyMap<number, string>): void {
    const changed = [...after].filter(([sample, value]) => this.value(sample) !== value);
    if (changed.length === 0) return;
    this.#edits++;
    for (const [sample, value] of changed) {
      const line = this.lines[sample];
      line.values = [...line.values.slice(0, line.cursor + 1), value];
      line.edits = [...line.edits.slice(0, line.cursor), this.#edits];
      line.cursor++;
    }
    this.undos = [];
  }
  undo(sample?: number): void {
    const held = [...this.lines.keys()].filter((one) => this.lines[one].cursor > 0 && (sample ?? one) === one);
    if (held.length === 0) return;
    const editOf = (one: number): number => this.lines[one].edits[this.lines[one].cursor - 1];
    const last = Math.max(...held.map(editOf));
    const back = held.filter((one) => editOf(one) === last);
    for (const one of back) this.lines[one].cursor--;
    this.undos.push({ edit: last, samples: new Set(back) });
  }
  redo(sample?: number): void {
    if (sample !== undefined) {
      const line = this.lines[sample];
      if (line.cursor >= line.edits.length) return;
      const edit = line.edits[line.cursor++];
      this.undos.findLast((one) => one.edit === edit && one.samples.has(sample))?.samples.delete(sample);
    } else {
      const last = this.undos.findLast((one) => one.samples.size > 0);
      if (!last) return;
      for (const one of last.samples) this.lines[one].cursor++;
      last.samples.clear();
    }
  }
}

/** What holds of a sample and its marks, as text. */
async function standing(labels: Labels, id: LabellingId, sample: number): Promise<string> {
  const { states, first, several } = await labels.state(id);
  return JSON.stringify([states[sample], several[sample] ?? first[sample], await labels.marks(id, [sample])]);
}

describe('any sequence of edits of marks, undos and redos', () => {
  it.each([1, 2, 3])('is what a simple model makes of it, reopened at any time (seed %i)', async (seed) => {
    const random = new Random(seed);
    const { folder, id, ...first } = await begun();
    let { store, labels } = first;
    const all = async (): Promise<string[]> => Promise.all([0, 1, 2].map((sample) => standing(labels, id, sample)));
    const model = new Model(await all());
    for (let i = 0; i < 90; i++) {
      const what = random.uniform();
      const sample = random.below(3);
      let outcome: LabelOutcome | null = null;
      if (what < 0.4) {
        const held = await labels.marks(id, [sample]);
        const edits = Array.from({ length: 1 + random.below(4) }, (): MarkEdit => {
          const mark = held.length > 0 && random.below(3) > 0 ? held.splice(random.below(held.length), 1)[0] : null;
          if (mark && random.below(2) === 0) return { act: 'remove', number: mark.number };
          if (mark?.suggested) return { act: 'accept', number: mark.number };
          const shape = box(random.below(60), random.below(20));
          return { act: 'put', ...(mark && { number: mark.number }), class: 1 + random.below(2), shape };
        });
        outcome = await labels.mark(id, sample, edits);
      } else if (what < 0.5) {
        const given = () => ({ class: 1, confidence: random.below(10) / 10, shape: box(random.below(9), 0) });
        outcome = await labels.giveMarks(id, 'run:run_1', new Map([0, 2].map((each) => [each, [given(), given()]])));
      } else if (what < 0.55) outcome = await labels.acceptMarks(id, 0.5);
      else if (what < 0.6) outcome = await labels.set(id, [0, 1], { state: 'reviewed' });
      if (outcome) {
        const after = new Map<number, string>();
        for (const { sample: each } of outcome.samples) after.set(each, await standing(labels, id, each));
        // Told are the samples that have changed, and no others.
        for (const each of [0, 1, 2]) {
          if (!after.has(each)) expect(await standing(labels, id, each)).toBe(model.value(each));
        }
        model.edit(after);
      } else if (what < 0.95) {
        const of = random.below(2) === 0 ? sample : undefined;
        const act = what < 0.8 ? 'undo' : 'redo';
        await labels[act](id, of);
        model[act](of);
      } else {
        store.close();
        store = openWriter(folder);
        labels = markLabels(store);
      }
      expect(await all(), `step ${i}`).toEqual([0, 1, 2].map((each) => model.value(each)));
      expect((await labels.state(id)).can).toEqual({
        undo: model.lines.some((line) => line.cursor > 0),
        redo: model.undos.some((one) => one.samples.size > 0),
      });
    }
    store.close();
  });
});
