import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, ColumnRole, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ReviseParams, ReviseResult } from '../shared/work/revise.ts';
import { emptyRecipe, readRecipe, type Recipe } from '../shared/recipe.ts';
import type { SplitWish } from '../shared/split.ts';
import { markVersion } from './annotations/mark-version.ts';
import { checkWish, divideAs, divisionWords, splitNoteCodes, type Divisible } from './divide/divide.ts';
import { readBlob, writeBlob } from './blobs.ts';
import { describeColumn, judgeColumn } from './columns.ts';
import { countColumns } from './count-columns.ts';
import { columnSql, parquetSql, withDuck } from './duck.ts';
import { labelVersion } from './label-version.ts';
import { fileLabels } from './labels.ts';
import { applyRecipe } from './recipes/apply.ts';
import { changeOf } from './recipes/change.ts';
import { applyToFiles } from './recipes/files/apply.ts';
import { fileBase } from './recipes/files/base.ts';
import { reapplied } from './recipes/files/put-back.ts';
import { stepInfos } from './recipes/index.ts';
import { refitted } from './recipes/refit.ts';
import { completeGiven, countSplits, test, train } from './splits.ts';
import { readTarget, targetNoteCodes, targetNotes } from './table-target.ts';
import { targetType } from './target.ts';
import { plural } from '../shared/plural.ts';

/**
 * The next version of a dataset: the same samples with other types, roles, target or split, or prepared by another recipe. Nothing stored is
 * touched. Throws `unknown_column`, `too_many_classes`, `no_change`, and what `divideAs` and a recipe's steps throw.
 */
export async function reviseDataset(params: ReviseParams, signal?: AbortSignal): Promise<ReviseResult> {
  if (params.split) checkWish(params.split);
  const { blobs, manifest, recipe } = params;
  if (manifest.kind !== 'table' && manifest.recipe && !recipe) {
    const { recipe: _, ...plain } = manifest;
    const revised = await reviseDataset({ ...params, manifest: plain }, signal);
    return { ...revised, manifest: await reapplied(blobs, manifest, revised.manifest, signal) };
  }
  if (params.labels) return labelVersion(blobs, manifest, params.labels, signal);
  if (params.marks) return markVersion(blobs, manifest, params.marks, signal);
  if (manifest.kind !== 'table') return reviseFiles(params, signal);
  return withDuck({ blobs, signal }, (connection) => reviseTable(connection, params, signal));
}

async function reviseFiles(
  { blobs, manifest, columns, target, split, recipe }: ReviseParams,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  if (columns || target !== undefined) {
    throw new AtelierError(
      'not_a_table',
      'Images and sounds have no columns; only their split and their recipe can be changed.',
    );
  }
  if (recipe) {
    if (split) throw recipeAlone();
    return reviseFilesRecipe(blobs, manifest, readRecipe(recipe, stepInfos), signal);
  }
  if (!split) throw unchanged();
  return withSplit({ blobs, manifest, labels: await fileLabels(blobs, manifest), connection: null }, split);
}

/** Says of each step what it has left out, and what it has added. */
async function reviseFilesRecipe(
  blobs: string,
  manifest: Manifest,
  recipe: Recipe,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  const change = changeOf(manifest.recipe ?? emptyRecipe, recipe);
  if (change === null) throw unchanged();
  const base = fileBase(manifest);
  const { manifest: next, counts } = await applyToFiles(blobs, base, recipe, { signal });
  const words = manifest.kind === 'images' ? 'images' : 'sounds';
  const told = counts.flatMap(({ kind, left, added }) => [
    ...(left > 0 ? [`${left} left out by ${kind}`] : []),
    ...(added > 0 ? [`${plural(added, 'copy', 'copies')} by ${kind}`] : []),
  ]);
  const of = next.samples === base.samples ? `all ${base.samples}` : `${next.samples} of ${base.samples}`;
  return { manifest: next, change: `recipe: ${change}: ${[`${of} ${words}`, ...told].join(', ')}` };
}

