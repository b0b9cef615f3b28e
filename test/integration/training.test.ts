import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { JobKind } from '../../src-main/shared/job.ts';
import type { FromUtility, JobTypes, ToUtility } from '../../src-main/shared/work.ts';
import type { TrainParams } from '../../src-main/shared/work/train.ts';
import type { TrainSettings } from '../../src-main/shared/run.ts';
import { barsVersion, trainSettings } from '../support/train-here.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

// The built utilities themselves, each in a process of its own, spoken to as the queue does.

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

interface Running {
  messages: FromUtility[];
  last: Promise<FromUtility>;
  post(message: ToUtility): void;
  until(type: FromUtility['type']): Promise<void>;
}

function start<K extends JobKind>(kind: K, params: JobTypes[K]['params']): Running {
  const child = fork(join(repository, '.vite/build/utility', `${kind}.cjs`), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  children.push(child);
  const messages: FromUtility[] = [];
  const waiting: { type: string; resolve: () => void }[] = [];
  child.on('message', (message: FromUtility) => {
    messages.push(message);
    for (const each of waiting) if (each.type === message.type) each.resolve();
  });
  const post = (message: ToUtility): void => void child.send(message);
  post({ type: 'start', job: 'job_test', kind, params } as unknown as ToUtility);
  return {
    messages,
    last: new Promise((resolve) => child.on('exit', () => resolve(messages.at(-1)!))),
    post,
    until: (type) =>
      messages.some((message) => message.type === type)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ type, resolve })),
  };
}

async function training(change: Partial<TrainSettings> = {}, more: Partial<TrainParams> = {}): Promise<TrainParams> {
  const folder = tempFolder('atelier-training');
  const blobs = join(folder, 'blobs');
  const manifest: Manifest = await barsVersion(blobs, 2_000, 16);
  const settings = trainSettings('cnn', change, { channels: '4,8', hidden: '32' });
  return { blobs, runFolder: join(folder, 'run'), run: 'run_test' as TrainParams['run'], manifest, settings, ...more };
}
const checkpoint = (params: TrainParams, name: string): string =>
  join(params.runFolder, 'checkpoints', `${name}.safetensors`);
const resultOf = async (running: Running): Promise<JobTypes['train']['result']> => {
  const last = await running.last;
  if (last.type !== 'result') throw new Error(JSON.stringify(last));
  return last.value as JobTypes['train']['result'];
};

describe('the trainer', () => {
  it('trains, tells, and leaves checkpoints that evaluate and export', async () => {
    const params = await training({ epochs: 3, norms: true });
    const running = start('train', params);
    const result = await resultOf(running);
    expect(result.metrics['test/accuracy']).toBeGreaterThan(0.9);
    expect(result.samplesPerSecond).toBeGreaterThan(100);
    expect(result.peakMemoryBytes).toBeLessThan(1e9);
    const keys = new Set(
      running.messages.flatMap((m) => (m.type === 'metrics' ? m.points.map((point) => point.key) : [])),
    );
    expect([...keys].sort()).toEqual([
      'system/learning_rate',
      'system/memory',
      'system/processor',
      'system/samples_per_second',
      'train/accuracy',
      'train/gradient_norm',
      'train/loss',
      'train/update_norm',
      'validation/accuracy',
      'validation/loss',
    ]);

    const { blobs, manifest, settings, runFolder } = params;
    const evaluating = start('evaluate', {
      blobs,
      model: { runFolder, settings },
      manifest,
      split: 'test',
      threads: 1,
    });
    expect(await evaluating.last).toMatchObject({
      value: { metrics: { 'test/accuracy': result.metrics['test/accuracy'] }, samples: 400 },
    });
    const out = join(runFolder, 'bars.onnx');
    const exporting = start('export', { blobs, runFolder, manifest, settings, out, metadata: {} });
    expect(await exporting.last).toMatchObject({ type: 'result', value: { path: out, parity: { passed: true } } });
  });

  it('hears a cancel within 2 s', async () => {
    const running = start('train', await training({ epochs: 10_000 }));
    await running.until('metrics');
    const asked = performance.now();
    running.post({ type: 'cancel' });
    expect(await running.last).toEqual({ type: 'cancelled' });
    expect(performance.now() - asked).toBeLessThan(2_000);
  });

  it('stops early with the best checkpoint when asked', async () => {
    const params = await training({ epochs: 10_000 });
    const running = start('train', params);
    await running.until('best');
    running.post({ type: 'stop-early' });
    const result = await resultOf(running);
    expect(result.stoppedEarly).toBe(true);
    expect(result.metrics).toHaveProperty('test/accuracy');
    expect(existsSync(checkpoint(params, 'best'))).toBe(true);
  });

  it('fails in words when the training diverges', async () => {
    const params = await training({ epochs: 50, optimizer: 'sgd', learningRate: 1e20 });
    expect(await start('train', params).last).toMatchObject({ type: 'error', error: { code: 'diverged' } });
    expect(readFileSync(join(params.runFolder, 'run.jsonl'), 'utf8')).toMatch(/"type":"failed".*"diverged"/);
  });

  it('killed and resumed, ends with the bits of an undisturbed run', async () => {
    const whole = await training({ epochs: 20, seed: 5 });
    await resultOf(start('train', whole));
    const killed = { ...whole, runFolder: join(whole.runFolder, '..', 'killed') };
    const running = start('train', killed);
    while (!existsSync(checkpoint(killed, 'last')) && children.at(-1)!.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    children.at(-1)!.kill('SIGKILL');
    await running.last;
    expect(running.messages.some((message) => message.type === 'result')).toBe(false);
    await resultOf(start('train', { ...killed, resume: true }));
    const tensors = (params: TrainParams): Buffer => {
      const file = readFileSync(checkpoint(params, 'last'));
      return file.subarray(8 + Number(file.readBigUInt64LE(0)));
    };
    expect(tensors(killed).equals(tensors(whole))).toBe(true);
  });
});
