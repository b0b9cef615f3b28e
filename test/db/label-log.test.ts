import { describe, expect, it } from 'vitest';
import { getVersion } from '../../src-main/db/datasets.ts';
import { addEdit, canStep, redo, sampleHistory, undo } from '../../src-main/db/label-log.ts';
import {
  baseLabel,
  classSubject,
  currentValue,
  eachSaid,
  getLabelling,
  insertLabelling,
  nextClassId,
  packClass,
  packLabel,
  unpackLabel,
} from '../../src-main/db/labellings.ts';
import type { WriteStore } from '../../src-main/db/open.ts';
import { newId, type LabellingId } from '../../src-main/shared/ids.ts';
import { blank, labelStates, type LabelClass, type SampleLabel } from '../../src-main/shared/labels.ts';
import { Random } from '../../src-main/shared/random.ts';
import { addDataset, openWriter, tempFolder } from '../support/temp-workspace.ts';

const person = { at: 1, who: 'person' };
const label = (...classes: number[]): string => packLabel({ ...blank, state: 'labelled', classes });
const named = (id: number, name: string): LabelClass => ({
  id,
  name,
  colour: null,
  place: id,
  mergedInto: null,
  removed: false,
});

function begin(store: WriteStore, base = [0, 0, 1, 2, 0, 0]): LabellingId {
  const { id: version, dataset } = addDataset(store);
  const id = newId('labelling');
  const row = { id, dataset, version, kind: 'single' as const, target: null, createdAt: 1 };
  const classes = [named(1, 'cat'), named(2, 'dog')];
  insertLabelling(store, { ...row, samples: base.length, base: Int32Array.from(base) }, 'samples', classes);
  return id;
}

describe('the log of a labelling', () => {
  it('begins with what the version says', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    expect(unpackLabel(currentValue(store, log, 2)!)).toEqual({ ...blank, state: 'labelled', classes: [1] });
    expect(unpackLabel(currentValue(store, log, 0)!)).toEqual(blank);
    expect(canStep(store, log.key)).toEqual({ undo: false, redo: false });
    expect(getVersion(store, log.version).dataset).toBe(log.dataset);
    store.close();
  });

  it('makes no entry of what changes nothing', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    expect(addEdit(store, log, person, [[2, label(1)]])).toBeNull();
    addEdit(store, log, person, [
      [0, label(1)],
      [2, packLabel({ ...blank, state: 'unsure' })],
    ]);
    expect(unpackLabel(currentValue(store, log, 2)!).state).toBe('unsure');
    store.close();
  });

  it('undoes of a bulk edit one sample alone, and the rest across', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    addEdit(store, log, person, [
      [0, label(1)],
      [1, label(1)],
    ]);
    expect(undo(store, log, person, { sample: 0 })?.changes).toEqual([{ subject: 0, after: packLabel(blank) }]);
    expect(undo(store, log, person)?.changes.map(({ subject }) => subject)).toEqual([1]);
    expect(redo(store, log, person)?.changes.map(({ subject }) => subject)).toEqual([1]);
    expect(redo(store, log, person)?.changes.map(({ subject }) => subject)).toEqual([0]);
    expect(redo(store, log, person)).toBeNull();
    store.close();
  });

  it('drops what can be redone across with any edit, of a sample with one of its own', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    addEdit(store, log, person, [[0, label(1)]]);
    undo(store, log, person);
    addEdit(store, log, person, [[1, label(2)]]);
    expect(redo(store, log, person)).toBeNull();
    expect(redo(store, log, person, { sample: 0 })?.changes).toEqual([{ subject: 0, after: label(1) }]);
    undo(store, log, person, { sample: 0 });
    addEdit(store, log, person, [[0, label(2)]]);
    expect(redo(store, log, person, { sample: 0 })).toBeNull();
    store.close();
  });

  it('undoes the making of a class, never gives its id again, and redoes no label of a class that is gone', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    const id = nextClassId(store, log.key);
    addEdit(store, log, person, [[classSubject(id), packClass(named(id, 'bird'))]]);
    addEdit(store, log, person, [[0, label(id)]]);
    undo(store, log, person);
    undo(store, log, person);
    expect(currentValue(store, log, classSubject(id))).toBeNull();
    expect(nextClassId(store, log.key)).toBe(id + 1);
    expect(() => redo(store, log, person, { sample: 0 })).toThrow(expect.objectContaining({ code: 'class_gone' }));
    expect(currentValue(store, log, 0)).toBe(packLabel(blank));
    redo(store, log, person);
    expect(redo(store, log, person)?.changes).toEqual([{ subject: 0, after: label(id) }]);
    store.close();
  });

  it('tells what became of a sample', () => {
    const store = openWriter(tempFolder());
    const log = getLabelling(store, begin(store));
    addEdit(store, log, { at: 5, who: 'run:run_1' }, [[0, packLabel({ ...blank, state: 'suggested', classes: [1] })]]);
    addEdit(store, log, { at: 6, who: 'person' }, [[0, label(1)]]);
    undo(store, log, { at: 7, who: 'person' });
    const lines = sampleHistory(store, log, 0);
    expect(lines.map(({ at, who, act }) => [at, who, act])).toEqual([
      [7, 'person', 'undo'],
      [6, 'person', 'edit'],
      [5, 'run:run_1', 'edit'],
    ]);
    expect(lines[0].after.state).toBe('suggested');
    store.close();
  });
});

