import type { DuckDBConnection } from '@duckdb/node-api';
import { isObject, looseJson } from '../json/members.ts';
import { rowsOf, sqlPath } from '../duck.ts';
import { readHead, type FoundFile } from '../source.ts';

const maxCardBytes = 1 << 20;
const maxNames = 100_000;

/**
 * Class names by column, as Hugging Face's `datasets` library leaves them: in the Parquet file's own metadata, else in the data card beside
 * it. A column inside another one is called "a.b". huggingface.co/docs/datasets/about_dataset_features
 */
export async function classNamesOf(
  connection: DuckDBConnection,
  path: string,
  beside: readonly FoundFile[],
): Promise<Map<string, string[]>> {
  const [row] = await rowsOf(
    connection,
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${sqlPath(path)}) WHERE key = 'huggingface'::BLOB`,
  );
  const told = typeof row?.value === 'string' ? looseJson(row.value) : undefined;
  const info = isObject(told) && isObject(told.info) ? told.info : {};
  const found = new Map<string, string[]>();
  if (isObject(info.features)) collect(info.features, '', found);
  if (found.size > 0) return found;
  return classNamesBeside(beside);
}

/**
 * What files beside the data say of it: dataset_info.json, the data card; else a list of names alone, which is of any column (called "").
 */
export async function classNamesBeside(beside: readonly FoundFile[]): Promise<Map<string, string[]>> {
  const texts = async (name: RegExp): Promise<string[]> => {
    const files = beside.filter(({ relative }) => name.test(relative)).slice(0, 4);
    return Promise.all(files.map(async (file) => Buffer.from(await readHead(file, maxCardBytes)).toString()));
  };
  const found = new Map<string, string[]>();
  for (const text of await texts(/(^|\/)dataset_infos?\.json$/i)) {
    const told = looseJson(text);
    if (!isObject(told)) continue;
    // Of several configurations each has its own.
    for (const info of [told, ...Object.values(told)])
      if (isObject(info) && isObject(info.features)) collect(info.features, '', found);
  }
  for (const text of await texts(/(^|\/)README\.md$/i)) if (found.size === 0) merge(found, cardNames(text));
  if (found.size > 0) return found;
  for (const text of await texts(
    /(^|\/)(labels?|tags?|classes|ner_tags|label_list|label_names|tag_names)\.(txt|json)$/i,
  )) {
    const names = listed(text);
    if (names.length > 1 && !found.has('')) found.set('', names);
  }
  return found;
}

const merge = (into: Map<string, string[]>, from: ReadonlyMap<string, string[]>): void =>
  from.forEach((names, column) => into.set(column, names));

/** A name a line; a list of them; or the number of each. */
function listed(text: string): string[] {
  const told = looseJson(text);
  if (Array.isArray(told)) return told.every((name) => typeof name === 'string') ? told : [];
  if (!isObject(told))
    return text
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const byNumber = Object.entries(told).map(([key, value]) =>
    typeof value === 'number' ? ([value, key] as const) : ([Number(key), String(value)] as const),
  );
  const names: string[] = [];
  for (const [number, name] of byNumber)
    if (Number.isInteger(number) && number >= 0 && number < maxNames) names[number] = name;
  return Array.from(names, (name, i) => name ?? String(i));
}

function collect(features: Record<string, unknown>, prefix: string, found: Map<string, string[]>, depth = 0): void {
  if (depth > 8) return;
  for (const [key, feature] of Object.entries(features)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    // A list's feature stands in it, or, as it was written once, in a list of one.
    const inner = isObject(feature) && isObject(feature.feature) ? feature.feature : oneOf(feature);
    if (!isObject(inner)) continue;
    const { names } = inner;
    if (inner._type === 'ClassLabel' && Array.isArray(names)) found.set(name, names.slice(0, maxNames).map(String));
    else collect(inner, name, found, depth + 1);
  }
}

const oneOf = (feature: unknown): unknown => (Array.isArray(feature) ? (feature[0] as unknown) : feature);

/** The card's front matter: below a "name: x", a "names:" with a line "'0': word" for each class. */
export function cardNames(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const [, head] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---/.exec(text) ?? [];
  let column = '';
  let names: string[] | null = null;
  for (const line of (head ?? '').split(/\r?\n/)) {
    const [, number, word] = /^\s*['"]?(\d+)['"]?:\s*(.+?)\s*$/.exec(line) ?? [];
    if (names && number !== undefined) {
      if (Number(number) < maxNames) names[Number(number)] = word.replace(/^(['"])(.*)\1$/, '$2');
      continue;
    }
    names = null;
    const [, name] = /^\s*-?\s*name:\s*['"]?(.+?)['"]?\s*$/.exec(line) ?? [];
    if (name !== undefined) column = name;
    else if (/^\s*names:\s*$/.test(line) && column !== '' && !found.has(column)) found.set(column, (names = []));
  }
  for (const [name, list] of found) {
    if (list.length === 0) found.delete(name);
    else
      found.set(
        name,
        Array.from(list, (each, i) => each ?? String(i)),
      );
  }
  return found;
}
