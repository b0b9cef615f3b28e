import type { Manifest } from './dataset.ts';

/** Samples of any number of classes: how sets of classes are written, in cells and for people. */

/** Of those that no class's name has in it, the first: what stands between the names in a cell. */
const separators = ['|', ';', ',', '/', '\u001f'];

/** What can stand between these names so that they can be told apart again. */
export function separatorFor(names: readonly string[]): string {
  const free = separators.find((one) => !names.some((name) => name.includes(one)));
  return free ?? '\u001f';
}

/** A cell is never empty, which would be without a label: of no class at all is the separator alone. */
export const joinClasses = (names: readonly string[], separator: string): string =>
  names.length === 0 ? separator : names.join(separator);

/** Each name once, in the order of the cell. */
export const splitClasses = (cell: string, separator: string): string[] => [
  ...new Set(
    cell
      .split(separator)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

/** As people read it. */
export const setWords = (names: readonly string[]): string => (names.length === 0 ? '∅' : names.join(', '));

/** What each number in a version's `labels` stands for, as indices into its classes. */
export const classSetsOf = ({ classSets, classes }: Pick<Manifest, 'classSets' | 'classes'>): number[][] =>
  classSets ?? classes.map((_, i) => [i]);