async function reviseTable(
  connection: DuckDBConnection,
  params: ReviseParams,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  const { blobs, manifest } = params;
  if (params.recipe) return reviseRecipe(connection, params, readRecipe(params.recipe, stepInfos), signal);
  const changes: string[] = [];
  const columns = await reviseColumns(connection, params, changes);
  const target = columns.find((column) => column.role === 'target')?.name ?? null;
  if (target !== manifest.target) changes.unshift(`target: ${manifest.target ?? 'none'} → ${target ?? 'none'}`);
  if (changes.length === 0 && !params.split) throw unchanged();

  const table = parquetSql(blobs, manifest.blobs.table!);
  const found = await readTarget(connection, table, columns, target);
  const notes = manifest.notes.filter(({ code }) => !targetNoteCodes.has(code));
  const next: Manifest = {
    ...manifest,
    columns,
    target,
    task: found.task,
    classes: found.classes,
    notes: [...notes, ...targetNotes(columns, target, found)],
  };
  const source: Divisible = { blobs, manifest: next, labels: found.labels, connection };
  let revised = next;
  if (params.split) {
    const divided = await withSplit(source, params.split);
    revised = divided.manifest;
    changes.push(divided.change);
    // What was divided by a key is divided well for any target.
  } else if (!sameTarget(manifest, next) && !byKey.has(manifest.splitSource)) {
    revised = (await withSplit(source, defaultSplit(manifest))).manifest;
  }
  // Steps have learnt from the training split and of the target: from others they learn anew.
  const anew = revised !== next || !sameTarget(manifest, next);
  return {
    manifest: anew ? await refitted(connection, blobs, revised, signal) : revised,
    change: changes.join(', '),
  };
}

async function reviseRecipe(
  connection: DuckDBConnection,
  { blobs, manifest, columns, target, split }: ReviseParams,
  recipe: Recipe,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  if (columns || target !== undefined || split) {
    throw recipeAlone();
  }
  const change = changeOf(manifest.recipe ?? emptyRecipe, recipe);
  if (change === null) throw unchanged();
  const next = await applyRecipe(connection, blobs, manifest, recipe, signal);
  const rows = next.samples - manifest.samples;
  const more = next.raw && next.samples > next.raw.samples ? 'more' : 'back';
  const words = rows === 0 ? '' : `, ${plural(Math.abs(rows), 'row', 'rows')} ${rows < 0 ? 'left out' : more}`;
  const lost = next.raw?.marks?.lost ?? 0;
  const spans = lost === 0 ? '' : `, ${lost} ${lost === 1 ? 'span' : 'spans'} left out with the text`;
  return { manifest: next, change: `recipe: ${change}${words}${spans}` };
}

const recipeAlone = (): AtelierError =>
  new AtelierError('recipe_alone', 'A recipe is a change of its own. Change the columns or the split before or after.');
const byKey: ReadonlySet<Manifest['splitSource']> = new Set(['grouped', 'time', 'hash', 'folds']);
const unchanged = (): AtelierError =>
  new AtelierError('no_change', 'Nothing would change. Change a column, the target or the split first.');
const sameTarget = (before: Manifest, after: Manifest): boolean =>
  before.target === after.target && before.task === after.task && before.classes.length === after.classes.length;

/** As it is now. A test set that came with the source stays, which is what no wish for one means. */
const defaultSplit = ({ samples, splits, splitSeed, splitSource }: Manifest): SplitWish =>
  splitSource === 'given'
    ? { seed: splitSeed, validation: splits.validation / (samples - splits.test), test: 0 }
    : { seed: splitSeed, validation: splits.validation / samples, test: splits.test / samples };

/**
 * The manifest with its samples divided as wished. A test set that came with the source is kept while no way is named and none is asked for:
 * then only validation is drawn anew.
 */
