import type { Readable } from '../../db/connection.ts';
import { getVersion } from '../../db/datasets.ts';
import { markedSamples, markSubject, packMark, saidMarks } from '../../db/label-marks.ts';
import type { MarkValue } from '../../db/label-marks.ts';
import {
  eachSaid,
  getLabelling,
  labelClasses,
  listLabellings,
  nextClassId,
  packLabel,
  type Labelling,
} from '../../db/labellings.ts';
import type { WriteStore } from '../../db/open.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { readBlob } from '../../datasets/blobs.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { DatasetId, LabellingId } from '../../shared/ids.ts';
import type { LabelClass, LabellingKind, LabellingPass, SampleLabel } from '../../shared/labels.ts';
import { eachLabel } from './as-it-stands.ts';
import type { Logs, Values } from './logs.ts';
import { labelOf } from './mark-edits.ts';
import { usedClasses } from './said.ts';

/** The newest labelling of a dataset of files, whose samples may be other ones by now: its source has grown. */
export function earlierLabelling(
  db: Readable,
  dataset: DatasetId,
  kind: LabellingKind,
  pass: LabellingPass,
): Labelling | null {
  const found = listLabellings(db, dataset).find(
    (one) => one.kind === kind && one.pass === pass && one.target === null,
  );
  return found ? getLabelling(db, found.id) : null;
}

/** Takes what an earlier labelling says of files that are still there, by their paths, into one that has just begun. */
export async function carryOver(
  store: WriteStore,
  logs: Logs,
  earlier: Labelling,
  id: LabellingId,
  now: Manifest,
): Promise<void> {
  const { number, manifest: before } = getVersion(store, earlier.version);
  if (!before.blobs.names || !now.blobs.names) return;
  const blobs = workspaceFiles.blobs(store.folder);
  const place = new Map((await namesOf(blobs, now.blobs.names)).map((name, i) => [name, i]));
  const names = await namesOf(blobs, before.blobs.names);
  const carried = new Map<number, { from: number; label: SampleLabel }>();
  // Of marks the version itself says what nobody has touched.
  const touched = earlier.marks && new Set(markedSamples(store, earlier.key));
  for (const { sample } of touched ? eachSaid(store, earlier.key) : []) touched!.add(sample);
  for (const { sample, label } of eachLabel(store, earlier)) {
    if (touched && !touched.has(sample)) continue;
    const to = place.get(names[sample]);
    if (to !== undefined && (label.state !== 'new' || label.note !== '')) carried.set(to, { from: sample, label });
  }
  const log = logs.get(id);
  await logs.give(log, `version:${number}`, [...carried.keys()], async (sample) => {
    const { from, label } = carried.get(sample)!;
    return earlier.marks
      ? markValues(store, logs, { log: earlier, sample: from, label }, { log, sample })
      : [[sample, packLabel(label)]];
  });
}

/** The marks of a sample in an earlier labelling, in the place of those that a later one begins with. */
async function markValues(
  db: Readable,
  logs: Logs,
  from: { log: Labelling; sample: number; label: SampleLabel },
  to: { log: Labelling; sample: number },
): Promise<Values> {
  const before = await logs.book.of(to.log, to.sample);
  if (saidMarks(db, from.log.key, from.sample).length === 0) {
    return [[to.sample, packLabel(labelOf(from.label, from.label.state, before.now.values()))]];
  }
  const { now } = await logs.book.of(from.log, from.sample);
  const kept = [...now].sort(([a], [b]) => a - b);
  const numbers = new Map(kept.map(([number], i) => [number, before.last + i + 1]));
  const moved = kept.map(([, mark]): MarkValue => {
    const { shape } = mark;
    if (shape.type !== 'relation') return mark;
    return { ...mark, shape: { ...shape, from: numbers.get(shape.from) ?? 0, to: numbers.get(shape.to) ?? 0 } };
  });
  return [
    [to.sample, packLabel(labelOf(from.label, from.label.state, moved))],
    ...[...before.now.keys()].map((number) => [markSubject(to.sample, number), null] as const),
    ...moved.map((mark, i) => [markSubject(to.sample, before.last + i + 1), packMark(mark)] as const),
  ];
}

/** The classes to begin with: those of an earlier labelling, with their ids, then those that only the version knows. `ids`: of the version's. */
export function firstClasses(
  db: Readable,
  earlier: Labelling | null,
  names: readonly string[],
): { classes: LabelClass[]; ids: number[] } {
  const classes = earlier ? labelClasses(db, earlier.key) : [];
  const used = new Map(usedClasses(classes).map(({ id, name }) => [name, id]));
  let next = earlier ? nextClassId(db, earlier.key) : 1;
  let place = Math.max(0, ...classes.map((one) => one.place));
  const ids = names.map((name) => {
    const known = used.get(name);
    if (known !== undefined) return known;
    classes.push({ id: next, name, colour: null, place: ++place, mergedInto: null, removed: false });
    return next++;
  });
  return { classes, ids };
}

const namesOf = async (blobs: string, hash: string): Promise<string[]> =>
  JSON.parse(new TextDecoder().decode(await readBlob(blobs, hash))) as string[];
