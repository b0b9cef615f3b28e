import { join } from 'node:path';
import { expect, it } from 'vitest';
import { valueOf } from '../../src-main/runtime/session.ts';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { Evaluator } from '../../src-main/runtime/evaluate.ts';
import { gradientsAt } from '../../src-main/runtime/gradients.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import { netOf } from '../../src-main/utility/work/forward.ts';
import { loadData, trainingTask } from '../../src-main/utility/work/train-run.ts';
import { weighGradients } from '../../src-main/utility/work/weigh-gradients.ts';
import { dataFolder } from '../support/data-import.ts';
import { barsVersion, hereContext, trainHere, trainSettings } from '../support/train-here.ts';

it('gradients at a checkpoint are those of finite differences of the loss, however the run was trained', async () => {
  const folder = await dataFolder();
  const manifest = await barsVersion(folder.blobs, 100, 6);
  const count = manifest.splits.train;
  // What is done with a gradient changes nothing of what it is.
  const settings = trainSettings('linear', {
    ...{ epochs: 3, batchSize: count, optimizer: 'adamw', weightDecay: 0.1, clipNorm: 0.01, average: 0.9 },
    learningRate: 0.01,
  });
  const trained = await trainHere(folder, manifest, settings);
  const params = { ...trained, run: 'run_test' as RunId };
  const report = await weighGradients({ ...params, checkpoint: 'last' }, hereContext());
  expect(report).toMatchObject({ kind: 'gradients', samples: count, checkpoint: { name: 'last', step: 3, epoch: 3 } });

  const plain = trainSettings('linear', { batchSize: count, optimizer: 'sgd', epochs: 1 });
  const data = await loadData({ ...params, settings: plain }, hereContext(), true);
  const task = await trainingTask({ ...params, settings: plain }, data, netOf(plain, data.encoder, undefined), null);
  const checkpoint = readCheckpoint(checkpointPath(join(folder.path, 'runs', 'run'), 'last'))!;
  const { mean } = await gradientsAt(task, checkpoint, 1, async () => undefined);
  const evaluator = await Evaluator.open(task.compileEvaluation(), plain);
  /** The mean loss with one number moved. */
  const lossAt = async (of: string, i: number, by: number) => {
    const model = (name: string) => {
      const { type, shape, data: values } = checkpoint.model.get(name)!;
      const moved = Float32Array.from(values as Float32Array);
      if (name === of) moved[i] += by;
      return valueOf(type, shape, moved);
    };
    return (await evaluator.evaluate(task.train, model)).loss;
  };
  try {
    expect(report.tensors.map(({ name }) => name)).toEqual([...mean.keys()]);
    for (const { name, norm, count: size } of report.tensors) {
      const values = mean.get(name)!.data as Float64Array;
      expect(norm).toBeCloseTo(Math.hypot(...values), 12);
      expect(size).toBe(values.length);
      for (const i of [0, Math.floor(size / 2), size - 1]) {
        const h = 0.02;
        const difference = ((await lossAt(name, i, h)) - (await lossAt(name, i, -h))) / (2 * h);
        // A loss of 32 bits, moved by h: about 1e-5 of what it says is rounding.
        expect(Math.abs(values[i] - difference)).toBeLessThan(2e-5 + 1e-3 * Math.abs(difference));
      }
    }
  } finally {
    await evaluator.close();
  }
});
