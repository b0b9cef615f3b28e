import type { ImageShape, SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { splitInName } from '../importers/idx-pairs.ts';
import type { Unreadable } from './arrays.ts';
import { isNumeric, type NpyArray } from './npy.ts';

/** Samples and, where there are any, their labels. */
export interface Group {
  data: NpyArray;
  labels: NpyArray | null;
  split: SplitName | null;
}

/** What a set of arrays is: images, rows of numbers, or columns of one table, each an array. */
export type Plan =
  | { kind: 'images'; groups: Group[]; image: ImageShape; channelsFirst: boolean; left: NpyArray[] }
  | { kind: 'rows'; groups: Group[]; left: NpyArray[] }
  | { kind: 'columns'; columns: NpyArray[]; left: NpyArray[] };

const labelWords = /(^|[^a-z])(y|labels?|targets?|class(es)?)([^a-z]|$)/i;
const order: Record<SplitName, number> = { train: 0, validation: 1, test: 2 };

/** What a name has besides the words for samples and labels: "x_train" and "y_train" have the same. */
const stem = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => !/^(x|y|data|images?|features?|inputs?|labels?|targets?|class(es)?|arr|\d+)$/.test(word))
    .join('-');

/**
 * Says what the arrays make together. Labels are told by their name, or named: `target`, which may also be a column of the table to come. Throws `npy_shape`, `npy_labels`, `npy_objects`, `npy_type`.
 */
export function planArrays(
  arrays: readonly NpyArray[],
  unreadable: readonly Unreadable[],
  target: string | null | undefined,
): Plan {
  const isNamed = Boolean(target) && [...arrays, ...unreadable].some(({ name }) => name === target);
  const called = (name: string): boolean => (isNamed ? name === target : target !== null && labelWords.test(name));
  const isLabels = (array: NpyArray): boolean => called(array.name) && (isNamed || flat(array));
  const lost = unreadable.find(({ name }) => called(name));
  if (lost) throw lost.error;
  const samples = arrays.filter(
    (array) => !isLabels(array) && isNumeric(array) && !flat(array) && array.shape.length >= 2,
  );
  if (samples.length === 0) return planColumns(arrays, unreadable);
  const rank = Math.max(...samples.map(({ shape }) => shape.length));
  const data = samples.filter(({ shape }) => shape.length === rank);
  const named = arrays.filter(isLabels);
  const groups = data.map((array): Group => {
    const fitting = named.filter((each) => stem(each.name) === stem(array.name));
    const labels = (data.length === 1 && named.length === 1 ? named[0] : fitting[0]) ?? null;
    if (labels) checkLabels(array, labels);
    return { data: array, labels, split: splitInName(array.name.toLowerCase()) };
  });
  groups.sort((a, b) => order[a.split ?? 'train'] - order[b.split ?? 'train']);
  const used = new Set(groups.flatMap(({ data: array, labels }) => [array, labels]));
  const left = arrays.filter((array) => !used.has(array));
  checkTogether(groups);
  const [{ shape }] = data;
  if (rank === 2) return { kind: 'rows', groups, left };
  const { image, channelsFirst } = imageShape(data[0]);
  if (shape.length > 4) throw notRead(data[0]);
  return { kind: 'images', groups, image, channelsFirst, left };
}

/** One value a sample. */
const flat = ({ shape }: NpyArray): boolean => shape.length === 1 || (shape.length === 2 && shape[1] === 1);

/** Lists of the same length are columns. */
function planColumns(arrays: readonly NpyArray[], unreadable: readonly Unreadable[]): Plan {
  const lists = arrays.filter(flat);
  const columns = lists.filter(({ shape }) => shape[0] === lists[0].shape[0]);
  if (columns.length >= 2)
    return { kind: 'columns', columns, left: arrays.filter((array) => !columns.includes(array)) };
  if (unreadable.length > 0) throw unreadable[0].error;
  const what = arrays.map(({ label, shape }) => `${label} (${shape.join(' × ') || 'one value'})`).slice(0, 5);
  throw new AtelierError(
    'npy_shape',
    `There are no samples in ${what.join(', ')}: an array of 2 dimensions is read as rows, one of 3 or 4 as images.`,
  );
}

function checkLabels(data: NpyArray, labels: NpyArray): void {
  if (flat(labels) && labels.shape[0] === data.shape[0]) return;
  throw new AtelierError(
    'npy_labels',
    `${labels.label} has the shape ${labels.shape.join(' × ')}, which is not one label for each of the ${data.shape[0]} samples of ${data.label}.`,
  );
}

/** Groups are splits of one thing. */
function checkTogether(groups: readonly Group[]): void {
  const [first, ...others] = groups;
  for (const { data, labels } of others) {
    const sameShape = data.shape.slice(1).join() === first.data.shape.slice(1).join();
    if (!sameShape || (labels === null) !== (first.labels === null)) {
      throw new AtelierError(
        'npy_shape',
        `${first.data.label} (${first.data.shape.join(' × ')}) and ${data.label} (${data.shape.join(' × ')}) do not belong together: samples must be of one size, with labels for all or none. Give one at a time.`,
      );
    }
  }
}

const maxImageSide = 4096;

function imageShape(array: NpyArray): { image: ImageShape; channelsFirst: boolean } {
  const [, ...dims] = array.shape;
  if (dims.length < 2 || dims.length > 3) throw notRead(array);
  const isChannels = (dim: number): boolean => dim === 1 || dim === 3;
  const channelsFirst = dims.length === 3 && !isChannels(dims[2]) && isChannels(dims[0]);
  const [height, width, channels = 1] = channelsFirst ? [dims[1], dims[2], dims[0]] : dims;
  const fits = [height, width].every((side) => side >= 1 && side <= maxImageSide);
  if (!fits || !isChannels(channels)) throw notRead(array);
  return { image: { height, width, channels }, channelsFirst };
}

const notRead = ({ label, shape }: NpyArray): AtelierError =>
  new AtelierError(
    'npy_shape',
    `${label} has the shape ${shape.join(' × ')}; images are read as samples × height × width, with 1 or 3 channels last or after the samples, and sides up to ${maxImageSide}.`,
  );
