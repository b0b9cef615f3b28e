import { classesOf, inputColumns, ofFiles, type Encoder } from '../../datasets/encode/encoder.ts';
import { readPixels } from '../../datasets/images/pixels.ts';
import { decisionUncertaintyOf, uncertaintyOf } from '../../evaluation/uncertainty.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { PrelabelParams, PrelabelResult } from '../../shared/work/suggest.ts';
import { decisionAt } from '../../shared/threshold.ts';
import type { JobContext } from '../port/job-port.ts';
import type { RawModel } from './model.ts';
import { openModelFile } from './open-model.ts';
import { countOf, eachRawBatch, type RawSamples } from './raw-samples.ts';
import { RunModel } from './run-model.ts';

const imagesAtOnce = 256;

/** What a classifier says of samples, labelled or not. Errors: not_a_classifier, image_size_differs, missing_columns, other_kind. */
export async function prelabel(params: PrelabelParams, context: JobContext): Promise<PrelabelResult> {
  const { manifest, model: asked, samples, threads } = params;
  const model = 'onnx' in asked ? await openModelFile(asked.onnx, threads) : await RunModel.open(asked, threads);
  try {
    if (model.task !== 'classification' && model.task !== 'multi-label') {
      throw new AtelierError(
        'not_a_classifier',
        'The model tells no classes apart, so it can suggest none. Choose a classifier.',
      );
    }
    checkFits(model.encoder, manifest);
    const classes = classesOf(model.encoder);
    const probabilities = new Float32Array(samples.length * classes.length);
    let done = 0;
    await eachBatch(model, params, async (raw) => {
      const { values } = await model.answer(raw);
      probabilities.set(values as Float32Array, done * classes.length);
      done += countOf(raw);
      context.progress({ stage: 'predicting', unit: 'samples', done, total: samples.length });
      await context.pause();
    });
    const unsure =
      model.task === 'multi-label'
        ? decisionUncertaintyOf(probabilities, classes.length, decisionAt)
        : uncertaintyOf(probabilities, classes.length);
    return { classes, samples, ...unsure };
  } finally {
    await model.close();
  }
}

async function eachBatch(
  { encoder }: RawModel,
  { blobs, manifest, samples }: PrelabelParams,
  work: (raw: RawSamples) => Promise<void>,
): Promise<void> {
  if (encoder.kind !== 'images') {
    const split = { count: samples.length, x: new Int32Array(0), indices: samples };
    return eachRawBatch({ blobs, manifest, split, encoder }, work);
  }
  for (let from = 0; from < samples.length; from += imagesAtOnce) {
    const some = samples.subarray(from, from + imagesAtOnce);
    await work({ kind: 'images', count: some.length, pixels: await readPixels(blobs, manifest, some) });
  }
}

function checkFits(encoder: Encoder, manifest: Manifest): void {
  const kind = ofFiles(encoder) ? encoder.kind : 'table';
  if (kind !== manifest.kind) {
    throw new AtelierError(
      'other_kind',
      `The model takes ${kind}, and these samples are ${manifest.kind}. Choose another model.`,
    );
  }
  if (encoder.kind === 'images') {
    const { image: want } = encoder;
    const image = manifest.image;
    if (image?.width !== want.width || image.height !== want.height || image.channels !== want.channels) {
      throw new AtelierError(
        'image_size_differs',
        `The model takes images of ${want.width} × ${want.height} pixels with ${want.channels} channels; these are other ones. Choose a model of this dataset.`,
      );
    }
  }
  if (ofFiles(encoder)) return;
  const names = new Set((manifest.raw?.columns ?? manifest.columns).map(({ name }) => name));
  const missing = inputColumns(encoder).filter((name) => !names.has(name));
  if (missing.length > 0)
    throw new AtelierError('missing_columns', `The model reads columns that are not here: ${missing.join(', ')}.`);
}
