import { AtelierError } from '../../shared/errors.ts';
import { checkColumns, maxColumns } from '../tables/store.ts';
import { uniqueNames } from '../tables/names.ts';

/** An object with more keys than this, in whatever rows, is a map from data to data: it stays one column of text. */
const maxKeys = 256;

/** One column that a row's JSON has a cell for. */
export interface JsonColumn {
  name: string;
  /** RFC 6901. */
  pointer: string;
  /** Lists, and objects that are not taken apart, whose cells are JSON. */
  nested: boolean;
}

interface Node {
  /** In some row it is no object. */
  leaf: boolean;
  /** In some row it is a list. */
  list: boolean;
  children: Map<string, Node>;
}

const makeNode = (): Node => ({ leaf: false, list: false, children: new Map() });

/**
 * What rows of JSON have in common. Objects have the same keys in row after row, so their fields become columns of their own, called "a.b";
 * lists differ in length, so they stay one column, as JSON, which is readable and loses nothing. An object that is something else in another
 * row stays whole too.
 */
export class Structure {
  readonly #root = makeNode();

  /** `structure`: as DuckDB's `json_structure` tells it, an object, parsed. */
  add(structure: Readonly<Record<string, unknown>>): void {
    this.#merge(this.#root, structure, true);
  }

  /** Throws `too_many_columns`, `not_a_table`. */
  columns(name: string): JsonColumn[] {
    const found: { path: string[]; nested: boolean }[] = [];
    const walk = (node: Node, path: string[]): void => {
      if (path.length > 0 && (node.leaf || node.children.size === 0)) {
        found.push({ path, nested: node.list || node.children.size > 0 });
        checkColumns(found.length, name, 'Objects with ever new keys make ever new columns.');
        return;
      }
      // SQL's text ends at a NUL: there is no asking for such a key.
      for (const [key, child] of node.children) if (!key.includes('\0')) walk(child, [...path, key]);
    };
    walk(this.#root, []);
    if (found.length === 0)
      throw new AtelierError('not_a_table', `The objects in ${name} have no keys: there is nothing to import.`);
    const names = uniqueNames(found.map(({ path }) => path.join('.')));
    return found.map(({ path, nested }, i) => ({
      name: names[i],
      pointer: path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      nested,
    }));
  }

  #merge(node: Node, structure: unknown, isRoot = false): void {
    // Nothing, or an empty object: both go with anything.
    if (structure === 'NULL' || structure === 'JSON') return;
    if (typeof structure !== 'object' || structure === null || Array.isArray(structure)) {
      node.leaf = true;
      node.list ||= Array.isArray(structure);
      return;
    }
    for (const [key, inner] of Object.entries(structure)) {
      let child = node.children.get(key);
      if (!child) {
        if (!isRoot && node.children.size >= maxKeys) {
          node.leaf = true;
          return;
        }
        // Enough to be refused for; more would only fill the memory.
        if (isRoot && node.children.size > maxColumns) return;
        node.children.set(key, (child = makeNode()));
      }
      this.#merge(child, inner);
    }
  }
}

/** The structure of a value as `json_structure` would tell it, as far as it is asked for here. */
export function structureOf(value: unknown): unknown {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return [];
  if (typeof value !== 'object') return 'VARCHAR';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structureOf(inner)]));
}
