import type { Manifest, SourceFile } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import { createBlob } from '../blobs.ts';
import { withDuck } from '../duck.ts';
import { finishImages } from '../image-version.ts';
import { findArrays, type FoundArrays } from '../numpy/arrays.ts';
import { planArrays, type Plan } from '../numpy/plan.ts';
import { readClasses, writeImages } from '../numpy/to-images.ts';
import { collectTable } from '../numpy/to-table.ts';
import { checkLength } from '../numpy/values.ts';
import { storedAs, totalBytes, type Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { checkTarget, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

/**
 * Arrays of numbers as NumPy saves them (.npy, .npz): rows of a table, or images, with labels from a second array. Arrays of Python objects
 * are programs, and are refused.
 */
export const numpy: Importer = {
  async offer(source) {
    const found = await findArrays(source);
    try {
      if (found.files.length === 0) return [];
      const plan = planArrays(found.arrays, found.unreadable, undefined);
      for (const array of arraysOf(plan)) await checkLength(array);
      const columns = plan.kind === 'columns' ? plan.columns.map(({ name }) => name) : [];
      const labels = plan.kind === 'rows' ? (plan.groups[0].labels?.name ?? null) : null;
      return [
        {
          kind: plan.kind === 'images' ? 'image-array' : 'table',
          suggestedName: source.suggestedName,
          files: found.files.length,
          folders: 0,
          bytes: await totalBytes(found.files),
          columns,
          target: labels,
        },
      ];
    } finally {
      found.close();
    }
  },

  async read(source, params, context) {
    const found = await findArrays(source);
    try {
      const plan = planArrays(found.arrays, found.unreadable, params.target);
      const sources = await describeSources(found, context);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const left = leftOut(plan, found);
      const more = { sources, rejectedCount: rejects.count, rejected: rejects.list };
      return plan.kind === 'images'
        ? await readImages(source, plan, params, context, more, left)
        : await readTable(source, found, plan, params, context, more, left);
    } finally {
      found.close();
    }
  },
};

type Told = Pick<Manifest, 'sources' | 'rejectedCount' | 'rejected'>;
type Notes = Manifest['notes'];

const arraysOf = (plan: Plan) =>
  plan.kind === 'columns'
    ? plan.columns
    : plan.groups.flatMap(({ data, labels }) => (labels ? [data, labels] : [data]));

async function describeSources(found: FoundArrays, context: ReadContext): Promise<SourceFile[]> {
  const sources: SourceFile[] = [];
  const total = await totalBytes(found.files);
  let before = 0;
  for (const file of found.files) {
    const progress = (bytes: number): void =>
      context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(total, before + bytes), total });
    const described = await storedAs(file, context.signal, progress);
    before += described.bytes;
    sources.push(described);
  }
  return sources;
}

function leftOut(plan: Plan, { unreadable }: FoundArrays): Notes {
  const names = [...plan.left.map(({ name }) => name), ...unreadable.map(({ name }) => name)];
  if (names.length === 0) return [];
  const some = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  return [{ code: 'arrays_left_out', message: `Arrays that were not used: ${some}.` }];
}

/** Arrays called train and test are splits already made. */
function givenSplit(plan: Exclude<Plan, { kind: 'columns' }>): Uint8Array | null {
  const { groups } = plan;
  if (new Set(groups.map(({ split }) => split)).size < 2) return null;
  const split = new Uint8Array(groups.reduce((sum, { data }) => sum + data.shape[0], 0));
  let at = 0;
  for (const { data, split: name } of groups) split.fill(splitCode(name ?? 'train'), at, (at += data.shape[0]));
  return split;
}

async function readImages(
  source: Source,
  plan: Extract<Plan, { kind: 'images' }>,
  params: ImportParams,
  context: ReadContext,
  told: Told,
  notes: Notes,
): Promise<ImportResult> {
  const { groups } = plan;
  if (params.target && !groups.some(({ labels: array }) => array?.name === params.target)) {
    throw new AtelierError('unknown_column', `There is no array "${params.target}" to say the classes.`);
  }
  if (groups.every(({ data }) => data.shape[0] === 0)) {
    throw new AtelierError('no_samples', `${groups[0].data.label} holds no images.`);
  }
  const { labels, classes } = await readClasses(groups, context.signal);
  const pixels = await createBlob(params.blobs);
  try {
    const read = await writeImages(plan, pixels, context);
    context.signal.throwIfAborted();
    const set = {
      ...told,
      image: read.image,
      pixels,
      names: groups.flatMap(({ data }) => Array.from({ length: data.shape[0] }, (_, i) => `${data.name}#${i}`)),
      labels,
      classes,
      given: givenSplit(plan),
      notes: [...read.notes, ...notes],
    };
    const manifest = await finishImages(params.blobs, set, params.splitSeed);
    return { suggestedName: source.suggestedName, manifest };
  } catch (error) {
    await pixels.abort();
    throw error;
  }
}

async function readTable(
  source: Source,
  found: FoundArrays,
  plan: Exclude<Plan, { kind: 'images' }>,
  params: ImportParams,
  context: ReadContext,
  told: Told,
  notes: Notes,
): Promise<ImportResult> {
  return toldApart(found.files, params, context, () =>
    withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
      const { names, relation, rows, labels } = await collectTable(connection, plan, context);
      const [first] = arraysOf(plan);
      if (rows === 0) throw new AtelierError('no_rows', `${first.label} holds no rows. Nothing was imported.`);
      const isLabels = arraysOf(plan).some(({ name }) => name === params.target) && plan.kind === 'rows';
      const target = labels !== null && (params.target === undefined || isLabels) ? labels : params.target;
      checkTarget(target, names);
      const given = plan.kind === 'rows' ? givenSplit(plan) : null;
      const table = { relation, names, bytes: 0, name: first.label, given };
      const manifest = await storeTable(connection, table, { ...params, target }, context);
      return {
        suggestedName: source.suggestedName,
        manifest: { ...manifest, ...told, notes: [...manifest.notes, ...notes] },
      };
    }),
  );
}