/** The same by the plainest means: for each subject its line of values and a cursor; across, a list of what was done and undone. */
class Model {
  readonly lines = new Map<number, { values: string[]; edits: number[]; cursor: number }>();
  undos: { edit: number; subjects: Set<number> }[] = [];
  #edits = 0;

  constructor(base: readonly number[]) {
    base.forEach((_, i) =>
      this.lines.set(i, { values: [packLabel(baseLabel(Int32Array.from(base), i))], edits: [], cursor: 0 }),
    );
  }
  value(subject: number): string {
    const line = this.lines.get(subject)!;
    return line.values[line.cursor];
  }
  edit(values: Map<number, string>): void {
    const changed = [...values].filter(([subject, value]) => this.value(subject) !== value);
    if (changed.length === 0) return;
    this.#edits++;
    for (const [subject, value] of changed) {
      const line = this.lines.get(subject)!;
      line.values = [...line.values.slice(0, line.cursor + 1), value];
      line.edits = [...line.edits.slice(0, line.cursor), this.#edits];
      line.cursor++;
    }
    this.undos = [];
  }
  undo(sample?: number): void {
    const held = [...this.lines].filter(([subject, line]) => line.cursor > 0 && (sample ?? subject) === subject);
    if (held.length === 0) return;
    const last = Math.max(...held.map(([, line]) => line.edits[line.cursor - 1]));
    const subjects = held.filter(([, line]) => line.edits[line.cursor - 1] === last);
    for (const [, line] of subjects) line.cursor--;
    this.undos.push({ edit: last, subjects: new Set(subjects.map(([subject]) => subject)) });
  }
  redo(sample?: number): void {
    if (sample !== undefined) {
      const line = this.lines.get(sample)!;
      if (line.cursor >= line.edits.length) return;
      const edit = line.edits[line.cursor++];
      // The newest undo of it is the one that this takes back.
      this.undos.findLast((one) => one.edit === edit && one.subjects.has(sample))?.subjects.delete(sample);
    } else {
      const last = this.undos.findLast((one) => one.subjects.size > 0);
      if (!last) return;
      for (const subject of last.subjects) this.lines.get(subject)!.cursor++;
      last.subjects.clear();
    }
  }
}

describe('any sequence of edits, undos and redos', () => {
  it.each([1, 2, 3])('is what a simple model makes of it, reopened at any time (seed %i)', (seed) => {
    const folder = tempFolder();
    const random = new Random(seed);
    let store = openWriter(folder);
    const base = [0, 0, 1, 2, 0, 0];
    const id = begin(store, base);
    const model = new Model(base);
    for (let i = 0; i < 120; i++) {
      const log = getLabelling(store, id);
      const what = random.uniform();
      const sample = random.uniform() < 0.5 ? random.below(base.length) : undefined;
      if (what < 0.45) {
        const values = new Map<number, string>();
        for (let k = 0; k < 3 && (k === 0 || random.below(2) === 0); k++) {
          const state: SampleLabel['state'] = labelStates[random.below(labelStates.length)];
          values.set(random.below(base.length), packLabel({ ...blank, state, classes: [1 + random.below(2)] }));
        }
        addEdit(store, log, person, values);
        model.edit(values);
      } else if (what < 0.72) {
        undo(store, log, person, { sample });
        model.undo(sample);
      } else if (what < 0.97) {
        redo(store, log, person, { sample });
        model.redo(sample);
      } else {
        store.close();
        store = openWriter(folder);
      }
      for (let s = 0; s < base.length; s++)
        expect(currentValue(store, log, s), `step ${i}, sample ${s}`).toBe(model.value(s));
      expect(canStep(store, log.key)).toEqual({
        undo: [...model.lines.values()].some((line) => line.cursor > 0),
        redo: model.undos.some((one) => one.subjects.size > 0),
      });
    }
    const said = new Map([...eachSaid(store, getLabelling(store, id).key)].map((one) => [one.sample, one.label]));
    for (const [sample, now] of said) expect(packLabel(now)).toBe(model.value(sample));
    store.close();
  });
});
