import type { PlayedSound } from '../../../src-main/shared/audio.ts';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { newId, type DatasetId, type VersionId } from '../../../src-main/shared/ids.ts';
import { labelStates, type LabellingKind, type LabellingState } from '../../../src-main/shared/labels.ts';
import type { Mark, MarkEdit, MarkOutcome, MarkShape } from '../../../src-main/shared/marks.ts';
import { base, dataset, hour, random, splitOf, type FakeDataset } from './data.ts';

const first =
  'Marie Skłodowska Curie was born in Warsaw in 1867. She studied at the University of Paris, where she met Pierre Curie, ' +
  'and shared the Nobel Prize in Physics with him in 1903.\n\nTheir daughter Irène Joliot-Curie won the Nobel Prize in Chemistry in 1935.\n' +
  '居里夫人出生于华沙，1891年前往巴黎大学学习物理。她是第一位获得诺贝尔奖的女性。\nCombining marks: é ñ — a family: 👩‍👩‍👧‍👦 in 🇨🇳 and 🇵🇱.\n' +
  'مدام كوري ولدت في وارسو.';
const classes = ['person', 'place', 'organisation', 'prize', 'year', 'born in'];

const megabyte = (): string => {
  const rnd = random(5);
  const words = first.split(/\s+/);
  let text = '';
  while (text.length < 1_000_000) {
    const line = Array.from({ length: 5 + Math.floor(rnd() * 120) }, () => words[Math.floor(rnd() * words.length)]);
    text += `${line.join(' ')}\n`;
  }
  return text;
};
let long: string | null = null;
const textOf = (i: number): string | null => (i === 2 ? (long ??= megabyte()) : i === 4 ? null : first);

export function letters(): FakeDataset {
  const manifest: Manifest = {
    ...base('table', 6),
    columns: [{ name: 'text', type: 'text', role: 'feature', missing: 1, distinct: 5 }],
    task: null,
    annotations: {
      total: 9,
      types: { span: 8, relation: 1 },
      classes: classes.map((name) => ({ name, count: 2, samples: 1 })),
      flags: {},
      annotated: 2,
    },
  };
  return dataset('letters', hour, manifest, ['imported from letters.jsonl'], (i) => ({
    split: splitOf(i),
    label: null,
    cells: [textOf(i)],
  }));
}

/** A few recordings, of three tones each. */
export function calls(): FakeDataset {
  const manifest: Manifest = {
    ...base('audio', 5),
    task: null,
    annotations: {
      total: 2,
      types: { segment: 2 },
      classes: classes.map((name) => ({ name, count: 1, samples: 1 })),
      flags: {},
      annotated: 1,
    },
  };
  return dataset('bird calls', 2 * hour, manifest, ['imported from calls'], (i) => ({
    split: splitOf(i),
    label: null,
  }));
}

export function soundOf(sample: number): PlayedSound {
  const rate = 8000;
  const rnd = random(sample);
  const samples = Int16Array.from({ length: 4 * rate }, (_, i) => {
    const at = i / rate;
    const loud = Math.max(0.02, Math.sin(at * 2.6) ** 9);
    return 28_000 * loud * (0.7 * Math.sin(at * 4000 * (1 + 0.2 * Math.sin(at * 9))) + 0.3 * (rnd() - 0.5));
  });
  return { rate, channels: 1, samples };
}

/** Marks of a few samples; nothing is undone here. */
export class FakeMarks {
  readonly state: LabellingState;
  readonly #marks = new Map<number, Map<number, Mark>>();
  readonly #last = new Map<number, number>();

  constructor(dataset: DatasetId, version: VersionId, kind: LabellingKind, samples: number, names = classes) {
    this.state = {
      labelling: newId('labelling'),
      dataset,
      version,
      kind,
      pass: 1,
      target: null,
      judged: null,
      classes: names.map((name, i) => ({
        id: i + 1,
        name,
        colour: null,
        place: i + 1,
        mergedInto: null,
        removed: false,
      })),
      states: new Uint8Array(samples),
      first: new Int32Array(samples),
      several: {},
      confidences: new Float32Array(samples).fill(NaN),
      noted: [],
      can: { undo: true, redo: false },
    };
    if (kind === 'spans') this.#begin();
    this.state.states.fill(0);
    if (kind === 'segments') {
      this.#put(0, 1, { type: 'segment', start: 0.4, end: 1.15 });
      this.#put(0, 2, { type: 'segment', start: 1.4, end: 2.2 }, 0.83);
    }
  }

  of(samples: readonly number[]): Mark[] {
    return samples.flatMap((sample) => [...(this.#marks.get(sample)?.values() ?? [])]);
  }

  edit(sample: number, edits: readonly MarkEdit[]) {
    const marks = edits.map((edit): MarkOutcome => {
      const its = this.#marks.get(sample) ?? new Map<number, Mark>();
      this.#marks.set(sample, its);
      if (edit.act === 'put') {
        const number = edit.number ?? (this.#last.get(sample) ?? 0) + 1;
        this.#last.set(sample, Math.max(number, this.#last.get(sample) ?? 0));
        its.set(number, { sample, number, class: edit.class, suggested: false, confidence: null, shape: edit.shape });
        return { sample, number, mark: its.get(number)! };
      }
      const old = its.get(edit.number);
      if (edit.act === 'remove' || !old) its.delete(edit.number);
      else its.set(edit.number, { ...old, suggested: false, confidence: null });
      return { sample, number: edit.number, mark: its.get(edit.number) ?? null };
    });
    this.state.states[sample] = labelStates.indexOf('labelled');
    const label = { state: 'labelled' as const, classes: [], confidence: null, note: '' };
    return { samples: [{ sample, label }], classes: [], marks, manyMarks: false, can: this.state.can };
  }

  #put(sample: number, its: number, shape: MarkShape, confidence: number | null = null): void {
    const { marks } = this.edit(sample, [{ act: 'put', class: its, shape }]);
    if (confidence === null) return;
    const mark = this.#marks.get(sample)!.get(marks[0].number)!;
    this.#marks.get(sample)!.set(mark.number, { ...mark, suggested: true, confidence });
  }

  #begin(): void {
    const span = (its: number, words: string, confidence: number | null = null, from = 0) => {
      const start = first.indexOf(words, from);
      this.#put(0, its, { type: 'span', start, end: start + words.length }, confidence);
    };
    span(1, 'Marie Skłodowska Curie');
    span(2, 'Warsaw');
    span(3, 'University of Paris');
    span(2, 'Paris');
    span(4, 'Nobel Prize in Physics');
    span(1, 'Pierre Curie', 0.91);
    span(5, '1903', 0.64);
    span(3, 'met Pierre', null);
    span(1, '居里夫人');
    span(2, '华沙', 0.77);
    this.#put(0, 6, { type: 'relation', from: 1, to: 2 });
    this.#put(0, 6, { type: 'relation', from: 9, to: 10 });
    const rnd = random(2);
    const text = textOf(2)!;
    const numbers = new Map<number, Mark>();
    for (let number = 1; number <= 10_000; number++) {
      const start = Math.floor((number * text.length) / 10_001);
      const shape = { type: 'span' as const, start, end: Math.min(text.length, start + 3 + Math.floor(rnd() * 25)) };
      const suggested = rnd() < 0.2;
      const mark = {
        sample: 2,
        number,
        class: 1 + Math.floor(rnd() * 5),
        suggested,
        confidence: suggested ? 0.7 : null,
      };
      numbers.set(number, { ...mark, shape });
    }
    this.#marks.set(2, numbers);
    this.#last.set(2, 10_000);
  }
}
