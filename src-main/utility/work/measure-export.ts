import { classesOf } from '../../datasets/encode/encoder.ts';
import { readsTexts } from '../../datasets/encode/texts/onnx.ts';
import type { TrainingData } from '../../datasets/training-data.ts';
import { exportMetadata } from '../../export/metadata.ts';
import { writeModel } from '../../onnx/write.ts';
import type { TrainParams } from '../../shared/work/train.ts';
import { openWithLibrary } from '../../tokenizers/hugging-face.ts';
import type { JobContext } from '../port/job-port.ts';
import { samplesModel } from './export-run.ts';
import { ExportedModel } from './exported-model.ts';
import { eachRawBatch, type RawSamples } from './raw-samples.ts';
import { RunModel } from './run-model.ts';

const warmUps = 3;
const fewest = 10;
const most = 200;
/** Milliseconds of measuring, once there are enough. */
const longest = 500;

/**
 * What the best checkpoint is as an exported file: its size in bytes, and the median time in milliseconds from one raw sample to its answer,
 * in a plain session on this machine's processor with one thread. What else the machine does at the same time makes it longer.
 * Nothing where the net takes no samples, or there is none to measure on.
 */
export async function measureExport(
  params: TrainParams,
  data: TrainingData,
  metrics: Readonly<Record<string, number>>,
  context: JobContext,
): Promise<Record<string, number>> {
  const { blobs, manifest, settings } = params;
  const own = await RunModel.open(params, settings.threads);
  try {
    const { encoder, task } = own;
    // What an export notes of its run; the names of run and dataset are not known here.
    const noted = {
      'atelier.run': params.run,
      'atelier.dataset_version': params.version ?? '',
      'atelier.settings': JSON.stringify(settings),
      'atelier.metrics': JSON.stringify(metrics),
    };
    const metadata = exportMetadata(noted, { task, encoder, manifest, settings, classes: classesOf(encoder) });
    const bytes = writeModel(samplesModel(own, metadata));
    const size = { 'export/size_bytes': bytes.length };
    const name = (['validation', 'train'] as const).find((split) => data.splits[split].count > 0);
    if (!name) return size;
    const all = data.splits[name];
    const first = { count: 1, x: all.x.subarray(0, all.x.length / all.count), indices: all.indices.subarray(0, 1) };
    let raw: RawSamples | undefined;
    await eachRawBatch({ blobs, manifest, split: first, encoder }, async (read) => void (raw = read));
    if (!raw) return size;
    const tokens =
      encoder.kind === 'text' && encoder.tokenizer && !readsTexts(encoder) ? openWithLibrary(encoder.tokenizer) : null;
    const exported = await ExportedModel.open(bytes, { task, encoder }, 1, tokens);
    try {
      return { ...size, 'export/latency_ms': await medianTime(() => exported.answer(raw!), context) };
    } finally {
      await exported.close();
    }
  } finally {
    await own.close();
  }
}

async function medianTime(act: () => Promise<unknown>, context: JobContext): Promise<number> {
  for (let i = 0; i < warmUps; i++) await act();
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < fewest || (times.length < most && performance.now() - begun < longest)) {
    const from = performance.now();
    await act();
    times.push(performance.now() - from);
    await context.pause();
  }
  times.sort((a, b) => a - b);
  return (times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2;
}
