import type { Readable } from '../../db/connection.ts';
import { getVersion } from '../../db/datasets.ts';
import { getLabelling, labelClasses, listLabellings, nextClassId, type Labelling } from '../../db/labellings.ts';
import { readBlob } from '../../datasets/blobs.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { DatasetId } from '../../shared/ids.ts';
import type { LabelClass, LabellingKind, SampleLabel } from '../../shared/labels.ts';
import { eachLabel } from './as-it-stands.ts';
import { usedClasses } from './said.ts';

/** The newest labelling of a dataset of files, whose samples may be other ones by now: its source has grown. */
export function earlierLabelling(db: Readable, dataset: DatasetId, kind: LabellingKind): Labelling | null {
  const found = listLabellings(db, dataset).find((one) => one.kind === kind && one.target === null);
  return found ? getLabelling(db, found.id) : null;
}

/** What an earlier labelling says of files that are still there, by their paths. */
export async function carriedLabels(
  db: Readable,
  blobs: string,
  earlier: Labelling,
  now: Manifest,
): Promise<Map<number, SampleLabel>> {
  const before = getVersion(db, earlier.version).manifest;
  if (!before.blobs.names || !now.blobs.names) return new Map();
  const place = new Map((await namesOf(blobs, now.blobs.names)).map((name, i) => [name, i]));
  const names = await namesOf(blobs, before.blobs.names);
  const carried = new Map<number, SampleLabel>();
  for (const { sample, label } of eachLabel(db, earlier)) {
    const to = place.get(names[sample]);
    if (to !== undefined && (label.state !== 'new' || label.note !== '')) carried.set(to, label);
  }
  return carried;
}

/** The classes to begin with: those of an earlier labelling, with their ids, then those that only the version knows. `ids`: of the version's. */
export function firstClasses(
  db: Readable,
  earlier: Labelling | null,
  names: readonly string[],
): { classes: LabelClass[]; ids: number[] } {
  const classes = earlier ? labelClasses(db, earlier.key) : [];
  const used = new Map(usedClasses(new Map(classes.map((one) => [one.id, one]))).map(({ id, name }) => [name, id]));
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
