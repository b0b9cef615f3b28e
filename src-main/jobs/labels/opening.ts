import { addIdentity, identitiesOf, insertLabelling, labelClasses } from '../../db/labellings.ts';
import type { Labelling, VersionMarks } from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { newId, type DatasetId, type LabellingId, type VersionId } from '../../shared/ids.ts';
import { judgedClasses } from '../../shared/judged.ts';
import { isJudgedKind, isMarkedKind, isOneClass, type LabellingKind } from '../../shared/labels.ts';
import type { VersionLabels } from '../../shared/said.ts';
import type { WriteStore } from '../../db/open.ts';
import type { Reader } from '../reader.ts';
import { earlierLabelling, firstClasses } from './carry.ts';
import { samplesIdentity } from './identity.ts';
import { usedClasses } from './said.ts';

export type LabelReader = Pick<Reader, 'labels' | 'labelFile' | 'marks' | 'matchMarks' | 'matching' | 'agreement'>;

export interface Begin {
  dataset: DatasetId;
  version: VersionId;
  manifest: Manifest;
  kind: LabellingKind;
  target: string | null;
}

type Base = Pick<Labelling, 'base' | 'several' | 'marks'>;

/** Begins a labelling with what the version says. `earlier`: that of the same files before their source has grown. */
export async function begin(
  store: WriteStore,
  reader: LabelReader,
  { dataset, version, manifest, kind, target }: Begin,
): Promise<{ id: LabellingId; earlier: Labelling | null }> {
  const blobs = workspaceFiles.blobs(store.folder);
  const said = isJudgedKind(kind)
    ? { classes: judgedClasses[kind], labels: new Int32Array(manifest.samples).fill(-1) }
    : isMarkedKind(kind)
      ? await reader.marks(blobs, manifest, kind)
      : await reader.labels(blobs, manifest, target);
  const earlier = manifest.kind === 'table' ? null : earlierLabelling(store, dataset, kind, 1);
  const { classes, ids } = firstClasses(store, earlier, said.classes);
  const idOf = (place: number): number => (place < 0 ? 0 : ids[place]);
  let base: Base;
  if ('labels' in said) base = { ...baseOf(said, kind, idOf), marks: null };
  else {
    const several: Labelling['several'] = {};
    const first = said.first.map(idOf);
    for (const [sample, places] of Object.entries(said.several)) {
      several[Number(sample)] = places.map(idOf).sort((a, b) => a - b);
      first[Number(sample)] = several[Number(sample)][0];
    }
    const marks: VersionMarks = {
      counts: said.counts,
      classes: new Map(said.classes.map((name, i) => [name, ids[i]])),
    };
    base = { base: first, several, marks };
  }
  const id = newId('labelling');
  const row = { id, dataset, version, kind, target, createdAt: Date.now(), samples: manifest.samples, ...base };
  insertLabelling(store, row, samplesIdentity(manifest), classes);
  return { id, earlier };
}

/** A sample of no class at all is as good as not labelled yet, and so is one of several where each has one. */
function baseOf(
  { labels, sets }: Pick<VersionLabels, 'labels' | 'sets'>,
  kind: LabellingKind,
  idOf: (place: number) => number,
): Pick<Base, 'base' | 'several'> {
  if (!sets) return { base: labels.map(idOf), several: {} };
  const ids = sets.map((set) => set.map(idOf).sort((a, b) => a - b));
  const several: Base['several'] = {};
  const base = labels.map((place, sample) => {
    const own = ids[place] ?? [];
    if (own.length > 1 && isOneClass(kind)) return 0;
    if (own.length > 1) several[sample] = own;
    return own[0] ?? 0;
  });
  return { base, several };
}

/** Begins a second pass of the same samples: with the classes that there are, and with nothing that is said of samples. */
export function beginSecond(
  store: WriteStore,
  first: Labelling,
  { dataset, version, manifest, kind, target }: Begin,
): { id: LabellingId; earlier: Labelling | null } {
  const earlier = manifest.kind === 'table' ? null : earlierLabelling(store, dataset, kind, 2);
  const known = labelClasses(store, first.key);
  const names = usedClasses(known).map(({ name }) => name);
  const classes = earlier ? firstClasses(store, earlier, names).classes : known;
  const id = newId('labelling');
  const { samples } = manifest;
  const marks: VersionMarks | null = isMarkedKind(kind)
    ? { counts: new Int32Array(samples), classes: new Map() }
    : null;
  const row = { id, dataset, version, kind, pass: 2 as const, target, createdAt: Date.now(), samples };
  insertLabelling(store, { ...row, base: new Int32Array(samples), marks }, samplesIdentity(manifest), classes);
  for (const identity of identitiesOf(store, first.id)) addIdentity(store, id, identity);
  return { id, earlier };
}
