import { splitNames, type Manifest } from '../../shared/dataset.ts';
import { classSetsOf } from '../../shared/class-sets.ts';
import { AtelierError } from '../../shared/errors.ts';
import { unpackSamples, type Condition, type ConditionOf, type Filter } from '../../shared/filter.ts';
import { wordPattern } from '../../shared/words.ts';
import { finiteSql, numberSql, sqlText } from '../cells.ts';
import { columnSql } from '../duck.ts';

/** A filter in two: what the table's own cells decide, as SQL, and what is decided by sample numbers alone. */
export interface Divided {
  /** Over c0, c1, …; none for images. */
  cells: string[];
  /** Marks of the samples that the rest of the filter lets through; null where it lets all. */
  marks: Uint8Array | null;
  /** What people wrote: to be run apart from all else. */
  expressions: string[];
}

/** What lies beside the cells, looked at only where it is asked for. */
export interface Beside {
  /** An image version's. */
  labels(): Promise<Int32Array>;
  /** Marks of the samples with such an annotation. */
  marked(asked: ConditionOf<'mark'>): Promise<Uint8Array>;
  /** Marks of the sounds that are so long or loud. */
  sounding(asked: ConditionOf<'sound'>): Promise<Uint8Array>;
}

/** Throws `unknown_column`, and `invalid_query` for what such a dataset cannot be asked. */
export function divide(filter: Filter, manifest: Manifest, split: Uint8Array, beside: Beside): Promise<Divided> {
  return manifest.kind === 'table'
    ? divideTable(filter, manifest, split, beside)
    : divideImages(filter, manifest, split, beside);
}

async function divideTable(
  filter: Filter,
  manifest: Manifest,
  split: Uint8Array,
  { marked }: Beside,
): Promise<Divided> {
  const divided: Divided = { cells: [], marks: null, expressions: [] };
  for (const condition of filter) {
    if (condition.kind === 'sql') divided.expressions.push(condition.expression);
    else if (condition.kind === 'split' || condition.kind === 'samples')
      divided.marks = meet(divided.marks, marksOf(condition, split));
    else if (condition.kind === 'mark') divided.marks = meet(divided.marks, await marked(condition));
    else if (condition.kind === 'sound') {
      throw new AtelierError('invalid_query', 'A table holds no sounds: length and loudness are asked of sounds only.');
    } else divided.cells.push(conditionSql(condition, manifest));
  }
  return divided;
}

async function divideImages(
  filter: Filter,
  manifest: Manifest,
  split: Uint8Array,
  { labels, marked, sounding }: Beside,
): Promise<Divided> {
  let marks: Uint8Array | null = null;
  for (const condition of filter) {
    if (condition.kind === 'split' || condition.kind === 'samples') marks = meet(marks, marksOf(condition, split));
    else if (condition.kind === 'mark') marks = meet(marks, await marked(condition));
    else if (condition.kind === 'class') {
      const wanted = new Set(condition.classes);
      const chosen = new Uint8Array(
        classSetsOf(manifest).map((set) => Number(set.some((c) => wanted.has(manifest.classes[c].name)))),
      );
      const found = await labels();
      marks = meet(
        marks,
        Uint8Array.from(split, (_, i) => (found[i] >= 0 ? chosen[found[i]] : 0)),
      );
    } else if (condition.kind === 'labelled') {
      const found = await labels();
      marks = meet(
        marks,
        Uint8Array.from(split, (_, i) => Number(found[i] >= 0 === condition.labelled)),
      );
    } else if (condition.kind === 'sound' && manifest.kind === 'audio') marks = meet(marks, await sounding(condition));
    else {
      throw new AtelierError(
        'invalid_query',
        'Images have no columns: they are filtered by class, split, label or number.',
      );
    }
  }
  return { cells: [], marks, expressions: [] };
}

function meet(before: Uint8Array | null, marks: Uint8Array): Uint8Array {
  if (before) for (let i = 0; i < marks.length; i++) marks[i] &= before[i];
  return marks;
}

