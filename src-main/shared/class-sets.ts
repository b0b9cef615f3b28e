import type { Manifest } from './dataset.ts';

/** Samples of any number of classes: how sets of classes are written, in cells and for people. */

/** Of those that no class's name has in it, the first: what stands between the names in a cell. */
const separators = ['|', ';', ',', '/', '\u001f'];

/** What can stand between these names so that they can be told apart again. */
export function separatorFor(names: readonly string[]): string {
  const free = separators.find((one) => !names.some((name) => name.includes(one)));
  return free ?? '\u001f';
}

/** What people are offered, the likeliest first. */
export const usualSeparators = ['|', ';', ','] as const;
export const longestSeparator = 8;

const longestName = 60;
const mostWords = 5;
/** Of the cells so many name several classes. */
const leastSeveral = 0.2;

/**
 * What stands between the classes of a column's cells, if they look like several classes each: some of the cells have several, and the names are short
 * and come back in other cells. A comma also stands in names and numbers ("Doe, Jane", "Rome, Italy", "3,14"): there classes must stand in other places
 * too. Null where they look like one class each. `cells`: different ones, in any order.
 */
export function likelySeparator(cells: readonly string[]): string | null {
  return usualSeparators.find((separator) => looksSeveral(cells, separator)) ?? null;
}

function looksSeveral(cells: readonly string[], separator: string): boolean {
  const sets = cells.map((cell) => splitClasses(cell, separator));
  const several = sets.filter(({ length }) => length > 1).length;
  if (several < Math.max(2, leastSeveral * sets.length)) return false;
  /** By name: in which places of a cell it stands, a cell of its own being one. */
  const places = new Map<string, Set<number>>();
  for (const set of sets) {
    for (const [i, name] of set.entries()) {
      if (name.length > longestName || name.split(/\s+/).length > mostWords) return false;
      places.set(name, (places.get(name) ?? new Set()).add(set.length === 1 ? -1 : i));
    }
  }
  const mentions = sets.reduce((sum, { length }) => sum + length, 0);
  if (separator !== ',') return mentions >= 1.3 * places.size;
  if ([...places.keys()].every((name) => /^[-+]?[\d.]+$/.test(name))) return false;
  const elsewhere = [...places.values()].filter(({ size }) => size > 1).length;
  return mentions >= 2 * places.size && elsewhere >= 0.3 * places.size;
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
