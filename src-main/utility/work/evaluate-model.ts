import { loadTrainingData, type EncodedSplit } from '../../datasets/training-data.ts';
import { splitNames } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { EvaluateParams, EvaluateResult } from '../../shared/job.ts';
import type { JobContext } from '../port/job-port.ts';
import type { RawModel } from './model.ts';
import { openModelFile } from './open-model.ts';
import { countOf, eachRawBatch } from './raw-samples.ts';
import { inTargetUnit, RunModel } from './run-model.ts';
import { splitMetrics, type Outputs } from './split-metrics.ts';

/** Metrics of a run's best checkpoint, or of a model file on raw samples, over a split of any dataset that fits. */
export async function evaluateModel(params: EvaluateParams, context: JobContext): Promise<EvaluateResult> {
  const { blobs, manifest, threads } = params;
  const model =
    'onnx' in params.model
      ? await openModelFile(
          params.model.onnx,
          threads,
          manifest.classes.map(({ name }) => name),
        )
      : await RunModel.open(params.model, threads);
  try {
    context.progress({ stage: 'reading', unit: 'samples', done: 0, total: manifest.samples });
    await context.pause();
    const data = await loadTrainingData(blobs, manifest, model.encoder);
    const names = params.split === 'all' ? splitNames : [params.split];
    const splits = names.map((name) => data.splits[name]).filter((split) => split.count > 0);
    const samples = splits.reduce((sum, split) => sum + split.count, 0);
    if (samples === 0) {
      throw new AtelierError('no_samples', `The split "${params.split}" holds no labelled sample. Choose another one.`);
    }
    let done = 0;
    const parts: (Outputs & { y: EncodedSplit['y'] })[] = [];
    for (const split of splits) {
      parts.push({
        y: split.y,
        ...(await outputsOf(model, split, params, context, (count) => {
          context.progress({ stage: 'evaluating', unit: 'samples', done: (done += count), total: samples });
        })),
      });
    }
    const y = parts.flatMap((part) => [...part.y]);
    const predictions = concat(parts.map((part) => part.predictions));
    const loss = parts.every((part) => part.loss !== undefined)
      ? parts.reduce((sum, part) => sum + (part.loss ?? 0) * part.y.length, 0) / y.length
      : undefined;
    return { samples, ...splitMetrics(params.split, model.encoder, y, { predictions, loss }) };
  } finally {
    await model.close();
  }
}

async function outputsOf(
  model: RawModel,
  split: EncodedSplit,
  { blobs, manifest }: EvaluateParams,
  context: JobContext,
  progress: (count: number) => void,
): Promise<Outputs & { predictions: Float32Array }> {
  const { encoder } = model;
  if (model instanceof RunModel) {
    const { predictions, loss } = await model.evaluate(split, () => context.pause());
    progress(split.count);
    return { predictions: inTargetUnit(encoder, predictions ?? new Float32Array()), loss };
  }
  const parts: Float32Array[] = [];
  const table = encoder.kind === 'table' ? encoder : null;
  await eachRawBatch({ blobs, manifest, split, encoder: table }, async (raw) => {
    parts.push(await model.predict(raw));
    progress(countOf(raw));
    await context.pause();
  });
  return { predictions: concat(parts) };
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
