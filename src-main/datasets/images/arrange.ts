import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { FoundFile, Source } from '../source.ts';

/** An image with the class, and perhaps the split, that its folders give it. */
export interface Member {
  file: FoundFile;
  className: string;
  split: SplitName | null;
}

const splitWords: Record<string, SplitName> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
};
const splitOf = (folder: string): SplitName | null => splitWords[folder.toLowerCase()] ?? null;

/**
 * Reads classes off the folders: `class/…/image`, or `train/class/…/image` beside `test/class/…/image`.
 * Folders that merely wrap all others are looked through. Strays lie beside the class folders and belong to none.
 * Throws `images_without_classes` where no image lies in a class folder.
 */
export function arrange(images: FoundFile[], source: Source): { members: Member[]; strays: FoundFile[] } {
  let paths = images.map((file) => file.relative.split('/'));
  const first = (): string => paths[0][0];
  while (paths.every((path) => path.length > 2 && path[0] === first()) && !splitOf(first())) {
    paths = paths.map((path) => path.slice(1));
  }
  const divided = paths.every((path) => path.length === 1 || splitOf(path[0]) !== null);
  const members: Member[] = [];
  const strays: FoundFile[] = [];
  images.forEach((file, i) => {
    const path = divided ? paths[i].slice(1) : paths[i];
    if (path.length < 2) strays.push(file);
    else members.push({ file, className: path[0], split: divided ? splitOf(paths[i][0]) : null });
  });
  if (members.length > 0) return { members, strays };
  throw new AtelierError(
    'images_without_classes',
    `${images.length === 1 ? `${images[0].relative} is an image` : `${source.root} holds ${images.length} images`} without labels. Training needs to know the class of each: put the images of every class into a folder named after it, and drop the folder that holds these folders.`,
  );
}
