import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpointPath, clearCheckpoints, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { PausedTraining, train, type TrainingTask, type TrainingWatch } from '../../src-main/runtime/training-loop.ts';
import type { MetricPoint } from '../../src-main/shared/run.ts';
import { linearEvaluation, linearProgram, linearSamples } from './linear.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-loop-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const features = 5;

function task(change: Partial<TrainingTask> = {}, settings: Partial<TrainingTask['settings']> = {}): TrainingTask {
  return {
    compile: ({ stepsPerCall, batchSize }) => linearProgram(features, stepsPerCall, batchSize),
    compileEvaluation: () => linearEvaluation(features),
    // 203 = 12 batches of 16 and a smaller one of 11
    train: linearSamples(203, features, 1, 0.1),
    validation: linearSamples(50, features, 2, 0.1),
    goal: 'loss',
    settings: {
      epochs: 4,
      batchSize: 16,
      learningRate: 0.02,
      seed: 7,
      device: 'cpu',
      threads: 1,
      patience: 0,
      ...settings,
    },
    runFolder: folder,
    stepsPerCall: 1,
    ...change,
  };
}

interface Recorded extends TrainingWatch {
  all: MetricPoint[];
  bests: number[];
  messages: number;
}
function watch(change: Partial<TrainingWatch> = {}): Recorded {
  const recorded: Recorded = {
    all: [],
    bests: [],
    messages: 0,
    points: (points) => {
      recorded.messages++;
      recorded.all.push(...points);
    },
    progress: () => undefined,
    best: (best) => recorded.bests.push(best.epoch),
    pause: () => Promise.resolve(),
    stopRequested: () => false,
    ...change,
  };
  return recorded;
}
const series = (points: MetricPoint[], key: string): number[] =>
  points.filter((p) => p.key === key).map((p) => p.value);
const weights = (model: ReadonlyMap<string, { data: ArrayLike<unknown> }>): number[] =>
  Array.from(model.get('w')!.data, Number);

