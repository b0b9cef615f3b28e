import { loadTrainingData, type EncodedSplit, type TrainingData } from '../../datasets/training-data.ts';
import { ambiguousPairs, hardest, margins } from '../../evaluation/hard-samples.ts';
import { labelNoise, likeliest } from '../../evaluation/label-noise.ts';
import { farOut, neighbourDistances } from '../../evaluation/outliers.ts';
import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { QualityParams } from '../../shared/work/judge.ts';
import { shownErrors, shownOfPair, shownSamples, type JudgedSample, type QualityReport } from '../../shared/quality.ts';
import type { JobContext } from '../port/job-port.ts';
import { Products } from './few-shot/products.ts';
import { otherWitnesses } from './other-witnesses.ts';
import { RunModel } from './run-model.ts';

/** Samples with what a run that may judge them finds. */
interface Judged {
  samples: Int32Array;
  labels: Int32Array;
  probabilities: Float32Array;
  splits: SplitName[];
  /** Encoded, samples × width; none of texts. */
  inputs: EncodedSplit['x'];
  width: number;
}

/** What one or more trained runs say of the samples: suspected label errors, hard and ambiguous ones, outliers. Throws `not_a_classifier`, `no_samples`. */
export async function judgeQuality(params: QualityParams, context: JobContext): Promise<QualityReport> {
  const { classes, parts, texts, first } = await judgedParts(params, context);
  const all = concat(parts);
  if (all.samples.length === 0) {
    throw new AtelierError(
      'no_samples',
      'There is no labelled sample to judge by this run. Choose another run, or judge its training split too.',
    );
  }
  const k = classes.length;
  const inSample = all.splits.map((split) => params.basis === 'all' && split === 'train');
  const { probabilities, labels } = all;
  const judged = (i: number, predicted = likeliest(probabilities, i, k)): JudgedSample => ({
    sample: all.samples[i],
    split: all.splits[i],
    label: classes[labels[i]],
    predicted: classes[predicted],
    probability: probabilities[i * k + labels[i]],
    inSample: inSample[i],
  });
  await context.pause();
  const hard = hardest(margins(probabilities, labels, k));
  await context.pause();
  const total = all.samples.length;
  const scanning =
    (from: number, to: number) =>
    (share: number): Promise<void> => {
      const done = Math.floor((from + (to - from) * share) * total);
      context.progress({ stage: 'scanning', unit: 'samples', done, total });
      return context.pause();
    };
  const others = await otherWitnesses(first, all.samples, params.threads, scanning(0, texts ? 1 : 0.8));
  // What a run says of samples that it learnt from is what their labels say, right or wrong.
  const witnesses = inSample.some(Boolean) ? others : [probabilities, ...others];
  const learning = await labelNoise(witnesses, labels, k, () => context.pause());
  const distances = texts ? null : await distancesOf(all, params.threads, scanning(0.8, 1));
  const far = distances && farOut(distances);
  return {
    basis: params.basis,
    folds: params.folds,
    samples: all.samples.length,
    inSample: inSample.filter(Boolean).length,
    accuracy: labels.filter((label, i) => likeliest(probabilities, i, k) === label).length / labels.length,
    labelErrors: {
      count: learning.errors.length,
      samples: learning.errors
        .slice(0, shownErrors)
        .map(({ sample, likelier, wrong }) => ({ ...judged(sample, likelier), wrong })),
    },
    noise: learning.noise,
    hard: { count: hard.length, samples: hard.slice(0, shownSamples).map((i) => judged(i)) },
    ambiguous: ambiguousPairs(probabilities, labels, k)
      .slice(0, 20)
      .map(({ classes: [a, b], samples, share }) => ({
        classes: [classes[a], classes[b]],
        count: samples.length,
        share,
        samples: samples.slice(0, shownOfPair).map((i) => judged(i)),
      })),
    outliers: far && {
      count: far.length,
      samples: far.slice(0, shownSamples).map((i) => ({ ...judged(i), distance: distances[i] })),
    },
  };
}

