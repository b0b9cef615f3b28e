import { splitNames, type Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ReviseResult } from '../../shared/work/revise.ts';
import type { TogetherWish } from '../../shared/leaks.ts';
import { readBlob, writeBlob } from '../blobs.ts';
import { withDuck } from '../duck.ts';
import { reapplied } from '../recipes/files/put-back.ts';
import { refitted } from '../recipes/refit.ts';
import type { Groups } from '../divide/groups.ts';
import { countSplits } from '../splits.ts';
import { checkLeaks, type LeakContext } from './check.ts';
import { plural } from '../../shared/plural.ts';

/** The next version of a dataset, in which copies of one another are in one split. Throws `no_change` where they are already. */
export async function bringTogether(
  blobs: string,
  manifest: Manifest,
  { copies, into }: TogetherWish,
  context: LeakContext,
): Promise<ReviseResult> {
  const found = await checkLeaks(blobs, manifest, {}, context);
  const split = await readBlob(blobs, manifest.blobs.split);
  const { next, moved } = together(found[copies], split, into);
  if (moved === 0) throw new AtelierError('no_change', 'No copies are in two splits: nothing would change.');
  const splits = countSplits(next);
  const empty = splitNames.find((name) => manifest.splits[name] > 0 && splits[name] === 0);
  if (empty) {
    throw new AtelierError(
      'empty_split',
      `The ${empty} split would be empty: all of its samples have copies in another one. Divide the dataset anew.`,
    );
  }
  const { folds: _, ...others } = manifest.blobs;
  const divided = { ...manifest, splits, blobs: { ...others, split: await writeBlob(blobs, next) } };
  return {
    // A recipe has learnt from another training split.
    manifest: !manifest.recipe
      ? divided
      : manifest.kind !== 'table'
        ? await reapplied(blobs, manifest, divided, context.signal)
        : await withDuck({ blobs, signal: context.signal }, (duck) => refitted(duck, blobs, divided, context.signal)),
    change: `copies together: ${plural(moved, 'sample', 'samples')} moved, ${copies} copies into ${into}`,
  };
}

/** Each group goes to that of its splits which comes first in train, validation, test (or, for `test`, the other way round). */
export function together(
  groups: Groups,
  split: Uint8Array,
  into: TogetherWish['into'],
): { next: Uint8Array; moved: number } {
  const first = into === 'train' ? Math.min : Math.max;
  const goal = new Int8Array(groups.count).fill(-1);
  groups.ids.forEach((group, sample) => {
    if (group >= 0) goal[group] = goal[group] < 0 ? split[sample] : first(goal[group], split[sample]);
  });
  let moved = 0;
  const next = split.map((part, sample) => {
    const to = groups.ids[sample] < 0 ? part : goal[groups.ids[sample]];
    if (to !== part) moved++;
    return to;
  });
  return { next, moved };
}
