import { join } from 'node:path';
import { architectureOf, completeSettings, type Settings } from '../../src-main/architectures/index.ts';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import type { TrainResult } from '../../src-main/shared/work/train.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { MetricPoint, TrainSettings } from '../../src-main/shared/run.ts';
import type { JobContext } from '../../src-main/utility/port/job-port.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';

/** A job's context without a parent process. */
export function hereContext(change: Partial<JobContext> = {}): JobContext & { logs: string[]; points: MetricPoint[] } {
  const logs: string[] = [];
  const points: MetricPoint[] = [];
  return {
    logs,
    points,
    progress: () => undefined,
    log: (text) => void logs.push(text),
    post: (message) => void (message.type === 'metrics' && points.push(...message.points)),
    signal: new AbortController().signal,
    cancelled: () => false,
    stopRequested: () => false,
    pauseRequested: () => false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...change,
  };
}

export function trainSettings(
  architecture: string,
  change: Partial<TrainSettings> = {},
  own: Settings = {},
): TrainSettings {
  const template = architectureOf(architecture);
  return {
    architecture,
    architectureSettings: completeSettings(template, own),
    ...template.training,
    schedule: 'cosine',
    weightDecay: 0,
    seed: 1,
    device: 'cpu',
    threads: 1,
    patience: 0,
    ...change,
  };
}

export interface Trained {
  blobs: string;
  runFolder: string;
  manifest: Manifest;
  settings: TrainSettings;
  result: TrainResult;
}

export async function trainHere(
  folder: { path: string; blobs: string },
  manifest: Manifest,
  settings: TrainSettings,
  name = 'run',
): Promise<Trained> {
  const runFolder = join(folder.path, 'runs', name);
  const params = { blobs: folder.blobs, runFolder, run: 'run_test' as RunId, manifest, settings };
  return { ...params, result: await trainRun(params, hereContext()) };
}

/** Images of one bright row or one bright column, as an imported version. */
export async function barsVersion(blobs: string, samples = 300, side = 8): Promise<Manifest> {
  const random = new Random(4);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 2);
  const area = side * side;
  const pixels = new Uint8Array(samples * area);
  for (let n = 0; n < samples; n++) {
    const at = random.below(side);
    for (let i = 0; i < area; i++) {
      const lit = (labels[n] === 0 ? Math.floor(i / side) : i % side) === at;
      pixels[n * area + i] = random.below(60) + (lit ? 180 : 0);
    }
  }
  const split = Uint8Array.from({ length: samples }, (_, i) => (i % 5 < 3 ? 0 : i % 5 === 3 ? 1 : 2));
  const count = (code: number): number => split.filter((each) => each === code).length;
  return {
    kind: 'images',
    samples,
    columns: [],
    target: null,
    task: 'classification',
    classes: [
      { name: 'row', count: samples / 2 },
      { name: 'column', count: samples / 2 },
    ],
    image: { height: side, width: side, channels: 1 },
    splits: { train: count(0), validation: count(1), test: count(2) },
    splitSource: 'stratified',
    splitSeed: 1,
    blobs: {
      images: await writeBlob(blobs, pixels),
      names: await writeBlob(blobs, Buffer.from(JSON.stringify([...labels].map((_, i) => `${i}.png`)))),
      labels: await writeBlob(blobs, new Uint8Array(labels.buffer)),
      split: await writeBlob(blobs, split),
    },
    sources: [],
    rejectedCount: 0,
    rejected: [],
    notes: [],
  };
}
