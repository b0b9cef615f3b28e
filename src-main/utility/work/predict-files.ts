import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { namedAudio } from '../../datasets/audio/file-type.ts';
import { inputColumns } from '../../datasets/encode/encoder.ts';
import { namedImage } from '../../datasets/images/file-type.ts';
import { findSource } from '../../datasets/source.ts';
import { namedText, readDocument } from '../../datasets/texts/document.ts';
import { decodeImageFor } from '../../datasets/images/decode.ts';
import { decodeAudioFor } from '../../datasets/training-data.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImageShape } from '../../shared/dataset.ts';
import type { Prediction, PredictParams, PredictResult } from '../../shared/work/predict.ts';
import { usualSampling } from '../../shared/training-defaults.ts';
import type { JobContext } from '../port/job-port.ts';
import { openLanguageModel, type LanguageModel } from './language/model.ts';
import type { RawModel } from './model.ts';
import { openModelFile } from './open-model.ts';
import { checkWritable, RowKeys, writePredictions } from './predictions-table.ts';
import type { RawSamples } from './raw-samples.ts';
import { readCsvRows } from './read-csv.ts';
import { RunModel } from './run-model.ts';
import { rawWorkOf } from './tasks/index.ts';

/** Rows at a time, for a recipe is a statement for each of these; images are decoded and predicted a few at a time. */
const rowsAtOnce = 2048;
const imagesAtOnce = 32;

/** Predicts every text, then every row of CSV files, or every image or text file, in the order given. */
export async function predictFiles(params: PredictParams, context: JobContext): Promise<PredictResult> {
  const { threads, paths, texts = [], file } = params;
  if (paths.length + texts.length === 0)
    throw new AtelierError('no_paths', 'Nothing to predict: give at least one file.');
  if (file) checkWritable(file.path);
  const language = await openLanguageModel(params.model, threads);
  if (language && file) {
    await language.close();
    throw new AtelierError('takes_texts', 'A language model writes texts, which are no table of predictions.');
  }
  if (language) return { predictions: await written(language, params, context).finally(() => language.close()) };
  const model =
    'onnx' in params.model
      ? await openModelFile(params.model.onnx, threads)
      : await RunModel.open(params.model, threads);
  try {
    const keys = new RowKeys(file?.ids);
    const predictions = await predicted(model, params, context, file ? keys : null);
    if (!file) return { predictions };
    writePredictions(file, model.encoder, predictions, keys);
    return { predictions: [], written: { path: file.path, count: predictions.length } };
  } finally {
    await model.close();
  }
}

/** `keys` hears what tells the rows of tables apart. */
async function predicted(
  model: RawModel,
  { paths, texts = [] }: PredictParams,
  context: JobContext,
  keys: RowKeys | null,
): Promise<Prediction[]> {
  const { encoder } = model;
  if (encoder.kind === 'images') {
    refuseTexts(texts, 'images');
    return images(model, encoder.image, await filesIn(paths, namedImage, 'image'), context);
  }
  if (encoder.kind === 'audio') {
    refuseTexts(texts, 'sounds');
    return sounds(model, encoder.spectrogram.rate, await filesIn(paths, namedAudio, 'sound'), context);
  }
  const given = texts.map((text) => ({ input: named(text), text }));
  return [...(await documents(model, given)), ...(await rows(model, paths, context, keys))];
}

/** A text's beginning, to know it by. */
const named = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

/** A language model takes texts alone: those given, then those in files. */
async function written(
  model: LanguageModel,
  { paths, texts = [], sampling = usualSampling }: PredictParams,
  context: JobContext,
): Promise<Prediction[]> {
  const given = texts.map((text) => ({ input: named(text), text }));
  for (const path of paths) {
    if (!namedText(path)) {
      throw new AtelierError(
        'takes_texts',
        `${basename(path)} is no text file, and the model takes texts: give them with --text, or as files called .txt or .md.`,
      );
    }
    const { text } = await readDocument({ path, relative: basename(path) });
    given.push({ input: basename(path), text });
  }
  const predictions: Prediction[] = [];
  for (const { input, text } of given) {
    const said = await model.answer(text, sampling, () => context.pause());
    predictions.push({ input, label: null, value: null, probabilities: null, reconstruction: null, ...said });
    context.progress({ stage: 'predicting', unit: 'samples', done: predictions.length, total: given.length });
    await context.pause();
  }
  return predictions;
}

