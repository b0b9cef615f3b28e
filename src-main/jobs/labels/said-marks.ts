import type { Readable } from '../../db/connection.ts';
import { asInVersion, markedSamples, saidMarks as marksSaid, unpackMark } from '../../db/label-marks.ts';
import { labelClasses, saidInPages, type Labelling } from '../../db/labellings.ts';
import type { SaidMark, SaidMarks } from '../../shared/said.ts';
import { resolvedClass, settledStates, type LabelState } from '../../shared/labels.ts';
import type { MarkedKind } from '../../shared/marks.ts';
import { getVersion } from '../../db/datasets.ts';

/** What goes into a version, or out: the marks of samples in these states. Suggestions are among them where that is one of the states. */
export function* saidMarks(
  db: Readable,
  log: Labelling,
  states: readonly LabelState[] = settledStates,
): Generator<void, SaidMarks> {
  const all = labelClasses(db, log.key);
  const classes = new Map(all.map((one) => [one.id, one]));
  const nameOf = (id: number): string => classes.get(resolvedClass(classes, id))!.name;
  const { annotations, annotationOffsets } = getVersion(db, log.version).manifest.blobs;
  const said: SaidMarks = {
    kind: log.kind as MarkedKind,
    // A second pass says nothing of what the version says.
    base: log.pass === 1 && annotations && annotationOffsets ? { annotations, annotationOffsets } : null,
    classes: all.filter(({ mergedInto, removed }) => mergedInto === null && !removed).map(({ name }) => name),
    names: [...log.marks!.classes].map(([name, id]) => [name, nameOf(id)]),
    unsettled: [],
    samples: [],
  };
  const settled = new Map<number, boolean>();
  for (const page of saidInPages(db, log.key)) {
    for (const { sample, label } of page) settled.set(sample, states.includes(label.state));
    yield;
  }
  for (const [sample, is] of settled) if (!is) said.unsettled.push(sample);
  const marked = markedSamples(db, log.key);
  const isMarked = new Set(marked);
  // Of a sample in which a person has found nothing at least its size is told.
  if (!said.base)
    for (const [sample, is] of settled) if (is && !isMarked.has(sample)) said.samples.push([sample, '[]']);
  for (const sample of marked) {
    // Whose label is as the version says it may yet have other marks.
    if (!(settled.get(sample) ?? log.base[sample] !== 0)) continue;
    const marks = marksSaid(db, log.key, sample).flatMap(({ number, value }): SaidMark[] => {
      if (value === null) return number <= log.marks!.counts[sample] ? [{ number, class: '', shape: null }] : [];
      if (value === asInVersion) return [];
      const { class: id, suggested, shape } = unpackMark(value);
      return suggested && !states.includes('suggested') ? [] : [{ number, class: nameOf(id), shape }];
    });
    said.samples.push([sample, JSON.stringify(marks)]);
    yield;
  }
  return said;
}
