import { basename, dirname } from 'node:path';
import { architectureOf } from '../../architectures/index.ts';
import { compileInference } from '../../autodiff/compile.ts';
import { classesOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { preprocessOpset, stepsBefore } from '../../datasets/encode/onnx.ts';
import { readsTexts } from '../../datasets/encode/texts/onnx.ts';
import { loadTrainingData, type EncodedSplit } from '../../datasets/training-data.ts';
import { composeExport } from '../../export/compose.ts';
import { fitTemperature, withTemperature } from '../../evaluation/calibration.ts';
import { exportMetadata, type FittedTemperature } from '../../export/metadata.ts';
import { judge } from '../../export/parity.ts';
import type { Model } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ExportParams, ExportResult } from '../../shared/work/export.ts';
import { tokenizerFile, type Parity } from '../../shared/run.ts';
import type { Tokenizer } from '../../tokenizers/tokenizer.ts';
import type { JobContext } from '../port/job-port.ts';
import { openCompanion, type Companion } from './companion.ts';
import { checkGenerator, generatorModel } from './export-generator.ts';
import { exportLanguage } from './language/export.ts';
import { ExportedModel } from './exported-model.ts';
import { countOf, eachRawBatch } from './raw-samples.ts';
import { RunAnswers } from './run-answers.ts';
import { RunModel } from './run-model.ts';
import { rawWorkOf } from './tasks/index.ts';
import { sha256Of, writeChecked } from './write-checked.ts';

/** Enough to meet every class and category, and over in a second or two. */
const paritySamples = 2_000;

/** Writes a run's best checkpoint as one file that takes raw samples; it takes its place only once it is shown to agree with the run. */
export async function exportRun(params: ExportParams, context: JobContext): Promise<ExportResult> {
  if (architectureOf(params.settings.architecture).language) return exportLanguage(params, context);
  const { settings, manifest, out } = params;
  context.progress({ stage: 'writing', unit: 'steps', done: 0, total: 3 });
  const own = await RunModel.open(params, settings.threads);
  try {
    const { encoder, task } = own;
    const beside = companionOf(encoder, out);
    const temperature = params.calibrate ? await fittedTemperature(own, params, context) : undefined;
    const metadata = exportMetadata(params.metadata, {
      task,
      encoder,
      manifest,
      settings,
      classes: classesOf(encoder),
      tokenizer: beside?.companion,
      temperature,
    });
    const model =
      task === 'generation' ? generatorModel(own, metadata) : samplesModel(own, metadata, temperature?.temperature);
    const written = await writeChecked(
      {
        out,
        model,
        beside: beside ? [beside] : [],
        check(bytes, [tokenizer]) {
          if (task === 'generation') return checkGenerator(bytes, own, params, context);
          const reader = beside && openCompanion(dirname(out), { ...beside.companion, file: tokenizer });
          return checkParity(bytes, reader, own, params, context, temperature?.temperature);
        },
        on: 'samples',
      },
      context,
    );
    return { path: out, ...written, tokenizer: beside?.path ?? null, stepsBefore: stepsBefore(encoder) };
  } finally {
    await own.close();
  }
}

/** The tokenizer.json that goes beside the file; null where it needs none. */
function companionOf(encoder: Encoder, out: string): { path: string; bytes: Uint8Array; companion: Companion } | null {
  if (encoder.kind !== 'text' || readsTexts(encoder)) return null;
  const path = tokenizerFile(out);
  const bytes = Buffer.from(JSON.stringify(encoder.tokenizer));
  return { path, bytes, companion: { file: basename(path), sha256: sha256Of(bytes) } };
}