/** A file to be predicted, and what it is called: of a folder's by its path in it. */
interface Named {
  path: string;
  input: string;
}

/** Files as they were given; in the place of a folder all in it that are called so. Throws `nothing_found`. */
async function filesIn(paths: readonly string[], named: (name: string) => boolean, what: string): Promise<Named[]> {
  const files: Named[] = [];
  for (const path of paths) {
    if (!statSync(path).isDirectory()) {
      files.push({ path, input: basename(path) });
      continue;
    }
    const found = (await findSource([path])).files.filter(({ relative }) => named(relative));
    if (found.length === 0) throw new AtelierError('nothing_found', `The folder ${path} holds no ${what} files.`);
    files.push(...found.map(({ path: file, relative }) => ({ path: file, input: relative })));
  }
  return files;
}

async function images(model: RawModel, shape: ImageShape, files: Named[], context: JobContext): Promise<Prediction[]> {
  const size = shape.height * shape.width * shape.channels;
  const predictions: Prediction[] = [];
  for (let from = 0; from < files.length; from += imagesAtOnce) {
    const part = files.slice(from, from + imagesAtOnce);
    const pixels = new Uint8Array(part.length * size);
    for (const [i, { path }] of part.entries()) pixels.set(await decodeImageFor(shape, path), i * size);
    const inputs = part.map(({ input }) => input);
    predictions.push(...(await predict(model, { kind: 'images', count: part.length, pixels }, inputs)));
    context.progress({ stage: 'predicting', unit: 'files', done: predictions.length, total: files.length });
    await context.pause();
  }
  return predictions;
}

async function sounds(model: RawModel, rate: number, files: Named[], context: JobContext): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const { path, input } of files) {
    const sound = await decodeAudioFor(rate, path);
    predictions.push(...(await predict(model, { kind: 'audio', sounds: [sound] }, [input])));
    context.progress({ stage: 'predicting', unit: 'files', done: predictions.length, total: files.length });
    await context.pause();
  }
  return predictions;
}

async function rows(
  model: RawModel,
  paths: string[],
  context: JobContext,
  keys: RowKeys | null,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const path of paths) {
    if (model.encoder.kind === 'text' && namedText(path)) {
      const { text } = await readDocument({ path, relative: basename(path) });
      predictions.push(...(await documents(model, [{ input: basename(path), text }])));
      context.progress({ stage: 'predicting', unit: 'files', done: predictions.length, total: paths.length });
      await context.pause();
      continue;
    }
    const file = readCsvRows(path);
    keys?.add(basename(path), file.columns, file.rows);
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

/** Texts as the one column that the model reads. */
async function documents(model: RawModel, given: readonly { input: string; text: string }[]): Promise<Prediction[]> {
  if (given.length === 0) return [];
  const { encoder } = model;
  if (encoder.kind !== 'text') refuseTexts(given, 'rows of a table');
  const columns = inputColumns(encoder);
  if (columns.length > 1) refuseTexts(given, `the columns ${columns.join(', ')}`);
  const rows = given.map(({ text }) => [text]);
  const inputs = given.map(({ input }) => input);
  return predict(model, { kind: 'table', columns, rows }, inputs);
}

function refuseTexts(texts: readonly unknown[], wanted: string): void {
  if (texts.length === 0) return;
  throw new AtelierError('takes_no_text', `The model takes ${wanted}, not a text alone. Give it files with those.`);
}

async function predict(model: RawModel, raw: RawSamples, inputs: string[]): Promise<Prediction[]> {
  return rawWorkOf(model.task).predictions(model.encoder, await model.answer(raw), inputs);
}
