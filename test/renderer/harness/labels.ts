import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { newId, type DatasetId, type VersionId } from '../../../src-main/shared/ids.ts';
import { agreement } from '../../../src-main/evaluation/agreement.ts';
import { labelAfter } from '../../../src-main/jobs/labels/said.ts';
import type { AgreementReport, BothAnswers, PassAnswer } from '../../../src-main/shared/agreement.ts';
import type { Learnt } from '../../../src-main/shared/few-shot.ts';
import { blank, labelStates } from '../../../src-main/shared/labels.ts';
import type { LabellingState, LabelOutcome, LabelPatch, SampleLabel } from '../../../src-main/shared/labels.ts';

/** A labelling that has begun: the first third labelled, then some suggestions, one unsure, one skipped. Nothing is undone here. */
export class FakeLabelling {
  readonly state: LabellingState;
  readonly #labels: SampleLabel[];

  constructor(dataset: DatasetId, version: VersionId, manifest: Manifest) {
    const count = Math.min(manifest.samples, 400);
    const names = manifest.classes.slice(0, 12).map(({ name }) => name);
    const classes = (names.length > 1 ? names : ['praise', 'complaint', 'question']).map((name, i) => ({
      id: i + 1,
      name,
      colour: null,
      place: i + 1,
      mergedInto: null,
      removed: false,
    }));
    this.#labels = Array.from({ length: count }, (_, i): SampleLabel => {
      const its = [1 + ((i * 7) % classes.length)];
      if (i < count / 3) return { ...blank, state: 'labelled', classes: its };
      if (i === Math.ceil(count / 3) + 3) return { ...blank, state: 'unsure', note: 'Two things in it?' };
      if (i < count / 2) return { ...blank, state: 'suggested', classes: its, confidence: 0.5 + ((i * 13) % 50) / 100 };
      return blank;
    });
    this.state = {
      labelling: newId('labelling'),
      dataset,
      version,
      kind: 'single',
      pass: 1,
      target: manifest.kind === 'table' ? (manifest.target ?? 'label') : null,
      judged: null,
      classes,
      states: Uint8Array.from(this.#labels, ({ state }) => labelStates.indexOf(state)),
      first: Int32Array.from(this.#labels, ({ classes: [first] }) => first ?? 0),
      several: {},
      confidences: Float32Array.from(this.#labels, ({ confidence }) => confidence ?? NaN),
      noted: this.#labels.flatMap(({ note }, i) => (note === '' ? [] : [i])),
      can: { undo: true, redo: false },
    };
  }

  set(samples: readonly number[], patch: LabelPatch): LabelOutcome {
    const classes = new Map(this.state.classes.map((one) => [one.id, one]));
    const after = samples.map((sample) => {
      const label = labelAfter(this.#labels[sample], patch, 'single', classes);
      this.#labels[sample] = label;
      return { sample, label };
    });
    return { samples: after, classes: [], marks: [], manyMarks: false, can: { undo: true, redo: false } };
  }

  /** Both passes of the first samples: every ninth label is another one. */
  agreement(): AgreementReport {
    const classes = this.state.classes.map(({ name }) => name);
    const samples = Int32Array.from({ length: Math.ceil(this.#labels.length / 3) }, (_, i) => i);
    const first = samples.map((i) => this.state.first[i] - 1);
    return agreement({
      kind: 'single',
      classes,
      samples,
      sets: classes.map((_, c) => [c]),
      first,
      second: first.map((its, i) => (i % 9 === 4 ? (its + 1) % classes.length : its)),
      settled: Uint8Array.from(samples, (i) => (i < 20 ? 1 : 0)),
    });
  }

  answers(sample: number): BothAnswers {
    const names = this.state.classes.map(({ name }) => name);
    const its = this.state.first[sample] - 1;
    const answer = (one: number, note: string): PassAnswer => ({ classes: [names[one]], note, marks: [] });
    const second = answer((its + 1) % names.length, 'Hard to tell.');
    return { sample, first: answer(its, ''), second, settled: sample < 20 };
  }

  label(sample: number): SampleLabel {
    return this.#labels[sample];
  }

  /** What the labels say of the last half. */
  learn(): Learnt {
    const open = this.#labels.flatMap(({ state }, i) => (state === 'new' ? [i] : []));
    const values = Float32Array.from(open, (i) => ((i * 29) % 100) / 100);
    return {
      samples: Int32Array.from(open),
      classes: Int32Array.from(open, (i) => 1 + ((i * 5) % this.state.classes.length)),
      confidence: values.map((value) => 1 - value / 2),
      entropy: values,
      margin: values,
      leastConfidence: values.map((value) => value / 2),
      next: Int32Array.from(open.slice(0, 20)),
      suspicious: Int32Array.from([2, 5]),
      labels: this.#labels.filter(({ state }) => state === 'labelled').length,
      right: { of: 100, right: 83 },
    };
  }
}
