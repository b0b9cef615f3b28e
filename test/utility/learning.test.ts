import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTrainingData, type TrainingData } from '../../src-main/datasets/training-data.ts';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { TrainSettings } from '../../src-main/shared/run.ts';
import { readEncoder } from '../../src-main/utility/work/run-files.ts';
import { RunModel } from '../../src-main/utility/work/run-model.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';
import { importFrom, writeFiles } from '../support/data-import.ts';
import { hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

let folder: { path: string; blobs: string };
const manifests = {} as Record<'kind' | 'price', Manifest>;

/** One class in ten is rare, and hidden among the rest; the price has outliers. */
beforeAll(async () => {
  const path = mkdtempSync(join(tmpdir(), 'atelier-learning-'));
  folder = { path, blobs: join(path, 'blobs') };
  mkdirSync(folder.blobs);
  const random = new Random(8);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const kind = i % 10 === 0 ? 'rare' : i % 3 === 0 ? 'some' : 'most';
    const [a, b] = [random.normal(), random.normal()].map((x) => x + (kind === 'rare' ? 1 : kind === 'some' ? -1 : 0));
    const price = 3 * a - b + (i % 17 === 0 ? 80 : 0.1 * random.normal());
    return [a, b, kind, price].join(',');
  });
  await writeFiles(folder.path, { 'some.csv': ['a,b,kind,price', ...rows].join('\n') });
  for (const target of ['kind', 'price'] as const) {
    manifests[target] = (await importFrom(folder, ['some.csv'], { target })).manifest;
  }
});

afterAll(() => rmSync(folder.path, { recursive: true, force: true }));

const settings = (change: Partial<TrainSettings> = {}, own = { hidden: '8' }) =>
  trainSettings('mlp', { epochs: 6, batchSize: 32, learningRate: 0.02, ...change }, own);
let runs = 0;
const trained = (target: 'kind' | 'price', change?: Partial<TrainSettings>) =>
  trainHere(folder, manifests[target], settings(change), `run${runs++}`);

/** What the run says of its validation samples, and the loss it gives itself. */
async function judged(run: Trained): Promise<{ data: TrainingData; values: Float32Array; loss: number }> {
  const data = await loadTrainingData(run.blobs, run.manifest, readEncoder(run.runFolder));
  const model = await RunModel.open(run, 1);
  const { answers, loss } = await model.evaluate(data.splits.validation).finally(() => model.close());
  return { data, values: answers.values, loss };
}
const lastModel = (run: { runFolder: string }) => readCheckpoint(checkpointPath(run.runFolder, 'last'))!;
const numbers = (run: { runFolder: string }) =>
  [...lastModel(run).model].map(([, { data }]) => [...(data as Float32Array)]);

describe('the loss of a run', () => {
  it('weighs classes as they are in the training split, and tells the best epoch by that', async () => {
    const run = await trained('kind', { classWeights: 'balanced', labelSmoothing: 0.1 });
    const { data, values, loss } = await judged(run);
    const { y } = data.splits.train;
    const [classes, counts] = [data.classes.length, data.classes.map((_, c) => y.filter((each) => each === c).length)];
    const weights = counts.map((count) => y.length / (classes * count));
    expect(JSON.parse(readFileSync(join(run.runFolder, 'class-weights.json'), 'utf8'))).toEqual(weights);

    // PyTorch: cross_entropy(logits, y, weight, label_smoothing = 0.1), from the probabilities.
    let [sum, weight] = [0, 0];
    data.splits.validation.y.forEach((label, i) => {
      weight += weights[label];
      for (let c = 0; c < classes; c++) {
        const wanted = 0.1 / classes + (c === label ? 0.9 : 0);
        sum -= wanted * weights[c] * Math.log(values[i * classes + c]);
      }
    });
    expect(loss).toBeCloseTo(sum / weight, 4);
    expect(run.result.metrics['validation/loss']).toBeCloseTo(loss, 5);
    expect(run.result.metrics['validation/log_loss']).not.toBeCloseTo(loss, 2);

    const plain = await trained('kind');
    const { metrics } = run.result;
    expect(metrics['test/balanced_accuracy']).toBeGreaterThan(plain.result.metrics['test/balanced_accuracy'] + 0.05);
    rmSync(join(run.runFolder, 'class-weights.json'));
    await expect(RunModel.open(run, 1)).rejects.toMatchObject({ code: 'run_incomplete' });
  });

  it('focal: what is told rightly counts less', async () => {
    const run = await trained('kind', { loss: 'focal', focalGamma: 3, classWeights: { rare: 4 } });
    const { data, values, loss } = await judged(run);
    const classes = data.classes.length;
    const terms = Array.from(data.splits.validation.y, (label, i) => {
      const p = values[i * classes + label];
      return (data.classes[label] === 'rare' ? -4 : -1) * (1 - p) ** 3 * Math.log(p);
    });
    expect(loss).toBeCloseTo(terms.reduce((a, b) => a + b) / terms.length, 5);
  });

  it.each([
    ['mse', {}, (d: number) => d * d],
    ['mae', {}, (d: number) => Math.abs(d)],
    ['huber', { huberDelta: 0.5 }, (d: number) => (Math.abs(d) <= 0.5 ? (d * d) / 2 : 0.5 * (Math.abs(d) - 0.25))],
  ] as const)('%s of a number, in its standard deviations', async (loss, change, term) => {
    const run = await trained('price', { loss, ...change });
    const said = await judged(run);
    const target = said.data.encoder.kind === 'table' ? said.data.encoder.target : null;
    if (target?.task !== 'regression') throw new Error('a number was wanted');
    const terms = Array.from(said.data.splits.validation.y, (y, i) =>
      term((said.values[i] - target.mean) / target.std - y),
    );
    expect(said.loss).toBeCloseTo(terms.reduce((a, b) => a + b) / terms.length, 4);
  });
});

