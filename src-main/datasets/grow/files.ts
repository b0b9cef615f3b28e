import type { Manifest } from '../../shared/dataset.ts';
import type { Growth, GrowParams } from '../../shared/work/import.ts';
import { writeBlob } from '../blobs.ts';
import { imageNames } from '../divide/keys.ts';
import { keepLabels, namedLabels } from '../labels.ts';
import { countSplits } from '../splits.ts';
import { sortClasses } from '../target.ts';
import { growArrays } from './arrays.ts';
import { asRead, keepAsRead } from './as-read.ts';
import { correctedMarks } from './corrected-marks.ts';
import { dividedAs, readDivided } from './divided.ts';
import { KnownFiles } from './known-files.ts';
import { growSplit } from './split.ts';

/** See `grow`. An image or a sound of a file is told by its path, and is another one when its file is; an image of an array by its pixels. */
export async function growFiles(
  blobs: string,
  source: Manifest,
  { manifest: before, base: read }: GrowParams,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; growth: Growth }> {
  const base = asRead(read);
  const ofArrays = !before.blobs.contents && !source.blobs.contents;
  const {
    was,
    isChanged,
    manifest: fresh,
  } = ofArrays
    ? { ...(await growArrays(blobs, source, before, signal)), isChanged: new Uint8Array(source.samples) }
    : { ...(await matchFiles(blobs, source, before)), manifest: source };
  const marks = fresh.annotations ? await correctedMarks(blobs, fresh, before, base, was, isChanged) : null;
  const labelled = await correctedLabels(blobs, { ...fresh, ...marks }, before, base, was);
  await markRelabelled(blobs, fresh, before, base, was, isChanged);
  const matched = was.reduce((count, sample) => count + (sample >= 0 ? 1 : 0), 0);
  const growth = {
    added: fresh.samples - matched,
    removed: before.samples - matched,
    changed: isChanged.reduce((sum, one) => sum + one, 0),
  };
  const divided = await readDivided(blobs, before);
  const manifest: Manifest = { ...labelled, ...keepAsRead(labelled, fresh), ...dividedAs(before) };
  const { split, folds } = await growSplit({ blobs, manifest, connection: null, was }, divided);
  manifest.splits = countSplits(split);
  manifest.blobs = { ...manifest.blobs, split: await writeBlob(blobs, split) };
  if (folds) manifest.blobs.folds = await writeBlob(blobs, folds);
  return { manifest, growth };
}

async function matchFiles(
  blobs: string,
  fresh: Manifest,
  before: Manifest,
): Promise<{ was: Int32Array; isChanged: Uint8Array }> {
  const known = await KnownFiles.open(blobs, before);
  const now = await KnownFiles.open(blobs, fresh);
  const names = await imageNames(blobs, fresh);
  const was = Int32Array.from(names, (name) => known.sample(name) ?? -1);
  const isChanged = Uint8Array.from(was, (sample, i) =>
    sample >= 0 && known.contentOf(sample) !== now.contentOf(i) ? 1 : 0,
  );
  return { was, isChanged };
}

const sameSet = (a: string[] | null, b: string[] | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Where an array or a table beside says of which class something is: another one than it said is a change. */
async function markRelabelled(
  blobs: string,
  fresh: Manifest,
  before: Manifest,
  base: Manifest,
  was: Int32Array,
  isChanged: Uint8Array,
): Promise<void> {
  if (before.samples !== base.samples) return;
  const [now, then] = [await namedLabels(blobs, fresh), await namedLabels(blobs, base)];
  was.forEach((sample, i) => {
    if (sample >= 0 && !sameSet(now[i], then[sample])) isChanged[i] = 1;
  });
}

/** Classes that were given since the last import stay, whatever the source says. */
async function correctedLabels(
  blobs: string,
  fresh: Manifest,
  before: Manifest,
  base: Manifest,
  was: Int32Array,
): Promise<Manifest> {
  if (before.blobs.labels === base.blobs.labels || before.samples !== base.samples) return fresh;
  const [mine, theirs, next] = await Promise.all([before, base, fresh].map((each) => namedLabels(blobs, each)));
  was.forEach((sample, i) => {
    if (sample >= 0 && !sameSet(mine[sample], theirs[sample])) next[i] = mine[sample];
  });
  const names = new Set(next.flatMap((each) => each ?? []));
  const order = sortClasses(Array.from(names, (name) => ({ name, count: 0 }))).map(({ name }) => name);
  const { labels, ...told } = await keepLabels(blobs, next, order, before.classSets !== undefined);
  return {
    ...fresh,
    ...told,
    ...(before.classSets && { task: 'multi-label' as const }),
    blobs: { ...fresh.blobs, labels },
  };
}