async function distancesOf(
  { inputs, samples, width }: Judged,
  threads: number,
  step: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const products = new Products(threads);
  try {
    return await neighbourDistances(inputs, samples.length, width, (...of) => products.multiply(...of), step);
  } finally {
    await products.close();
  }
}

async function judgedParts(
  { blobs, runs, threads }: QualityParams,
  context: JobContext,
): Promise<{ classes: string[]; parts: Judged[]; texts: boolean; first: TrainingData }> {
  const parts: Judged[] = [];
  let classes: string[] | null = null;
  let texts = false;
  let first: TrainingData | null = null;
  for (const [r, run] of runs.entries()) {
    const model = await RunModel.open(run, threads);
    try {
      if (model.task !== 'classification') {
        throw new AtelierError(
          'not_a_classifier',
          'The run tells no classes apart: labels, hard and ambiguous samples can be judged by a classifier only.',
        );
      }
      context.progress({ stage: 'reading', unit: 'samples', done: r, total: runs.length });
      const data = await orCancelled(context, loadTrainingData(blobs, run.manifest, model.encoder));
      // Runs of other folds may have met the classes in another order.
      const known: string[] = (classes ??= data.classes);
      const place = Int32Array.from(data.classes, (name) => known.indexOf(name));
      // Encoders of other folds may speak of other tokens: so neighbours are sought as the first run reads all samples.
      first ??= data;
      texts ||= data.kind === 'text';
      for (const split of run.splits) {
        const samples = data.splits[split];
        if (samples.count === 0) continue;
        context.progress({ stage: 'evaluating', unit: 'samples', done: r, total: runs.length });
        const { answers } = await model.evaluate(samples, () => context.pause());
        parts.push(judgedOf(samples, answers.values, place, known.length, split, data.kind === 'text'));
      }
    } finally {
      await model.close();
    }
  }
  if (!classes || !first) throw new AtelierError('internal', 'There is no run to judge by.');
  return { classes, parts, texts, first };
}

/** What goes on by itself ends with the process: nobody need wait for it who has cancelled. */
const orCancelled = <T>({ signal }: JobContext, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

function judgedOf(
  { count, x, y, indices }: EncodedSplit,
  values: Float32Array,
  place: Int32Array,
  classes: number,
  split: SplitName,
  texts: boolean,
): Judged {
  const probabilities = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < place.length; k++) probabilities[i * classes + place[k]] = values[i * place.length + k];
  }
  return {
    samples: indices,
    labels: Int32Array.from(y, (label) => place[label]),
    probabilities,
    splits: Array.from({ length: count }, () => split),
    inputs: texts ? new Float32Array(0) : x,
    width: x.length / count,
  };
}

function concat(parts: readonly Judged[]): Judged {
  const total = (of: (part: Judged) => ArrayLike<number>): number =>
    parts.reduce((sum, part) => sum + of(part).length, 0);
  const all: Judged = {
    samples: new Int32Array(total(({ samples }) => samples)),
    labels: new Int32Array(total(({ labels }) => labels)),
    probabilities: new Float32Array(total(({ probabilities }) => probabilities)),
    splits: parts.flatMap(({ splits }) => splits),
    inputs: joined(parts.map(({ inputs }) => inputs)),
    width: parts[0]?.width ?? 0,
  };
  const at = { samples: 0, labels: 0, probabilities: 0 };
  for (const part of parts) {
    for (const name of ['samples', 'labels', 'probabilities'] as const) {
      all[name].set(part[name], at[name]);
      at[name] += part[name].length;
    }
  }
  return all;
}

/** As they lie there: pictures are bytes, of which there are many. */
function joined(arrays: readonly EncodedSplit['x'][]): EncodedSplit['x'] {
  if (arrays.length === 1) return arrays[0];
  const length = arrays.reduce((sum, each) => sum + each.length, 0);
  const all = arrays.every((each) => each instanceof Uint8Array) ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const each of arrays) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