describe('training loop', () => {
  it('learns, reports, and keeps the best', async () => {
    const report = watch();
    const outcome = await train(task(), report);
    expect(weights(outcome.model).map(Math.round)).toEqual([1, 2, 3, 4, 5]);
    expect(series(report.all, 'validation/loss')).toHaveLength(4);
    expect(series(report.all, 'train/loss')).toHaveLength(4 * 13);
    expect(series(report.all, 'system/memory').length).toBeGreaterThan(0);
    expect(outcome.best.measures.loss).toBe(Math.min(...series(report.all, 'validation/loss')));
    expect(report.bests.at(-1)).toBe(outcome.best.epoch);
    expect(report.all.filter((p) => p.key === 'validation/loss').map((p) => [p.step, p.epoch])).toEqual([
      [13, 1],
      [26, 2],
      [39, 3],
      [52, 4],
    ]);
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['best.safetensors', 'last.safetensors']);
    expect(weights(readCheckpoint(checkpointPath(folder, 'best'))!.model)).toEqual(weights(outcome.model));
  });

  it('gives the same bits again with the same seed, and others with another', async () => {
    const first = await train(task(), watch());
    const again = await train(task(), watch());
    const other = await train(task({}, { seed: 8 }), watch());
    expect(weights(again.model)).toEqual(weights(first.model));
    expect(weights(other.model)).not.toEqual(weights(first.model));
  });

  it.each([2, 4, 12])('computes the same with %d steps a call as with one', async (stepsPerCall) => {
    const [one, many] = [watch(), watch()];
    const single = await train(task(), one);
    const block = await train(task({ stepsPerCall }), many);
    expect(block.stepsPerCall).toBe(stepsPerCall);
    expect(series(many.all, 'train/loss')).toEqual(series(one.all, 'train/loss'));
    expect(weights(block.model)).toEqual(weights(single.model));
  });

  it('works where all samples make one small batch', async () => {
    const outcome = await train(task({ train: linearSamples(9, features, 3) }, { epochs: 150 }), watch());
    expect(weights(outcome.model).map(Math.round)).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes the latest epoch where there is nothing to validate on', async () => {
    const outcome = await train(
      task({ validation: { count: 0, x: new Float32Array(), y: new Float32Array() } }),
      watch(),
    );
    expect(outcome.best.epoch).toBe(4);
  });

  it('leaves when it is asked to, and goes on bit for bit, curves and all', async () => {
    const recorded = watch();
    const whole = await train(task({ goal: 'loss' }, { epochs: 60 }), recorded);
    const curve = (points: MetricPoint[]) =>
      points.filter((p) => !p.key.startsWith('system/')).map(({ key, step, value }) => [key, step, value]);
    const points: MetricPoint[] = [];
    let from: TrainingTask['from'];
    for (let times = 0; times < 100; times++) {
      let calls = 0;
      // A prime, so that it leaves in the middle of epochs and between points of the curves.
      const leaving = watch({ pauseRequested: () => ++calls > 3 + 2 * times });
      try {
        const end = await train(task({ from, goal: 'loss' }, { epochs: 60 }), leaving);
        points.push(...leaving.all);
        expect(weights(end.model)).toEqual(weights(whole.model));
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(PausedTraining);
        points.push(...leaving.all);
        const read = (name: string) => readCheckpoint(checkpointPath(folder, name));
        from = { last: read('last')!, best: read('best') };
      }
    }
    expect(from).toBeDefined();
    expect(curve(points)).toEqual(curve(recorded.all));
  });

  it.each([
    [1, 13],
    [4, 4],
  ])('goes on bit for bit from after the last call of an epoch (%d steps a call)', async (stepsPerCall, calls) => {
    // Each call takes so long that it is followed by a pause.
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const rate = () => {
        vi.advanceTimersByTime(25);
        return 0.02;
      };
      const slow = (change: Partial<TrainingTask> = {}) => task({ ...change, stepsPerCall, rate }, { epochs: 2 });
      const whole = watch();
      const end = await train(slow(), whole);
      const positions: string[] = [];
      for (let wanted = calls - 1; wanted <= calls + 2; wanted++) {
        clearCheckpoints(folder);
        let pauses = 0;
        const before = watch({ pauseRequested: () => ++pauses === wanted });
        await expect(train(slow(), before)).rejects.toBeInstanceOf(PausedTraining);
        const [last, best] = ['last', 'best'].map((name) => readCheckpoint(checkpointPath(folder, name)));
        positions.push(`${last!.position.epoch} ${last!.position.offset}`);
        const after = watch();
        const again = await train(slow({ from: { last: last!, best } }), after);
        expect(weights(again.model)).toEqual(weights(end.model));
        const { position } = readCheckpoint(checkpointPath(folder, 'last'))!;
        expect(position).toMatchObject({ step: 26, epoch: 2, offset: 0 });
        for (const key of ['train/loss', 'validation/loss']) {
          expect(series([...before.all, ...after.all], key)).toEqual(series(whole.all, key));
        }
      }
      expect(positions.slice(0, 3)).toEqual(['0 192', '0 203', '1 0']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses a checkpoint that stands behind the end of its epoch', async () => {
    await train(task(), watch());
    const last = readCheckpoint(checkpointPath(folder, 'last'))!;
    last.position.epoch = 2;
    last.position.offset = 208;
    await expect(train(task({ from: { last, best: null } }), watch())).rejects.toMatchObject({
      code: 'broken_checkpoint',
      message: expect.stringMatching(/208 samples.*203/) as string,
    });
  });

  it('that was out of patience when its process was lost is done', async () => {
    const settings = { epochs: 40, patience: 2 };
    const stubborn = { ...task({ rate: () => 0 }, settings) };
    const whole = await train(stubborn, watch());
    expect(whole.stoppedEarly).toBe(true);
    const read = (name: string) => readCheckpoint(checkpointPath(folder, name));
    const last = read('last')!;
    const again = await train({ ...stubborn, from: { last, best: read('best') } }, watch());
    expect(read('last')!.position.step).toBe(last.position.step);
    expect(again.best).toEqual(whole.best);
    // Epochs added to it are trained, patience or no.
    const added = { ...stubborn, patientFrom: last.position.epoch, from: { last, best: read('best') } };
    await train(added, watch());
    expect(read('last')!.position.epoch).toBe(last.position.epoch + 2);
  });

  it('keeps every nth epoch and so many of the best', async () => {
    await train(task({ goal: 'loss' }, { epochs: 7, keepEvery: 3, keepBest: 3 }), watch());
    const files = readdirSync(join(folder, 'checkpoints')).map((file) => file.replace('.safetensors', ''));
    expect(files.filter((file) => file.startsWith('epoch-'))).toEqual(['epoch-000003', 'epoch-000006']);
    expect(files.filter((file) => file.startsWith('best-'))).toHaveLength(2);
    const [third, best] = ['epoch-000003', 'best'].map((name) => readCheckpoint(checkpointPath(folder, name))!);
    expect(third.position).toMatchObject({ epoch: 3, offset: 0 });
    // One can go on from any of them.
    const read = readCheckpoint(checkpointPath(folder, 'last'))!;
    await train(task({ goal: 'loss', from: { last: third, best } }, { epochs: 7 }), watch());
    expect(weights(readCheckpoint(checkpointPath(folder, 'last'))!.model)).toEqual(weights(read.model));
  });

  it('keeps the same best ones when a part is trained again', async () => {
    const settings = { epochs: 7, keepEvery: 1, keepBest: 3 };
    await train(task({}, settings), watch());
    const kept = () => readdirSync(join(folder, 'checkpoints')).sort();
    const before = kept();
    // As when it was killed after the best of all was written, and before `last` was.
    for (const epoch of [3, 6]) {
      const [last, best] = [`epoch-00000${epoch}`, 'best'].map((name) => readCheckpoint(checkpointPath(folder, name))!);
      expect(best.position.epoch).toBe(7);
      await train(task({ from: { last, best } }, settings), watch());
      expect(kept()).toEqual(before);
    }
    // Or after the one before it was put aside, and before there was another best.
    const [sixth, best] = ['epoch-000006', 'epoch-000006'].map((name) => readCheckpoint(checkpointPath(folder, name))!);
    rmSync(checkpointPath(folder, 'epoch-000007'));
    rmSync(checkpointPath(folder, 'best'));
    copyFileSync(checkpointPath(folder, 'epoch-000006'), checkpointPath(folder, 'best'));
    await train(task({ from: { last: sixth, best } }, settings), watch());
    expect(kept()).toEqual(before);
  });

  it('trains on while its disk is full, says so once, and fails only where its end cannot be kept', async () => {
    const told: (string | null)[] = [];
    const write = () => {
      throw new Error('ENOSPC: no space left on device');
    };
    const report = watch({ notSaved: (error) => told.push(error && error.message) });
    const training = train(task({ write }), report);
    await expect(training).rejects.toMatchObject({ code: 'checkpoint_not_saved' });
    expect(series(report.all, 'validation/loss')).toHaveLength(4);
    expect(told).toEqual(['ENOSPC: no space left on device']);
  });

  it('goes on from a checkpoint bit for bit, also from inside an epoch', async () => {
    const whole = await train(task(), watch());
    for (const stopAfter of [20, 26, 45]) {
      let calls = 0;
      const interrupted = watch({
        stopRequested: () => ++calls > stopAfter,
      });
      await train(task(), interrupted);
      const last = readCheckpoint(checkpointPath(folder, 'last'))!;
      expect(last.position.step).toBeLessThan(52);
      const resumed = await train(
        task({ from: { last, best: readCheckpoint(checkpointPath(folder, 'best')) } }),
        watch(),
      );
      const end = readCheckpoint(checkpointPath(folder, 'last'))!;
      expect(end.position.step).toBe(52);
      expect(weights(resumed.model)).toEqual(weights(whole.model));
    }
  });

  it('changes gathered samples by the epoch and their numbers: the same in calls of several steps, and resumed', async () => {
    const seen = new Set<string>();
    const augment: TrainingTask['augment'] = ({ x }, order, from, count, epoch) => {
      for (let i = 0; i < count; i++) {
        seen.add(`${epoch} ${order[from + i]}`);
        x[i * features] += ((order[from + i] * 31 + epoch * 17) % 7) / 50;
      }
    };
    const kept = Float32Array.from(task().train.x as Float32Array);
    const changed = task({ augment });
    const whole = await train(changed, watch());
    expect(seen.size).toBe(4 * 203);
    expect(changed.train.x).toEqual(kept);
    expect(weights(whole.model)).not.toEqual(weights((await train(task(), watch())).model));
    expect(weights((await train(task({ augment, stepsPerCall: 4 }), watch())).model)).toEqual(weights(whole.model));

    let calls = 0;
    await train(task({ augment }), watch({ stopRequested: () => ++calls > 20 }));
    const from = {
      last: readCheckpoint(checkpointPath(folder, 'last'))!,
      best: readCheckpoint(checkpointPath(folder, 'best')),
    };
    expect(weights((await train(task({ augment, from }), watch())).model)).toEqual(weights(whole.model));
  });

  it('stops early when asked, with what it has learnt', async () => {
    let calls = 0;
    const report = watch({ stopRequested: () => ++calls > 5 });
    const outcome = await train(task(), report);
    expect(outcome.stoppedEarly).toBe(true);
    expect(outcome.best.epoch).toBeGreaterThan(0);
    expect(outcome.best.epoch).toBeLessThan(1);
    expect(readCheckpoint(checkpointPath(folder, 'best'))).not.toBeNull();
  });

  it('stops by itself when patience runs out', async () => {
    // At rate 0 nothing ever improves on epoch 1.
    const outcome = await train(task({}, { learningRate: 0, patience: 2, epochs: 50 }), watch());
    expect(outcome).toMatchObject({ stoppedEarly: true, best: { epoch: 1 } });
    expect(readCheckpoint(checkpointPath(folder, 'last'))!.position.epoch).toBe(3);
  });

  it('says that a training diverged, and what to do', async () => {
    await expect(train(task({}, { learningRate: 1e12, epochs: 30 }), watch())).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringContaining('Lower the learning rate, now 1000000000000') as string,
    });
  });

  it('keeps the best checkpoint when it diverges later', async () => {
    const rates = { learningRate: 3 };
    const outcome = train(task({}, { ...rates, epochs: 400 }), watch());
    await expect(outcome).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringContaining('is kept') as string,
    });
    const best = readCheckpoint(checkpointPath(folder, 'best'))!;
    expect(weights(best.model).every(Number.isFinite)).toBe(true);
  });

  it('ends with the reason when it is cancelled', async () => {
    const cancelled = new Error('cancelled');
    await expect(train(task({}, { epochs: 1e6 }), watch({ pause: () => Promise.reject(cancelled) }))).rejects.toBe(
      cancelled,
    );
  });

  it('posts at most ten times a second and a bounded number of points', async () => {
    const report = watch();
    const start = performance.now();
    await train(task({}, { epochs: 400 }), report);
    const seconds = (performance.now() - start) / 1000;
    // Besides: the first best epoch, the checkpoint at the end, and the end itself.
    expect(report.messages).toBeLessThanOrEqual(10 * seconds + 4);
    expect(series(report.all, 'train/loss').length).toBeLessThanOrEqual(1_000);
  });
});
