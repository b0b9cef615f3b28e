import type { Readable } from '../../db/connection.ts';
import { newestTarget } from '../../db/labellings.ts';
import { spanColumn, type Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { answersOf, guessJudged, packJudged, type JudgedKind, type JudgedWish } from '../../shared/judged.ts';
import { isJudgedKind, preparedByRecipe, type LabellingKind } from '../../shared/labels.ts';

/** Which samples a version has: the same for versions of other splits, types or labels. */
export function samplesIdentity({ kind, blobs }: Manifest): string {
  if (kind === 'table') return `table ${blobs.table}`;
  return [kind, blobs.names, blobs.images ?? blobs.sounds, blobs.places].filter(Boolean).join(' ');
}

/** What is marked in the samples of a version. */
const fitting: Partial<Record<LabellingKind, { of: Manifest['kind']; words: string }>> = {
  objects: { of: 'images', words: 'Objects are marked in images' },
  spans: { of: 'table', words: 'Spans are marked in texts' },
  segments: { of: 'audio', words: 'Segments are marked in sounds' },
};

/**
 * The column that labels of a table go to where none is named: its target, if that holds classes, else one of its own; of spans the one whose
 * texts are marked, its first column of texts.
 */
export function usualTarget({ kind, target, task, columns }: Manifest, of: LabellingKind = 'single'): string | null {
  if (kind !== 'table') return null;
  if (of === 'spans') return spanColumn(columns)?.name ?? null;
  // What is one class can become several; several classes stay beside the column of one.
  if (target !== null && (task === 'classification' || (task === 'multi-label' && of === 'multiple'))) return target;
  return freeColumn(columns, 'label');
}

/** A name that no column has: this one, or with a number. */
function freeColumn(columns: Manifest['columns'], wished: string): string {
  const taken = new Set(columns.map(({ name }) => name));
  let name = wished;
  for (let n = 2; taken.has(name); n++) name = `${wished} ${n}`;
  return name;
}

/** The column of a version that judgements go to. `manifest`: of the version that was judged. */
export const judgedColumn = ({ columns }: Manifest, kind: JudgedKind): string =>
  freeColumn(columns, kind === 'pair' ? 'preference' : 'rating');

/**
 * What a judged labelling is found by: its columns, packed. Where none are named they are those of the newest labelling of this kind, else guessed.
 * Throws `kind_unfit`, `prepared_by_recipe`, `no_such_column`, `columns_wanted`.
 */
export function judgedTarget(db: Readable, manifest: Manifest, kind: JudgedKind, wished: JudgedWish = {}): string {
  const { columns, recipe } = manifest;
  if (manifest.kind !== 'table') {
    throw new AtelierError('kind_unfit', 'Answers are judged in tables, and this dataset is none.');
  }
  if (recipe) throw preparedByRecipe();
  if (wished.prompt === undefined && !wished.answers) {
    const before = newestTarget(db, samplesIdentity(manifest), kind);
    if (before !== null) return before;
  }
  const named = [wished.prompt ?? [], wished.answers ?? []].flat();
  for (const name of named) {
    if (columns.some((column) => column.name === name)) continue;
    const there = columns.slice(0, 20).map((column) => column.name);
    throw new AtelierError('no_such_column', `There is no column "${name}". There is: ${there.join(', ')}.`);
  }
  const wanted = answersOf[kind];
  const found = guessJudged(columns, kind, wished);
  const words = wanted === 2 ? 'two columns of answers' : 'one column of answers';
  if (found?.answers.length !== wanted) {
    throw new AtelierError(
      'columns_wanted',
      `${kind === 'pair' ? 'Pairs have' : 'A rating has'} ${words}${found ? `, not ${found.answers.length}` : ', and the names of the columns do not tell which'}. Name what is judged, and the column of prompts.`,
    );
  }
  if (new Set([found.prompt, ...found.answers]).size < wanted + 1) {
    throw new AtelierError('columns_wanted', 'A column is named twice. Name another one for each.');
  }
  return packJudged(found);
}

/** What a labelling is found by besides its samples and kind: see `checkedTarget` and `judgedTarget`. */
export function wishedTarget(
  db: Readable,
  manifest: Manifest,
  kind: LabellingKind,
  { target, judged }: { target?: string; judged?: JudgedWish },
): string | null {
  if (!isJudgedKind(kind)) return checkedTarget(manifest, kind, target);
  if (target === undefined) return judgedTarget(db, manifest, kind, judged);
  throw new AtelierError('no_such_column', 'Judgements go to a column of their own. Name none.');
}

/** Throws `kind_unfit`, `prepared_by_recipe`, `no_such_column`. */
function checkedTarget(manifest: Manifest, kind: LabellingKind, wished: string | undefined): string | null {
  const fit = fitting[kind];
  if (fit && fit.of !== manifest.kind) {
    throw new AtelierError('kind_unfit', `${fit.words}, and this dataset has none. Choose another kind of labelling.`);
  }
  if (manifest.kind !== 'table') {
    if (wished === undefined) return null;
    throw new AtelierError(
      'no_such_column',
      'Images and sounds have no columns: their class is what is labelled. Name no column.',
    );
  }
  if (manifest.recipe) throw preparedByRecipe();
  if (kind === 'spans') {
    const texts = usualTarget(manifest, kind);
    if (texts !== null && (wished === undefined || wished.trim() === texts)) return texts;
    throw new AtelierError(
      'no_such_column',
      texts === null
        ? 'No column of this table holds texts to mark spans in. Make one a text under Schema.'
        : `Spans are marked in "${texts}", the first column of texts. Name that one or none.`,
    );
  }
  const target = wished?.trim() || usualTarget(manifest, kind)!;
  const column = manifest.columns.find(({ name }) => name === target);
  if (column && column.type !== 'category') {
    throw new AtelierError(
      'no_such_column',
      `The column "${target}" holds ${column.type === 'number' ? 'numbers' : 'texts'}, not classes. Name another column, or a new one.`,
    );
  }
  return target;
}
