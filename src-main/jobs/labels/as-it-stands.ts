import type { Readable } from '../../db/connection.ts';
import { canStep } from '../../db/label-log.ts';
import { baseLabel, eachSaid, labelClasses, saidInPages, type Labelling } from '../../db/labellings.ts';
import type { SaidLabels } from '../../shared/said.ts';
import { unpackJudged } from '../../shared/judged.ts';
import {
  isJudgedKind,
  labelStates,
  putLabel,
  resolvedClass,
  settledStates,
  type LabellingState,
  type SampleLabel,
} from '../../shared/labels.ts';
import { usedClasses } from './said.ts';

/** Piece by piece: other work of this thread goes on in between. */
export async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A labelling as it stands, in arrays: a hundred thousand samples are a megabyte. */
export function* stateOf(db: Readable, { key, base, several, ...log }: Labelling): Generator<void, LabellingState> {
  const labelled = labelStates.indexOf('labelled');
  const state: LabellingState = {
    labelling: log.id,
    dataset: log.dataset,
    version: log.version,
    kind: log.kind,
    pass: log.pass,
    target: isJudgedKind(log.kind) ? null : log.target,
    judged: isJudgedKind(log.kind) && log.target !== null ? unpackJudged(log.target) : null,
    classes: labelClasses(db, key),
    states: Uint8Array.from(base, (label) => (label === 0 ? 0 : labelled)),
    first: base.slice(),
    several: { ...several },
    confidences: new Float32Array(base.length).fill(NaN),
    noted: [],
    can: canStep(db, key),
  };
  for (const page of saidInPages(db, key)) {
    for (const { sample, label } of page) {
      putLabel(state, sample, label);
      if (label.note !== '') state.noted.push(sample);
    }
    yield;
  }
  return state;
}

/** What goes into a version: the class, or the classes, of each sample that is labelled or reviewed. */
export function* saidLabels(
  db: Readable,
  { key, kind, base, several, target }: Labelling,
): Generator<void, SaidLabels> {
  const all = labelClasses(db, key);
  const classes = new Map(all.map((one) => [one.id, one]));
  const used = usedClasses(classes);
  const place = new Map(used.map(({ id }, i) => [id, i]));
  const placeOf = (id: number): number => (id === 0 ? -1 : (place.get(resolvedClass(classes, id)) ?? -1));
  const sets = kind === 'multiple' ? new Sets() : null;
  const told = (ids: readonly number[]): number => (sets ? sets.placeOf(ids.map(placeOf)) : placeOf(ids[0] ?? 0));
  const labels = Int32Array.from(base, (id, sample) => (id === 0 ? -1 : told(several[sample] ?? [id])));
  for (const page of saidInPages(db, key)) {
    for (const { sample, label } of page)
      labels[sample] = settledStates.includes(label.state) ? told(label.classes) : -1;
    yield;
  }
  return { target, classes: used.map(({ name }) => name), labels, ...(sets && { sets: sets.all }) };
}

/** Sets of classes, each once. */
class Sets {
  readonly all: number[][] = [];
  readonly #places = new Map<string, number>();

  /** What is in it ascending, each once. */
  placeOf(places: readonly number[]): number {
    const set = [...new Set(places.filter((place) => place >= 0))].sort((a, b) => a - b);
    const key = set.join();
    const known = this.#places.get(key) ?? this.all.push(set) - 1;
    this.#places.set(key, known);
    return known;
  }
}

/** Every sample's label, in order. */
export function* eachLabel(
  db: Readable,
  { key, base, several }: Labelling,
): Generator<{ sample: number; label: SampleLabel }> {
  const said = new Map([...eachSaid(db, key)].map(({ sample, label }) => [sample, label]));
  for (let sample = 0; sample < base.length; sample++) {
    yield { sample, label: said.get(sample) ?? baseLabel(base, sample, several) };
  }
}
