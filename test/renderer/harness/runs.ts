import { programs } from '../../../src-main/export/programs/index.ts';
import type { ModelUse } from '../../../src-main/shared/model-use.ts';
import { architectures as templates } from '../../../src-main/architectures/index.ts';
import type { JobId, RunId } from '../../../src-main/shared/ids.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { Job } from '../../../src-main/shared/job.ts';
import type {
  ArchitectureInfo,
  ExportRecord,
  MetricPoint,
  RunStatus,
  TrainedRun,
} from '../../../src-main/shared/run.ts';
import { hour, now, random } from './data.ts';
import type { FakeDataset } from './data.ts';

export const architectures: ArchitectureInfo[] = templates.map(({ id, inputs, learns, fields, training }) => ({
  id,
  inputs,
  learns,
  fields,
  training,
}));
const [, mlp, cnn] = architectures;

export interface FakeRun {
  summary: TrainedRun;
  points: MetricPoint[];
}

/** A plausible training: noisy loss that falls, accuracy that rises, validation a little behind. */
export function pointsAt(seed: number, steps: number, perEpoch: number, quality: number): MetricPoint[] {
  const rnd = random(seed);
  const out: MetricPoint[] = [];
  const every = Math.max(1, Math.floor(steps / 400));
  for (let step = every; step <= steps; step += every) {
    const t = step / 180;
    const loss = 2.2 * Math.exp(-t * quality) + 0.32 / quality + (rnd() - 0.5) * 0.22 * (0.4 + Math.exp(-t));
    const at = { step, epoch: step / perEpoch, time: step * 0.021 };
    out.push({ key: 'train/loss', value: Math.max(0.01, loss), ...at });
    out.push({
      key: 'train/accuracy',
      value: Math.min(0.999, Math.max(0.05, 1 - loss / 2.6 + (rnd() - 0.5) * 0.03)),
      ...at,
    });
    if (step % (every * 10) === 0) out.push({ key: 'system/samples_per_second', value: 11_800 + rnd() * 1400, ...at });
  }
  for (let epoch = 1; epoch * perEpoch <= steps; epoch++) {
    const t = (epoch * perEpoch) / 180;
    const loss = 2.2 * Math.exp(-t * quality) + 0.36 / quality + Math.max(0, t - 5) * 0.015 + (rnd() - 0.5) * 0.03;
    const at = { step: epoch * perEpoch, epoch, time: epoch * perEpoch * 0.021 };
    out.push({ key: 'validation/loss', value: loss, ...at });
    out.push({ key: 'validation/accuracy', value: Math.min(0.995, 1 - loss / 2.7), ...at });
  }
  return out;
}

export function makeRuns(datasets: FakeDataset[]): FakeRun[] {
  const [adult, glyphs, flowers] = datasets;
  const runs: FakeRun[] = [];
  const rnd = random(42);
  for (let i = 0; i < 38; i++) {
    const from = i % 5 === 4 ? flowers : i % 3 === 0 ? adult : glyphs;
    const images = from !== adult;
    const info = images && i % 2 === 0 ? cnn : mlp;
    const status: RunStatus =
      i === 37
        ? 'running'
        : i === 36
          ? 'queued'
          : i === 30
            ? 'failed'
            : i === 22
              ? 'cancelled'
              : i === 11
                ? 'interrupted'
                : 'finished';
    const epochs = [5, 10, 20][i % 3];
    const batchSize = [32, 64, 128][(i * 7) % 3];
    const learningRate = [0.001, 0.003, 0.0003, 0.01][i % 4];
    const quality = 0.7 + rnd() * 0.7;
    const perEpoch = 90;
    const points =
      status === 'queued'
        ? []
        : pointsAt(i + 1, status === 'running' ? perEpoch * 6 : perEpoch * epochs, perEpoch, quality);
    const last = (key: string) => points.findLast((point) => point.key === key)?.value;
    const metrics = Object.fromEntries(
      ['train/loss', 'train/accuracy', 'validation/loss', 'validation/accuracy'].flatMap((key) => {
        const value = last(key);
        return value === undefined ? [] : [[key, value]];
      }),
    );
    if (status === 'finished') {
      metrics['test/accuracy'] = metrics['validation/accuracy'] - rnd() * 0.02;
      metrics['test/loss'] = metrics['validation/loss'] + rnd() * 0.03;
    }
    const createdAt = now - (38 - i) * 0.7 * hour;
    const started = status === 'queued' ? null : createdAt + 2000;
    const id: RunId = newId('run', createdAt);
    const job: JobId | null = status === 'running' || status === 'queued' ? newId('job', createdAt) : null;
    runs.push({
      points,
      summary: {
        id,
        origin: null,
        name: `${from.detail.summary.name} · ${info.id}${i % 4 === 0 ? ' wider' : ''} ${i + 1}`,
        status,
        dataset: from.detail.summary.id,
        datasetName: from.detail.summary.name,
        version: from.detail.version.id,
        versionNumber: from.detail.version.number,
        task: 'classification',
        settings: {
          architecture: info.id,
          architectureSettings: {
            ...Object.fromEntries(info.fields.map((field) => [field.key, field.default])),
            ...(i % 4 === 0 && info.id === 'mlp' ? { hidden: '256,128' } : {}),
          },
          epochs: status === 'running' ? 20 : epochs,
          batchSize,
          optimizer: (['adam', 'adamw', 'momentum'] as const)[i % 3],
          learningRate,
          schedule: 'cosine',
          weightDecay: i % 3 === 1 ? 0.01 : 0,
          seed: 1 + (i % 3),
          device: 'cpu',
          threads: 2,
          patience: i % 6 === 0 ? 3 : 0,
        },
        createdAt,
        startedAt: started,
        finishedAt: status === 'running' || status === 'queued' ? null : createdAt + 12_000 + rnd() * 60_000,
        metrics,
        parameterCount: status === 'queued' ? null : images ? (info.id === 'cnn' ? 206_922 : 109_386) : 17_218,
        samplesPerSecond: status === 'queued' ? null : 9000 + rnd() * 14_000,
        bestEpoch: points.some((point) => point.key === 'validation/loss') ? Math.max(1, epochs - 2) : null,
        stoppedEarly: i % 6 === 0 && status === 'finished',
        error:
          status === 'failed'
            ? {
                code: 'diverged',
                message: 'The loss was not a number at step 214. Lower the learning rate (0.01) or the batch size.',
              }
            : null,
        fallback:
          i === 33
            ? {
                from: 'webgpu',
                reason: { code: 'run_failed', message: 'ONNX Runtime failed while running the model: device lost' },
              }
            : null,
        job,
        notes: i === 34 ? 'Twice the width of the run before; no better on circles and rings.' : '',
        tags: [],
        archived: false,
      },
    });
  }
  return runs;
}

