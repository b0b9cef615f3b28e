import type { EvaluateResult } from '../../../src-main/shared/work/evaluate.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { MetricPoint, TrainedRun } from '../../../src-main/shared/run.ts';
import { hour, now, random } from './data.ts';
import type { FakeDataset } from './data.ts';
import { architectures, type FakeRun } from './runs.ts';

const perEpoch = 90;

/** Runs that learn no target, older than all others: an autoencoder of images and of a table, and two nets that play against each other. */
export function makeUntargeted([adult, glyphs]: FakeDataset[]): FakeRun[] {
  return [
    fakeRun(glyphs, 'autoencoder', 12, reconstructionPoints(12), 41),
    fakeRun(adult, 'autoencoder', 12, reconstructionPoints(12), 42),
    fakeRun(glyphs, 'dcgan', 24, playerPoints(24), 43),
  ];
}

function fakeRun(
  { detail: { summary, version } }: FakeDataset,
  architecture: string,
  epochs: number,
  points: MetricPoint[],
  age: number,
): FakeRun {
  const info = architectures.find(({ id }) => id === architecture)!;
  const createdAt = now - age * hour;
  const last = new Map(points.map(({ key, value }) => [key, value]));
  const run: TrainedRun = {
    id: newId('run', createdAt),
    origin: null,
    name: `${summary.name} · ${architecture}`,
    status: 'finished',
    dataset: summary.id,
    datasetName: summary.name,
    version: version.id,
    versionNumber: version.number,
    task: info.learns === 'generation' ? 'generation' : 'reconstruction',
    settings: {
      architecture,
      architectureSettings: Object.fromEntries(info.fields.map((field) => [field.key, field.default])),
      ...info.training,
      epochs,
      schedule: 'cosine',
      weightDecay: 0,
      seed: 1,
      device: 'cpu',
      threads: 2,
      patience: 0,
    },
    createdAt,
    startedAt: createdAt + 1000,
    finishedAt: createdAt + 61_000,
    metrics: Object.fromEntries(last),
    parameterCount: 273_889,
    samplesPerSecond: 812,
    bestEpoch: info.learns === 'generation' ? epochs : epochs - 1,
    stoppedEarly: false,
    error: null,
    fallback: null,
    job: null,
    notes: '',
    tags: [],
    archived: false,
  };
  return { points, summary: run };
}

function reconstructionPoints(epochs: number): MetricPoint[] {
  const rnd = random(7);
  const points: MetricPoint[] = [];
  for (let step = 5; step <= epochs * perEpoch; step += 5) {
    const at = { step, epoch: step / perEpoch, time: step * 0.05 };
    const loss = 0.02 + 0.1 * Math.exp(-step / 120);
    points.push({ key: 'train/loss', value: loss + (rnd() - 0.5) * 0.004, ...at });
    if (step % perEpoch === 0) points.push({ key: 'validation/loss', value: loss + 0.002, ...at });
  }
  return points;
}

function playerPoints(epochs: number): MetricPoint[] {
  const rnd = random(8);
  const points: MetricPoint[] = [];
  for (let step = 5; step <= epochs * perEpoch; step += 5) {
    const at = { step, epoch: step / perEpoch, time: step * 0.2 };
    const calm = Math.exp(-step / 300);
    const noise = () => (rnd() - 0.5) * 0.1;
    const train = {
      d_loss: 0.55 - 0.3 * calm + noise(),
      g_loss: 1 + 1.4 * calm + 3 * noise(),
      d_accuracy_real: 0.78 + 0.2 * calm + noise() / 2,
      d_accuracy_generated: 0.84 + 0.15 * calm + noise() / 2,
    };
    for (const [key, value] of Object.entries(train)) points.push({ key: `train/${key}`, value, ...at });
    if (step % perEpoch !== 0) continue;
    const { d_loss, d_accuracy_real, d_accuracy_generated } = train;
    const validation = {
      d_loss: d_loss + 0.06,
      d_accuracy_real: d_accuracy_real - 0.05,
      d_accuracy_generated: d_accuracy_generated - 0.03,
    };
    for (const [key, value] of Object.entries(validation)) points.push({ key: `validation/${key}`, value, ...at });
  }
  return points;
}

/** Of runs on images. */
export const pictureEpochs = ({ task, settings, datasetName }: TrainedRun): number[] =>
  datasetName === 'glyphs' && (task === 'generation' || task === 'reconstruction')
    ? Array.from({ length: settings.epochs }, (_, i) => i + 1)
    : [];

/** Rings in a grid that grow clearer with the epochs. */
export async function pictureOf({ task, settings }: TrainedRun, epoch: number): Promise<Uint8Array> {
  const [columns, rows] = task === 'generation' ? [8, 8] : [16, 2];
  const [side, gap] = [28, 2];
  const canvas = new OffscreenCanvas(columns * (side + gap) - gap, rows * (side + gap) - gap);
  const pen = canvas.getContext('2d')!;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [column * (side + gap), row * (side + gap)];
      pen.filter = 'none';
      pen.fillStyle = '#000';
      pen.fillRect(x, y, side, side);
      const clear = task === 'reconstruction' && row === 0 ? 1 : epoch / settings.epochs;
      const kind = task === 'generation' ? row * columns + column : column;
      pen.strokeStyle = `rgb(${[1, 1, 1].map(() => Math.round(255 * (0.3 + 0.7 * clear))).join(' ')})`;
      pen.lineWidth = 2 + 4 * (1 - clear);
      pen.beginPath();
      pen.arc(x + 14, y + 14, 5 + (kind % 6), 0, 1 + (kind % 7));
      pen.stroke();
    }
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

/** What an evaluation of one of these says; null for other runs. */
export function evaluationOf({ task }: TrainedRun, split: string, samples: number): EvaluateResult | null {
  if (task === 'generation') {
    const metrics = {
      [`${split}/d_loss`]: 0.478,
      [`${split}/d_accuracy_real`]: 0.758,
      [`${split}/d_accuracy_generated`]: 0.879,
    };
    return { samples, metrics, confusion: null, errors: null };
  }
  if (task !== 'reconstruction') return null;
  const rnd = random(9);
  const counts = Array.from({ length: 40 }, (_, i) => Math.round(120 * Math.exp(-((i - 8) ** 2) / 40) + 4 * rnd()));
  return {
    samples,
    metrics: {
      [`${split}/loss`]: 0.0243,
      [`${split}/mse`]: 0.0243,
      [`${split}/psnr`]: 16.13,
      [`${split}/error_median`]: 0.0217,
      [`${split}/error_p95`]: 0.0462,
      [`${split}/error_max`]: 0.0809,
    },
    confusion: null,
    errors: {
      histogram: { from: 0.004, width: 0.0019, counts },
      highest: Array.from({ length: 24 }, (_, i) => ({ sample: 37 * i + 5, error: 0.0809 - 0.0013 * i })),
    },
  };
}
