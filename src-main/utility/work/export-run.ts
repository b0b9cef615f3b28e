import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compileInference } from '../../autodiff/compile.ts';
import { classesOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { loadTrainingData, type EncodedSplit } from '../../datasets/training-data.ts';
import { composeExport } from '../../export/compose.ts';
import { exportMetadata } from '../../export/metadata.ts';
import { compareProbabilities, compareValues, judge, parityFailed } from '../../export/parity.ts';
import { writeModel } from '../../onnx/write.ts';
import { stageFile } from '../../runtime/atomic-file.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ExportParams, ExportResult } from '../../shared/job.ts';
import type { SplitName } from '../../shared/dataset.ts';
import type { Parity } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';
import { ExportedModel } from './exported-model.ts';
import { forwardModel, lossOf } from './forward.ts';
import { countOf, eachRawBatch } from './raw-samples.ts';
import { inTargetUnit, RunModel } from './run-model.ts';

/** Enough to meet every class and category, and over in a second or two. */
const paritySamples = 2_000;

/** Writes a run's best checkpoint as one file that takes raw samples; it takes its place only once it is shown to agree with the run. */
export async function exportRun(params: ExportParams, context: JobContext): Promise<ExportResult> {
  const { settings, manifest, out } = params;
  context.progress({ stage: 'writing', unit: 'steps', done: 0, total: 3 });
  const own = await RunModel.open(params, settings.threads);
  try {
    const { encoder } = own;
    const metadata = exportMetadata(params.metadata, { encoder, manifest, settings, classes: classesOf(encoder) });
    const net = compileInference(forwardModel(settings, encoder), own.values, { loss: lossOf(encoder) });
    const model = composeExport(net, encoder, metadata);
    mkdirSync(dirname(out), { recursive: true });
    const staged = stageFile(out, [writeModel(model)]);
    try {
      await context.pause();
      context.progress({ stage: 'checking', unit: 'steps', done: 1, total: 3 });
      // From the disk: what is checked is what people get.
      const bytes = readFileSync(staged.path);
      const parity = await checkParity(bytes, own, params, context);
      context.log(
        `parity on ${parity.samples} ${parity.split} samples: difference ${parity.maxDifference.toExponential(2)}, agreement ${parity.agreement}`,
      );
      if (!parity.passed) throw parityFailed(parity);
      staged.commit();
      context.progress({ stage: 'checking', unit: 'steps', done: 3, total: 3 });
      return { path: out, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), parity };
    } catch (error) {
      staged.discard();
      throw error;
    }
  } finally {
    await own.close();
  }
}

/** The file in a session of its own, on raw samples, against the checkpoint on encoded ones. */
async function checkParity(
  bytes: Uint8Array,
  own: RunModel,
  params: ExportParams,
  context: JobContext,
): Promise<Parity> {
  const { blobs, manifest } = params;
  const { encoder } = own;
  const data = await loadTrainingData(blobs, manifest, encoder);
  const name = (['test', 'validation', 'train'] as const).find((split) => data.splits[split].count > 0);
  if (!name)
    throw new AtelierError('no_samples', 'The dataset holds no labelled sample to check the exported file on.');
  const split = firstOf(data.splits[name], paritySamples);
  const { predictions } = await own.evaluate(split, () => context.pause());

  const exported = await ExportedModel.open(bytes, encoder, params.settings.threads);
  try {
    const answers = new Float32Array(predictions?.length ?? 0);
    const labels: string[] = [];
    let filled = 0;
    let done = 0;
    const table = encoder.kind === 'table' ? encoder : null;
    await eachRawBatch({ blobs, manifest, split, encoder: table }, async (raw) => {
      const answer = await exported.answer(raw);
      answers.set(answer.predictions, filled);
      filled += answer.predictions.length;
      labels.push(...answer.labels);
      done += countOf(raw);
      await context.pause();
    });
    if (done !== split.count)
      throw new AtelierError('internal', `Read ${done} of ${split.count} samples for the check.`);
    return compare(encoder, inTargetUnit(encoder, predictions ?? new Float32Array()), answers, labels, done, name);
  } finally {
    await exported.close();
  }
}

function compare(
  encoder: Encoder,
  own: Float32Array,
  exported: Float32Array,
  labels: string[],
  samples: number,
  split: SplitName,
): Parity {
  if (encoder.kind === 'table' && encoder.target.task === 'regression') {
    return judge(compareValues(own, exported, encoder.target.std), samples, split);
  }
  return judge(compareProbabilities(own, exported, labels, classesOf(encoder)), samples, split);
}

function firstOf(split: EncodedSplit, most: number): EncodedSplit {
  const count = Math.min(split.count, most);
  const part = <T extends EncodedSplit['x' | 'y']>(all: T): T =>
    all.subarray(0, (all.length / split.count) * count) as T;
  return { count, x: part(split.x), y: part(split.y), indices: split.indices.subarray(0, count) };
}
