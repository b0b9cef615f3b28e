import { basename } from 'node:path';
import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { FoundFile } from '../source.ts';
import type { IdxFile } from './idx-format.ts';

export interface Pair {
  images: IdxFile;
  labels: IdxFile;
  split: SplitName | null;
}

/** What is left of a file's name without the words that say which half of a pair it is: "train", "emnist-letters-test". */
const stem = (file: FoundFile): string =>
  file.relative
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/images?|labels?|ubyte|idx\d?|targets?|data/g, '')
    .replace(/[^a-z0-9/]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** The split that a file's name says it is; null where it says none. */
export function splitInName(name: string): SplitName | null {
  if (/(^|[^a-z])(t10k|test|testing)([^a-z]|$)/.test(name)) return 'test';
  if (/(^|[^a-z])(val(id|idation)?|dev)([^a-z]|$)/.test(name)) return 'validation';
  if (/(^|[^a-z])train(ing)?([^a-z]|$)/.test(name)) return 'train';
  return null;
}

const order = { train: 0, validation: 1, test: 2 };

/** Images and labels that belong together by their names, training set first. Throws where one half is missing. */
export function pairUp(files: IdxFile[]): Pair[] {
  const images = files.filter((file) => file.dims.length >= 3);
  const labels = files.filter((file) => file.dims.length === 1);
  if (images.length === 0) {
    throw new AtelierError(
      'idx_images_missing',
      `${basename(files[0].relative)} holds labels (or no images). Give the file of images with it.`,
    );
  }
  const pairs = images.map((file): Pair => {
    const partner =
      images.length === 1 && labels.length === 1 ? labels[0] : labels.find((other) => stem(other) === stem(file));
    if (!partner) {
      throw new AtelierError(
        'idx_labels_missing',
        `${basename(file.relative)} has no labels file beside it (such as train-labels-idx1-ubyte). Give both together.`,
      );
    }
    return { images: file, labels: partner, split: splitInName(stem(file)) };
  });
  return pairs.sort(
    (a, b) => order[a.split ?? 'train'] - order[b.split ?? 'train'] || (a.images.relative < b.images.relative ? -1 : 1),
  );
}