async function withSplit(source: Divisible, wish: SplitWish): Promise<ReviseResult> {
  const { blobs, manifest, labels } = source;
  const keepTest = wish.how === undefined && manifest.splitSource === 'given' && wish.test === 0;
  const kept = manifest.notes.filter(({ code }) => !splitNoteCodes.has(code));
  if (keepTest) {
    const given = (await readBlob(blobs, manifest.blobs.split)).map((byte) => (byte === test ? test : train));
    const split = completeGiven(given, labels, wish.validation, wish.seed);
    const next = { ...manifest, notes: kept, splits: countSplits(split), splitSeed: wish.seed };
    return {
      manifest: { ...next, blobs: { ...manifest.blobs, split: await writeBlob(blobs, split) } },
      change: `split: validation ${Math.round(wish.validation * 1000) / 10} %, test as given, seed ${wish.seed}`,
    };
  }
  const made = await divideAs(source, { ...wish, how: wish.how ?? (labels ? 'stratified' : 'random') });
  const { folds: _, ...others } = manifest.blobs;
  return {
    manifest: {
      ...manifest,
      splits: countSplits(made.split),
      splitSource: made.settings.how,
      splitSeed: wish.seed,
      split: made.settings,
      blobs: {
        ...others,
        split: await writeBlob(blobs, made.split),
        ...(made.folds ? { folds: await writeBlob(blobs, made.folds) } : {}),
      },
      notes: [...kept, ...made.notes],
    },
    change: divisionWords(made.settings),
  };
}

/** The columns as wished; those whose type changes are counted again. `changes` gets a word for each. */
async function reviseColumns(connection: DuckDBConnection, params: ReviseParams, changes: string[]): Promise<Column[]> {
  const { blobs, manifest } = params;
  const sql = columnSql(manifest);
  for (const { name } of params.columns ?? []) sql(name);
  if (params.target) sql(params.target);
  const wished = new Map((params.columns ?? []).map((column) => [column.name, column]));
  const target = wishedTarget(params);
  const table = parquetSql(blobs, manifest.blobs.table!);

  const columns: Column[] = [];
  for (const [i, column] of manifest.columns.entries()) {
    const wish = wished.get(column.name);
    const role = roleOf(column, wish?.role, column.name === target);
    let type = wish?.type ?? column.type;
    // Text is never estimated; as a target its values are classes.
    if (role === 'target' && type === 'text') type = 'category';
    const separator = wish?.separator === undefined ? column.separator : (wish.separator ?? undefined);
    const parted = separator !== column.separator;
    const becomes = role === 'target' && column.role !== 'target';
    const ceases = role !== 'target' && column.role === 'target';
    if (parted)
      changes.push(
        separator === undefined ? `${column.name}: one class a cell` : `${column.name}: several classes a cell`,
      );
    if (type === column.type && !parted && !((becomes || ceases) && !wish)) {
      if (role !== column.role && !becomes && !ceases) changes.push(`${column.name}: ${column.role} → ${role}`);
      columns.push(role === column.role ? column : withoutNote({ ...column, role }));
      continue;
    }
    const [facts] = await countColumns(connection, table, [i]);
    const judged = { name: column.name, ...judgeColumn(column.name, facts) };
    // Nobody said of which type it is to be: what its content speaks for.
    if (!wish && becomes) type = targetType(judged, facts);
    if (!wish && ceases) type = judged.type;
    const decimalComma = type === 'number' && facts.commaNumbers > facts.numbers;
    if (wish && type !== column.type) changes.push(`${column.name}: ${column.type} → ${type}`);
    columns.push(
      await describeColumn(connection, table, i, facts, {
        name: column.name,
        type,
        role: ceases && type === 'text' && judged.note ? 'ignored' : role,
        decimalComma,
        separator,
      }),
    );
  }
  return columns;
}

/** `target` wins over a role; null takes the target away. Throws where two columns are to be it. */
function wishedTarget({ manifest, columns, target }: ReviseParams): string | null {
  if (target !== undefined) return target;
  const named = (columns ?? []).filter((column) => column.role === 'target').map((column) => column.name);
  if (named.length > 1) {
    throw new AtelierError('several_targets', `Only one column can be the target; ${named.join(' and ')} were given.`);
  }
  if (named.length === 1) return named[0];
  const current = (columns ?? []).find((column) => column.name === manifest.target);
  return current ? null : manifest.target;
}

function roleOf(column: Column, wish: ColumnRole | undefined, isTarget: boolean): ColumnRole {
  if (isTarget) return 'target';
  const role = wish === 'target' ? 'feature' : (wish ?? column.role);
  return role === 'target' ? 'feature' : role;
}

/** A note says why the importer ignored a column; it is void once people decide. */
function withoutNote(column: Column): Column {
  const kept = { ...column };
  if (kept.role !== 'ignored') delete kept.note;
  return kept;
}