function marksOf(condition: Extract<Condition, { kind: 'split' | 'samples' }>, split: Uint8Array): Uint8Array {
  if (condition.kind === 'samples') return unpackSamples(condition.samples, split.length);
  const chosen = new Uint8Array(splitNames.map((name) => Number(condition.splits.includes(name))));
  return split.map((code) => chosen[code]);
}

/** A cell of a number column as a number, or NULL. */
export function valueSql(manifest: Pick<Manifest, 'columns'>, name: string): string {
  const cell = columnSql(manifest)(name);
  const decimalComma = manifest.columns.find((each) => each.name === name)?.decimalComma ?? false;
  return `(SELECT ${finiteSql('v')} FROM (SELECT ${numberSql(cell, decimalComma)} AS v))`;
}

function conditionSql(
  condition: Exclude<Condition, { kind: 'sql' | 'split' | 'samples' | 'mark' | 'sound' }>,
  manifest: Manifest,
): string {
  const cellOf = columnSql(manifest);
  switch (condition.kind) {
    case 'class':
      return ofClass(manifest, cellOf(targetOf(manifest)), condition.classes);
    case 'labelled':
      return `${presence(manifest, targetOf(manifest))} IS ${condition.labelled ? 'NOT ' : ''}NULL`;
    case 'values':
      return oneOf(cellOf(condition.column), condition.values);
    case 'missing':
      return `${presence(manifest, condition.column)} IS ${condition.missing ? '' : 'NOT '}NULL`;
    case 'contains':
      return `contains(lower(${cellOf(condition.column)}), lower(${sqlText(condition.text)}))`;
    case 'range':
      return between(valueSql(manifest, condition.column), condition.from, condition.to, condition.closed);
    case 'length':
      return between(`len(${wordsSql(cellOf(condition.column))})`, condition.from, condition.to);
    case 'word': {
      const cell = cellOf(condition.column);
      const word = `lower(${sqlText(condition.word)})`;
      // The first test is quick and spares most texts the second.
      return `(contains(lower(${cell}), ${word}) AND list_contains(${wordsSql(cell)}, ${word}))`;
    }
  }
}

/** A text's words in lower case, as they are counted everywhere. DuckDB's patterns are RE2's, by which the pattern says the same. */
export const wordsSql = (cell: string): string => `regexp_extract_all(lower(${cell}), ${sqlText(wordPattern)})`;

/** Of several classes one is enough. */
function ofClass(manifest: Manifest, cell: string, classes: readonly string[]): string {
  const separator = manifest.columns.find(({ name }) => name === manifest.target)?.separator;
  if (separator === undefined) return oneOf(cell, classes);
  const names = `list_transform(string_split(${cell}, ${sqlText(separator)}), lambda x: trim(x))`;
  return `list_has_any(${names}, [${classes.map(sqlText).join(', ')}])`;
}

const oneOf = (cell: string, values: readonly string[]): string => `${cell} IN (${values.map(sqlText).join(', ')})`;

function between(value: string, from?: number, to?: number, closed = false): string {
  const parts = [
    ...(from === undefined ? [] : [`${value} >= ${numberLiteral(from)}`]),
    ...(to === undefined ? [] : [`${value} ${closed ? '<=' : '<'} ${numberLiteral(to)}`]),
  ];
  return parts.length === 0 ? `${value} IS NOT NULL` : `(${parts.join(' AND ')})`;
}

const numberLiteral = (value: number): string => {
  if (Number.isFinite(value)) return `${value.toExponential()}::DOUBLE`;
  throw new AtelierError('invalid_query', 'A range has finite ends.');
};

/** What is NULL where the column counts as missing. */
function presence(manifest: Manifest, name: string): string {
  const cell = columnSql(manifest)(name);
  return manifest.columns.find((each) => each.name === name)?.type === 'number' ? valueSql(manifest, name) : cell;
}

function targetOf(manifest: Manifest): string {
  if (manifest.target !== null) return manifest.target;
  throw new AtelierError(
    'no_target',
    'This table has no target column, so there are no classes or labels to filter by.',
  );
}