describe('the updates of a run', () => {
  it('accumulated are those of a batch so many times as large', async () => {
    // Neither leaves a smaller batch at the end.
    const common = { optimizer: 'sgd', schedule: 'constant', epochs: 2 } as const;
    const small = await trained('kind', { ...common, batchSize: 14, accumulate: 4 });
    expect(manifests.kind.splits.train % 56).toBe(0);
    const large = await trained('kind', { ...common, batchSize: 56 });
    const [one, other] = [numbers(small), numbers(large)];
    one.forEach((values, i) => values.forEach((value, k) => expect(value).toBeCloseTo(other[i][k], 5)));
    expect(numbers(await trained('kind', { ...common, batchSize: 14 }))[0][0]).not.toBeCloseTo(one[0][0], 5);
  });

  it('with the gradient clipped go no further than that times the rate', async () => {
    const common = { optimizer: 'sgd', schedule: 'constant', epochs: 1, batchSize: 1000, learningRate: 1 } as const;
    const far = async (change: Partial<TrainSettings>) => {
      const before = numbers(await trained('price', { ...common, learningRate: 1e-9 }));
      const after = numbers(await trained('price', { ...common, ...change }));
      return Math.hypot(...after.flatMap((values, i) => values.map((value, k) => value - before[i][k])));
    };
    expect(await far({ clipNorm: 0.01 })).toBeCloseTo(0.01, 5);
    expect(await far({})).toBeGreaterThan(0.1);
  });

  it('averaged are what is validated and kept', async () => {
    const run = await trained('kind', { average: 0.9, schedule: 'constant' });
    const last = lastModel(run);
    const averages = [...last.optimizer].filter(([name]) => name.startsWith('average/'));
    expect(averages).toHaveLength(last.model.size);
    const best = readCheckpoint(checkpointPath(run.runFolder, 'best'))!;
    if (best.position.step === last.position.step) {
      for (const [name, average] of averages)
        expect(best.model.get(name.slice('average/'.length))!.data).toEqual(average.data);
    }
    expect((await judged(run)).loss).toBeCloseTo(run.result.metrics['validation/loss'], 5);
    expect(run.result.metrics['validation/loss']).not.toBe((await trained('kind')).result.metrics['validation/loss']);
  });

  it('are gone on with bit for bit, and a run of before there were such settings is too', async () => {
    for (const change of [
      { average: 0.95, accumulate: 3, clipNorm: 1, warmup: 0.2, classWeights: 'balanced' },
      {},
    ] as const) {
      const whole = await trained('kind', change);
      const params = { ...whole, runFolder: join(folder.path, 'runs', `cut${runs++}`), run: 'run_test' as never };
      let pauses = 0;
      await trainRun(params, hereContext({ stopRequested: () => ++pauses > 5 }));
      expect(lastModel(params).position.step).toBeLessThan(lastModel(whole).position.step);
      const result = await trainRun({ ...params, resume: true }, hereContext());
      expect(result.metrics).toEqual(whole.result.metrics);
      expect(lastModel(params).optimizer).toEqual(lastModel(whole).optimizer);
    }
  });
});
