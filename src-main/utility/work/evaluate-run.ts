import { int32s, readBlob } from '../../datasets/blobs.ts';
import { targetOf } from '../../datasets/encode/encoder.ts';
import { findSlices } from '../../datasets/slices.ts';
import { reportClassification, type Reported } from '../../evaluation/classification-report.ts';
import { compareClassifiers, compareMultiLabel, compareRegressions } from '../../evaluation/comparison.ts';
import { argmaxRows } from '../../evaluation/classification.ts';
import { reportRegression } from '../../evaluation/regression-report.ts';
import { reportMultiLabel } from '../../evaluation/multi-label-report.ts';
import { accuracySlices, errorSlices, sliceLeast } from '../../evaluation/slices.ts';
import { splitNames, type Manifest, type SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { EvaluationReport, RunComparison, Slice } from '../../shared/evaluation.ts';
import type { EvaluateParams, EvaluateResult } from '../../shared/work/evaluate.ts';
import { decisionAt } from '../../shared/threshold.ts';
import { sameSamples } from '../../shared/same-samples.ts';
import type { JobContext } from '../port/job-port.ts';
import type { SplitAnswers } from './kept-answers.ts';
import { RunAnswers, type RunFiles } from './run-answers.ts';
import { reportRanking } from './run-ranking.ts';
import { workOf } from './tasks/index.ts';

/** All that can be said of a run that tells a target: its metrics, and where asked for a report, and how it stands against another run. */
export async function evaluateRun(
  params: EvaluateParams & { model: RunFiles },
  context: JobContext,
): Promise<EvaluateResult> {
  const { blobs, manifest, threads, split } = params;
  const names = split === 'all' ? splitNames : [split];
  const own = new RunAnswers(params.model, { blobs, manifest, threads }, context);
  const rival = params.against;
  // What another recipe has prepared the other model has to have as it knows it.
  const theirs = rival && preparedApart(manifest, rival.manifest) ? rival.manifest : manifest;
  const other = rival ? new RunAnswers(rival, { blobs, manifest: theirs, threads }, context) : null;
  try {
    if (other) checkAlike(own, other);
    const here = await own.together(names);
    const samples = here.indices.length;
    if (samples === 0) {
      throw new AtelierError('no_samples', `The split "${split}" holds no labelled sample. Choose another one.`);
    }
    const { task } = own;
    const measured = workOf(task).measure(split, own.encoder, here, {
      answers: { values: here.values },
      loss: here.loss,
    });
    const result: EvaluateResult = { samples, ...measured };
    if (params.report) {
      context.progress({ stage: 'measuring', unit: 'samples', done: 0, total: samples });
      // What is reported of validation itself is chosen on it as well: the window and the help say so.
      const validation = task === 'regression' ? null : await own.of('validation');
      const sides = await own.firstSides(names);
      const ranking = sides && reportRanking(own.encoder, sides, own.actual(here), here.values);
      const { report, metrics } = await reportOf(own, here, validation, params, context);
      const keyed = Object.entries({ ...metrics, ...ranking?.metrics }).map(([name, value]) => [
        `${split}/${name}`,
        value,
      ]);
      result.metrics = { ...measured.metrics, ...(Object.fromEntries(keyed) as Record<string, number>) };
      result.report = { ...report, ranking: ranking?.report ?? null };
    }
    if (other) {
      const there = await other.together(names);
      result.comparison = await comparisonOf(own, here, other, { ...there, manifest: theirs }, params, context);
    }
    return result;
  } finally {
    await Promise.all([own.close(), other?.close()]);
  }
}

async function reportOf(
  own: RunAnswers,
  here: SplitAnswers,
  validation: SplitAnswers | null,
  { blobs, manifest, split }: EvaluateParams,
  context: JobContext,
): Promise<{ report: Omit<EvaluationReport, 'ranking'>; metrics: Record<string, number> }> {
  const pause = (): Promise<void> => context.pause();
  const actual = own.actual(here);
  const answersOf = (answers: SplitAnswers) => ({
    samples: answers.indices,
    actual: own.actual(answers),
    probabilities: answers.values,
  });
  const chosenOn = validation && validation.indices.length > 0 ? answersOf(validation) : null;
  const report = own.task === 'multi-label' ? reportMultiLabel : reportClassification;
  const reported: Reported<EvaluationReport['detail']> =
    own.task === 'regression'
      ? await reportRegression({ samples: here.indices, actual, predicted: here.values }, pause)
      : await report(own.classes, answersOf(here), chosenOn, pause);
  const samples = here.indices.length;
  context.progress({ stage: 'scanning', unit: 'samples', done: 0, total: samples });
  return {
    metrics: reported.metrics,
    report: {
      intervals: Object.fromEntries(
        Object.entries(reported.intervals).map(([name, interval]) => [`${split}/${name}`, interval]),
      ),
      resamples: reported.resamples,
      kept: own.kept,
      detail: reported.detail,
      slices: await slicesOf(own, here, blobs, manifest, context.signal),
      sliceLeast: sliceLeast(samples),
    },
  };
}

async function slicesOf(
  own: RunAnswers,
  here: SplitAnswers,
  blobs: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Slice[]> {
  const found = await findSlices(blobs, manifest, here.indices, signal);
  if (own.task !== 'regression') return accuracySlices(found, rightSamples(own, here));
  const actual = own.actual(here);
  return errorSlices(
    found,
    Float64Array.from(actual, (value, i) => Math.abs(here.values[i] - value)),
  );
}

/** 1 where the class, or each decision of several, is right. */
function rightSamples({ task, classes }: RunAnswers, { y, values, indices }: SplitAnswers): Uint8Array {
  const width = classes.length;
  if (task === 'classification')
    return Uint8Array.from(argmaxRows(values, width), (guess, i) => Number(guess === y[i]));
  const right = new Uint8Array(indices.length).fill(1);
  values.forEach((value, at) => {
    if (value >= decisionAt !== y[at] > 0) right[Math.floor(at / width)] = 0;
  });
  return right;
}

/** Errors: runs_differ. */
function checkAlike(own: RunAnswers, other: RunAnswers): void {
  const [a, b] = [targetOf(own.encoder), targetOf(other.encoder)];
  const classes = (of: RunAnswers): string => JSON.stringify([...of.classes].sort());
  if (a?.task !== b?.task || a?.column !== b?.column || classes(own) !== classes(other)) {
    throw new AtelierError(
      'runs_differ',
      'The two runs do not tell the same thing: their target or its classes differ. Compare runs with the same target.',
    );
  }
}

/** Of tables: whether two versions are of the same rows, which recipes of their own have prepared. */
function preparedApart(a: Manifest, b: Manifest): boolean {
  const raw = ({ blobs }: Manifest) => blobs.raw ?? blobs.table;
  return raw(a) !== undefined && raw(a) === raw(b) && a.blobs.recipe !== b.blobs.recipe;
}

/** Which row of the table before the recipe a sample is. */
async function rowsOf(blobs: string, { blobs: { rows: blob } }: Manifest): Promise<(sample: number) => number> {
  const rows = blob === undefined ? null : int32s(await readBlob(blobs, blob));
  return (sample) => rows?.[sample] ?? sample;
}

/** Errors: runs_differ. */
async function comparisonOf(
  own: RunAnswers,
  here: SplitAnswers,
  other: RunAnswers,
  theirs: SplitAnswers & { manifest: Manifest },
  { blobs, manifest, against, split, version }: EvaluateParams,
  context: JobContext,
): Promise<RunComparison> {
  const apart = theirs.manifest !== manifest;
  const rowOf = apart ? await rowsOf(blobs, manifest) : (sample: number) => sample;
  const theirRowOf = apart ? await rowsOf(blobs, theirs.manifest) : (sample: number) => sample;
  const places = new Map(Array.from(theirs.indices, (sample, i) => [theirRowOf(sample), i]));
  const mine: number[] = [];
  const yours: number[] = [];
  here.indices.forEach((sample, i) => {
    const at = places.get(rowOf(sample));
    if (at === undefined) return;
    mine.push(i);
    yours.push(at);
  });
  if (mine.length === 0) {
    throw new AtelierError(
      'runs_differ',
      `The two runs have no sample of the split "${split}" in common: their data were divided otherwise. Compare runs of the same division.`,
    );
  }
  const samples = mine.map((i) => here.indices[i]);
  const all = own.actual(here);
  const pause = (): Promise<void> => context.pause();
  // Both have the same classes, if perhaps in another order.
  const order = own.classes.map((name) => other.classes.indexOf(name));
  const width = own.classes.length;
  const row = (answers: SplitAnswers, i: number, columns: readonly number[]): number[] =>
    columns.map((c) => answers.values[i * width + c]);
  const compareClasses = own.task === 'multi-label' ? compareMultiLabel : compareClassifiers;
  const truths = own.task === 'multi-label' ? width : 1;
  const compared =
    own.task !== 'regression'
      ? await compareClasses(
          own.classes,
          samples,
          mine.flatMap((i) => [...all.subarray(i * truths, (i + 1) * truths)]),
          mine.flatMap((i) => row(here, i, [...own.classes.keys()])),
          yours.flatMap((i) => row(theirs, i, order)),
          pause,
        )
      : await compareRegressions(
          samples,
          mine.map((i) => all[i]),
          mine.map((i) => here.values[i]),
          yours.map((i) => theirs.values[i]),
          pause,
        );
  if (!version || !against) throw new AtelierError('internal', 'A comparison without its version.');
  // They are of the same split on both sides.
  const learnt = apart
    ? split === 'all'
      ? null
      : 0
    : await learntOf(blobs, manifest, against.manifest, split, samples);
  return { ...compared, version, learnt };
}

/** How many of these samples the other run was trained on, and this one was not. */
async function learntOf(
  blobs: string,
  own: Manifest,
  other: Manifest,
  split: SplitName | 'all',
  samples: readonly number[],
): Promise<number | null> {
  if (!sameSamples(own, other)) return null;
  if (own.blobs.split === other.blobs.split || split === 'train') return 0;
  const [ours, theirs] = await Promise.all([readBlob(blobs, own.blobs.split), readBlob(blobs, other.blobs.split)]);
  const train = splitNames.indexOf('train');
  return samples.filter((sample) => theirs[sample] === train && ours[sample] !== train).length;
}