export function makeExports(runs: FakeRun[]): ExportRecord[] {
  return [runs[35], runs[33], runs[27]].map((run, i) => ({
    id: newId('export', now - (i + 1) * hour),
    run: run.summary.id,
    createdAt: now - (i + 1) * hour,
    fileName: `${run.summary.datasetName.replaceAll(' ', '-')}-${run.summary.settings.architecture}-${i + 4}.onnx`,
    path: `/home/ada/Atelier/exports/${run.summary.datasetName}-${i + 4}.onnx`,
    bytes: [842_113, 441_920, 71_004][i],
    sha256: [...Array(64)].map((_, k) => ((k * 11 + i) % 16).toString(16)).join(''),
    tokenizer: null,
    folder: null,
    stepsBefore: [],
    parity: {
      samples: [600, 62, 4883][i],
      split: 'test',
      maxDifference: [4.17e-7, 1.2e-6, 8.9e-7][i],
      agreement: 1,
      tolerance: 1e-5,
      passed: true,
    },
  }));
}

/** As the files of `makeExports` would be used. */
export function makeUse({ fileName: file }: ExportRecord): ModelUse {
  const cells = [39, 'Private', 77516, 'Bachelors', null] as const;
  const names = ['age', 'workclass', 'fnlwgt', 'education', 'native-country'];
  const inputs = names.map((name, i) => {
    return { name, type: typeof cells[i] === 'number' ? 'float' : 'string', shape: ['batch', 1] };
  });
  const outputs = [
    { name: 'label', type: 'string', shape: ['batch'] },
    { name: 'probabilities', type: 'float', shape: ['batch', 2] },
  ];
  const classes = ['<=50K', '>50K'];
  const facts = { file, task: 'classification', given: { kind: 'cells', cells }, inputs, outputs, classes } as const;
  return { inputs, outputs, classes, rate: null, programs: programs(facts) };
}

export function makeJobs(runs: FakeRun[]): Job[] {
  const base = {
    startedAt: null,
    finishedAt: null,
    progress: null,
    error: null,
    dataset: null,
    run: null,
    again: null,
    place: null,
  };
  const live = runs[37].summary;
  const waiting = runs[36].summary;
  return [
    {
      ...base,
      id: live.job!,
      kind: 'train',
      title: live.name,
      status: 'running',
      createdAt: live.createdAt,
      startedAt: live.startedAt,
      progress: { done: 540 * 64, total: 1800 * 64, unit: 'samples', rate: 12_400, remaining: 72, stage: 'training' },
      run: live.id,
    },
    {
      ...base,
      id: waiting.job!,
      kind: 'train',
      title: waiting.name,
      status: 'queued',
      place: 1,
      createdAt: waiting.createdAt,
      run: waiting.id,
    },
    {
      ...base,
      id: newId('job', now - 2 * hour),
      kind: 'import',
      title: '传感器读数 2025.csv',
      status: 'finished',
      createdAt: now - 2 * hour,
      startedAt: now - 2 * hour,
      finishedAt: now - 2 * hour + 1340,
    },
    {
      ...base,
      id: newId('job', now - 5.6 * hour),
      kind: 'train',
      title: runs[30].summary.name,
      status: 'failed',
      createdAt: now - 5.6 * hour,
      startedAt: now - 5.6 * hour,
      finishedAt: now - 5.6 * hour + 4210,
      run: runs[30].summary.id,
      error: {
        code: 'diverged',
        message: 'The loss was not a number at step 214. Lower the learning rate (0.01) or the batch size.',
        details: [
          'step 212: loss 4.18',
          'step 213: loss 91.2',
          'step 214: loss NaN',
          'The best checkpoint is that of epoch 2.',
        ],
      },
    },
  ];
}
