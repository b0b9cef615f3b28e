import { loadTrainingData, type EncodedSplit } from '../../datasets/training-data.ts';
import type { PackedTexts } from '../../datasets/encode/encoded-split.ts';
import { splitNames } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { EvaluateParams, EvaluateResult } from '../../shared/work/evaluate.ts';
import type { JobContext } from '../port/job-port.ts';
import { evaluateRun } from './evaluate-run.ts';
import { noteLook, readLooks } from './kept-answers.ts';
import { evaluateLanguage } from './language/evaluate.ts';
import { openLanguageModel, type LanguageModel } from './language/model.ts';
import type { RawModel } from './model.ts';
import { openModelFile } from './open-model.ts';
import { countOf, eachRawBatch } from './raw-samples.ts';
import { tellsTarget } from './run-answers.ts';
import { RunModel } from './run-model.ts';
import { workOf } from './tasks/index.ts';

/**
 * Metrics of a run's best checkpoint, or of a model file on raw samples, over a split of any dataset that fits. A report on a run's test split
 * is counted in its folder before anybody sees it, and so is one that the run is compared by.
 */
export async function evaluateModel(params: EvaluateParams, context: JobContext): Promise<EvaluateResult> {
  const { model, report, against, split } = params;
  if ('onnx' in model || !(report || against)) return measureModel(params, context);
  const targeted = tellsTarget(model.runFolder);
  if (against && !targeted) {
    throw new AtelierError(
      'not_comparable',
      'Only runs that tell a target can be compared sample by sample: nothing is right or wrong in what this one says.',
    );
  }
  const result = await (targeted ? evaluateRun({ ...params, model }, context) : measureModel(params, context));
  if (split === 'test' || split === 'all') {
    noteLook(model.runFolder, against ? 'comparison' : 'evaluation');
    if (against) noteLook(against.runFolder, 'comparison');
  }
  return { ...result, looks: readLooks(model.runFolder) };
}

async function measureModel(params: EvaluateParams, context: JobContext): Promise<EvaluateResult> {
  const { blobs, manifest, threads } = params;
  const language = 'onnx' in params.model ? await openLanguageModel(params.model, threads) : null;
  const model =
    language ??
    ('onnx' in params.model
      ? await openModelFile(
          params.model.onnx,
          threads,
          manifest.classes.map(({ name }) => name),
        )
      : await RunModel.open(params.model, threads));
  try {
    context.progress({ stage: 'reading', unit: 'samples', done: 0, total: manifest.samples });
    await context.pause();
    const data = await loadTrainingData(blobs, manifest, model.encoder);
    const names = params.split === 'all' ? splitNames : [params.split];
    const splits = names.map((name) => data.splits[name]).filter((split) => split.count > 0);
    const samples = splits.reduce((sum, split) => sum + split.count, 0);
    if (samples === 0) {
      const which = data.task === null ? 'sample' : 'labelled sample';
      throw new AtelierError('no_samples', `The split "${params.split}" holds no ${which}. Choose another one.`);
    }
    let done = 0;
    const parts: SplitAnswers[] = [];
    for (const split of splits) {
      parts.push(
        await answersTo(model, split, params, context, (count) => {
          context.progress({ stage: 'evaluating', unit: 'samples', done: (done += count), total: samples });
        }),
      );
    }
    const all = {
      // Of a text each place has a target, and nobody looks at them one by one.
      y: splits.flatMap(({ y, texts }) => (texts ? [] : [...y])),
      indices: splits.flatMap(({ indices }) => [...indices]),
      texts: together(splits.map(({ texts }) => texts)),
    };
    const answers = { values: concat(parts.map(({ values }) => values)) };
    const said = { loss: mean(parts, 'loss'), accuracy: mean(parts, 'accuracy') };
    return {
      samples,
      ...workOf('task' in model ? model.task : 'language').measure(params.split, model.encoder, all, {
        answers,
        ...said,
      }),
    };
  } finally {
    await model.close();
  }
}

interface SplitAnswers {
  values: Float32Array;
  /** Where they are known: means over so many targets. */
  told?: { loss: number; accuracy: number | null; weight: number };
}

function mean(parts: readonly SplitAnswers[], what: 'loss' | 'accuracy'): number | undefined {
  let [sum, weight] = [0, 0];
  for (const { told } of parts) {
    const value = told?.[what];
    if (!told || typeof value !== 'number') return undefined;
    sum += value * told.weight;
    weight += told.weight;
  }
  return sum / weight;
}

function together(all: readonly (PackedTexts | undefined)[]): PackedTexts | undefined {
  return all.reduce<PackedTexts | undefined>((sum, each) => {
    if (!sum || !each) return sum ?? each;
    const size = sum.size && each.size && { ...sum.size, count: sum.size.count + each.size.count };
    return { targets: sum.targets + each.targets, size };
  }, undefined);
}

async function answersTo(
  model: RawModel | LanguageModel,
  split: EncodedSplit,
  { blobs, manifest }: EvaluateParams,
  context: JobContext,
  progress: (count: number) => void,
): Promise<SplitAnswers> {
  if (model instanceof RunModel) {
    const { answers, loss, accuracy, weight } = await model.evaluate(split, () => context.pause());
    progress(split.count);
    return { values: answers.values, told: { loss, accuracy, weight } };
  }
  if (!('task' in model)) {
    const told = await evaluateLanguage(model, split, () => context.pause());
    progress(split.count);
    return { values: new Float32Array(), told };
  }
  const { encoder } = model;
  const parts: Float32Array[] = [];
  await eachRawBatch({ blobs, manifest, split, encoder }, async (raw) => {
    parts.push((await model.answer(raw)).values);
    progress(countOf(raw));
    await context.pause();
  });
  return { values: concat(parts) };
}

/** One after another. */
function concat(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