/** Errors: no_temperature. */
async function fittedTemperature(
  own: RunModel,
  { blobs, manifest, runFolder, settings }: ExportParams,
  context: JobContext,
): Promise<FittedTemperature> {
  if (own.task === 'multi-label') {
    throw new AtelierError(
      'no_temperature',
      'A run that keeps several classes a sample decides for each by itself: no one temperature fits all of its probabilities. Export it without.',
    );
  }
  if (own.task !== 'classification') {
    throw new AtelierError(
      'no_temperature',
      'Only a classifier’s probabilities have a temperature. Export it without.',
    );
  }
  const answers = new RunAnswers({ runFolder, settings }, { blobs, manifest, threads: settings.threads }, context);
  try {
    const { y, values } = await answers.of('validation');
    const temperature = fitTemperature(values, y, answers.classes.length);
    if (temperature === null) {
      throw new AtelierError(
        'no_temperature',
        'A temperature is fitted on the validation split, and this one holds no labelled sample. Export it without, or make another split.',
      );
    }
    return { temperature, split: 'validation', samples: y.length };
  } finally {
    await answers.close();
  }
}

/** A net that answers samples, as one file with the preparation of the data inside. */
export function samplesModel(
  { net, encoder, values }: RunModel,
  metadata: Record<string, string>,
  temperature?: number,
): Model {
  const opset = Math.max(net.forward.opset ?? 0, preprocessOpset(encoder)) || undefined;
  const trained = compileInference({ ...net.forward, opset }, values, net);
  return composeExport(trained, encoder, rawWorkOf(net.task).postprocess(trained, encoder, temperature), metadata);
}

/** The file in a session of its own, on raw samples, against the checkpoint on encoded ones. */
async function checkParity(
  bytes: Uint8Array,
  tokenizer: Tokenizer | null,
  own: RunModel,
  params: ExportParams,
  context: JobContext,
  temperature?: number,
): Promise<Parity> {
  const { blobs, manifest } = params;
  const { encoder, task } = own;
  const work = rawWorkOf(task);
  const data = await loadTrainingData(blobs, manifest, encoder);
  const name = (['test', 'validation', 'train'] as const).find((split) => data.splits[split].count > 0);
  if (!name) {
    throw new AtelierError('no_samples', 'The dataset holds no sample to check the exported file on.');
  }
  const exported = await ExportedModel.open(bytes, { task, encoder }, params.settings.threads, tokenizer);
  try {
    // Piece by piece: a large image's reconstruction is as large.
    const compared: Comparison[] = [];
    const classes = classesOf(encoder).length;
    let done = 0;
    const split = firstOf(data.splits[name], paritySamples);
    await eachRawBatch({ blobs, manifest, split, encoder }, async (raw) => {
      const count = countOf(raw);
      const { answers } = await own.evaluate(part(split, done, count), () => context.pause(), work.collect);
      const expected =
        temperature === undefined
          ? answers
          : { ...answers, values: Float32Array.from(withTemperature(answers.values, classes, temperature)) };
      compared.push({ count, ...work.compare(encoder, expected, await exported.answer(raw)) });
      done += count;
      await context.pause();
    });
    if (done !== split.count)
      throw new AtelierError('internal', `Read ${done} of ${split.count} samples for the check.`);
    const maxDifference = compared.reduce((most, each) => Math.max(most, each.maxDifference), 0);
    const agreement = compared.reduce((sum, each) => sum + each.agreement * each.count, 0) / done;
    return judge({ maxDifference, agreement }, done, name);
  } finally {
    await exported.close();
  }
}

type Comparison = { count: number } & Pick<Parity, 'maxDifference' | 'agreement'>;

const firstOf = (split: EncodedSplit, most: number): EncodedSplit => part(split, 0, Math.min(split.count, most));

function part(split: EncodedSplit, from: number, count: number): EncodedSplit {
  const cut = <T extends EncodedSplit['x' | 'y' | 'indices']>(all: T): T => {
    const each = all.length / split.count;
    return all.subarray(each * from, each * (from + count)) as T;
  };
  return { count, x: cut(split.x), y: cut(split.y), indices: cut(split.indices) };
}
