import type { Manifest } from '../../shared/dataset.ts';
import type { Growth, GrowParams } from '../../shared/job.ts';
import { readBlob, writeBlob } from '../blobs.ts';
import { imageNames } from '../divide/keys.ts';
import { int32s } from '../encode/images.ts';
import { countSplits } from '../splits.ts';
import { sortClasses } from '../target.ts';
import { correctedMarks } from './corrected-marks.ts';
import { dividedAs, readDivided } from './divided.ts';
import { KnownImages } from './known-images.ts';
import { growSplit } from './split.ts';

/** See `grow`. An image is told by its path, and is another one when its file is. */
export async function growImages(
  blobs: string,
  fresh: Manifest,
  { manifest: before, base }: GrowParams,
): Promise<{ manifest: Manifest; growth: Growth }> {
  const known = await KnownImages.open(blobs, before);
  const now = await KnownImages.open(blobs, fresh);
  const names = await imageNames(blobs, fresh);
  const was = Int32Array.from(names, (name) => known.sample(name) ?? -1);
  const isChanged = Uint8Array.from(was, (sample, i) =>
    sample >= 0 && known.contentOf(sample) !== now.contentOf(i) ? 1 : 0,
  );
  const marks = fresh.annotations ? await correctedMarks(blobs, fresh, before, base, was, isChanged) : null;
  const labelled = await correctedLabels(blobs, { ...fresh, ...marks }, before, base, was);
  const matched = was.reduce((count, sample) => count + (sample >= 0 ? 1 : 0), 0);
  const growth = {
    added: fresh.samples - matched,
    removed: before.samples - matched,
    changed: isChanged.reduce((sum, one) => sum + one, 0),
  };
  const divided = await readDivided(blobs, before);
  const manifest: Manifest = { ...labelled, ...dividedAs(before) };
  const { split, folds } = await growSplit({ blobs, manifest, connection: null, was }, divided);
  manifest.splits = countSplits(split);
  manifest.blobs = { ...manifest.blobs, split: await writeBlob(blobs, split) };
  if (folds) manifest.blobs.folds = await writeBlob(blobs, folds);
  return { manifest, growth };
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
  const named = async ({ blobs: { labels }, classes }: Manifest) =>
    Array.from(int32s(await readBlob(blobs, labels!)), (label) => classes[label]?.name ?? null);
  const [mine, theirs, next] = await Promise.all([named(before), named(base), named(fresh)]);
  was.forEach((sample, i) => {
    if (sample >= 0 && mine[sample] !== theirs[sample]) next[i] = mine[sample];
  });
  const counts = new Map<string, number>();
  for (const name of next) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const classes = sortClasses([...counts].map(([name, count]) => ({ name, count })));
  const index = new Map(classes.map(({ name }, i) => [name, i]));
  const labels = Int32Array.from(next, (name) => (name === null ? -1 : index.get(name)!));
  return {
    ...fresh,
    classes,
    blobs: { ...fresh.blobs, labels: await writeBlob(blobs, new Uint8Array(labels.buffer)) },
  };
}
