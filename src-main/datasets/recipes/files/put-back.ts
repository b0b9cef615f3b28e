import type { SampleAnnotations } from '../../../shared/annotation.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import { eachAnnotations, readHeader } from '../../annotations/read.ts';
import { AnnotationWriter } from '../../annotations/writer.ts';
import { int32s, readBlob } from '../../blobs.ts';
import { asRead, keepAsRead } from '../../grow/as-read.ts';
import { keepLabels, namedLabels } from '../../labels.ts';
import { countSplits } from '../../splits.ts';
import { ofAllRows } from '../whole.ts';
import { applyToFiles } from './apply.ts';
import { fileBase } from './base.ts';

/**
 * What was decided anew of the samples that a recipe has left (split, classes, annotations), put back to the version before it, and the recipe applied
 * again: samples that it leaves out keep what they had. `revised`: made from `prepared` as if it had no recipe.
 */
export async function reapplied(
  blobs: string,
  prepared: Manifest,
  revised: Manifest,
  signal?: AbortSignal,
): Promise<Manifest> {
  const before = fileBase(prepared);
  const rows = prepared.blobs.rows ? int32s(await readBlob(blobs, prepared.blobs.rows)) : null;
  let base = await withSplit(blobs, before, prepared, revised, rows);
  if (revised.blobs.labels !== prepared.blobs.labels) base = await withLabels(blobs, base, prepared, revised, rows);
  if (revised.blobs.annotations !== prepared.blobs.annotations) {
    base = await withMarks(blobs, base, prepared, revised, rows);
  }
  const known = new Set(prepared.notes.map(({ code }) => code));
  const still = new Set(revised.notes.map(({ code }) => code));
  const notes = [
    ...base.notes.filter(({ code }) => !known.has(code) || still.has(code)),
    // Of what is left, not of all there is.
    ...revised.notes.filter(({ code }) => !known.has(code) && code !== 'single_class'),
  ];
  return (await applyToFiles(blobs, { ...base, notes }, prepared.recipe!, { signal })).manifest;
}

async function withSplit(
  blobs: string,
  base: Manifest,
  prepared: Manifest,
  revised: Manifest,
  rows: Int32Array | null,
): Promise<Manifest> {
  const { split, folds } = revised.blobs;
  if (split === prepared.blobs.split && folds === prepared.blobs.folds) return base;
  const { folds: _folds, ...others } = base.blobs;
  const whole = await ofAllRows(blobs, rows, base.samples, split, base.blobs.split);
  const { split: _settings, ...kept } = base;
  return {
    ...kept,
    splitSource: revised.splitSource,
    splitSeed: revised.splitSeed,
    ...(revised.split && { split: revised.split }),
    splits: countSplits(await readBlob(blobs, whole)),
    blobs: {
      ...others,
      split: whole,
      ...(folds && { folds: await ofAllRows(blobs, rows, base.samples, folds, undefined) }),
    },
  };
}

/** Of a sample that stands there several times what was said of any one of them. */
async function withLabels(
  blobs: string,
  base: Manifest,
  prepared: Manifest,
  revised: Manifest,
  rows: Int32Array | null,
): Promise<Manifest> {
  const [whole, was, is] = await Promise.all([base, prepared, revised].map((each) => namedLabels(blobs, each)));
  is.forEach((names, i) => {
    if (JSON.stringify(names) !== JSON.stringify(was[i])) whole[rows ? rows[i] : i] = names;
  });
  const order = new Set([...revised.classes, ...base.classes].map(({ name }) => name));
  const several = revised.classSets !== undefined;
  // A version is of one class a sample or of several: what the recipe leaves out may still be labelled the other way.
  const single = several ? whole : whole.map((names) => (names?.length === 1 ? names : null));
  const { labels, ...told } = await keepLabels(blobs, single, order, several);
  const { classSets: _sets, ...others } = base;
  const next: Manifest = { ...others, ...told, task: revised.task, blobs: { ...base.blobs, labels } };
  return withRead(next, base);
}

async function withMarks(
  blobs: string,
  base: Manifest,
  prepared: Manifest,
  revised: Manifest,
  rows: Int32Array | null,
): Promise<Manifest> {
  const { format: _format, version: _version, ...header } = await readHeader(blobs, revised);
  const writer = await AnnotationWriter.open(blobs);
  const [was, is] = [lines(blobs, prepared), lines(blobs, revised)];
  const own = lines(blobs, base);
  try {
    let i = 0;
    for (let sample = 0; sample < base.samples; sample++) {
      let said = await next(own);
      // Rows are in order, copies beside each other.
      for (; i < prepared.samples && (rows ? rows[i] : i) === sample; i++) {
        const [old, now] = [await next(was), await next(is)];
        if (JSON.stringify(old) !== JSON.stringify(now)) said = now;
      }
      await writer.add(said);
    }
    const made = await writer.finish(header);
    const after: Manifest = { ...base, annotations: made.summary, blobs: { ...base.blobs, ...made.blobs } };
    return asRead(base).blobs.annotations ? withRead(after, base) : after;
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await Promise.all([was, is, own].map((each) => each.return(undefined)));
  }
}

async function* lines(blobs: string, manifest: Manifest): AsyncGenerator<SampleAnnotations> {
  if (manifest.blobs.annotations) yield* eachAnnotations(blobs, manifest);
  else for (let i = 0; i < manifest.samples; i++) yield { annotations: [] };
}

const next = async (from: AsyncGenerator<SampleAnnotations>): Promise<SampleAnnotations> => {
  const { value } = (await from.next()) as { value: SampleAnnotations };
  return value;
};

function withRead(after: Manifest, before: Manifest): Manifest {
  const { asRead: _, ...rest } = after;
  return { ...rest, ...keepAsRead(rest, asRead(before)) };
}
