import { basename } from 'node:path';
import { classesOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { decodeImageFor } from '../../datasets/training-data.ts';
import { argmaxRows } from '../../evaluation/classification.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImageShape } from '../../shared/dataset.ts';
import type { Prediction, PredictParams, PredictResult } from '../../shared/job.ts';
import type { JobContext } from '../port/job-port.ts';
import type { RawModel } from './model.ts';
import { openModelFile } from './open-model.ts';
import { countOf, type RawSamples } from './raw-samples.ts';
import { readCsvRows } from './read-csv.ts';
import { RunModel } from './run-model.ts';

/** Rows at a time; images are decoded and predicted a few at a time. */
const rowsAtOnce = 256;
const imagesAtOnce = 32;

/** Predicts every row of CSV files, or every image file, in the order given. */
export async function predictFiles(params: PredictParams, context: JobContext): Promise<PredictResult> {
  const { threads, paths } = params;
  if (paths.length === 0) throw new AtelierError('no_paths', 'Nothing to predict: give at least one file.');
  const model =
    'onnx' in params.model
      ? await openModelFile(params.model.onnx, threads)
      : await RunModel.open(params.model, threads);
  try {
    const { encoder } = model;
    const predictions =
      encoder.kind === 'images' ? images(model, encoder.image, paths, context) : rows(model, paths, context);
    return { predictions: await predictions };
  } finally {
    await model.close();
  }
}

async function images(model: RawModel, shape: ImageShape, paths: string[], context: JobContext): Promise<Prediction[]> {
  const size = shape.height * shape.width * shape.channels;
  const predictions: Prediction[] = [];
  for (let from = 0; from < paths.length; from += imagesAtOnce) {
    const part = paths.slice(from, from + imagesAtOnce);
    const pixels = new Uint8Array(part.length * size);
    for (const [i, path] of part.entries()) pixels.set(await decodeImageFor(shape, path), i * size);
    const inputs = part.map((path) => basename(path));
    predictions.push(...(await predict(model, { kind: 'images', count: part.length, pixels }, inputs)));
    context.progress({ stage: 'predicting', unit: 'files', done: predictions.length, total: paths.length });
    await context.pause();
  }
  return predictions;
}

async function rows(model: RawModel, paths: string[], context: JobContext): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const path of paths) {
    const file = readCsvRows(path);
    for (let from = 0; from < file.rows.length; from += rowsAtOnce) {
      const part = file.rows.slice(from, from + rowsAtOnce);
      const inputs = part.map((_, i) => `${basename(path)}:${file.lines[from + i]}`);
      predictions.push(...(await predict(model, { kind: 'table', columns: file.columns, rows: part }, inputs)));
      context.progress({ stage: 'predicting', unit: 'rows', done: from + part.length, total: file.rows.length });
      await context.pause();
    }
  }
  return predictions;
}

async function predict(model: RawModel, raw: RawSamples, inputs: string[]): Promise<Prediction[]> {
  const answers = await model.predict(raw);
  const classes = classesOf(model.encoder);
  if (isRegression(model.encoder)) {
    return inputs.map((input, i) => ({ input, label: null, value: answers[i], probabilities: null }));
  }
  const best = argmaxRows(answers, classes.length);
  return Array.from({ length: countOf(raw) }, (_, i) => ({
    input: inputs[i],
    label: classes[best[i]],
    value: null,
    probabilities: Object.fromEntries(classes.map((name, c) => [name, answers[i * classes.length + c]])),
  }));
}

const isRegression = (encoder: Encoder): boolean => encoder.kind === 'table' && encoder.target.task === 'regression';
