import { mkdirSync, rmSync } from 'node:fs';
import { stepMemory } from '../../autodiff/memory.ts';
import { freeMemory, processMemory } from '../../runtime/memory.ts';
import { rehearse } from '../../runtime/rehearsal.ts';
import type { TrainingTask } from '../../runtime/training-loop.ts';
import { added, rangeOf, scaled, type Forecast, type Range } from '../../shared/forecast.ts';
import type { TrainParams } from '../../shared/work/train.ts';
import type { DeviceName } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';
import { netOf, type Net } from './forward.ts';
import { classWeightsOf, loadData, trainingTask } from './train-run.ts';

/** Of the free memory: what may need more is not tried. */
const mostOfFree = 0.7;
/** Its graphs are of standard operators alone, whose shapes are known; the processor's are of about the same size. */
const plainest: DeviceName = 'cuda';
/** Of the free memory: what may need more is compiled once more to know better. That takes memory which no run takes. */
const worthReckoning = 0.3;

/** Begins the run that these parameters describe, in a folder that is removed again, and tells what it would take. */
export async function forecastRun(params: TrainParams, context: JobContext): Promise<Forecast> {
  const { settings, runFolder } = params;
  const [own, free] = [processMemory().now, freeMemory()];
  mkdirSync(runFolder, { recursive: true });
  try {
    const begun = performance.now();
    const data = await loadData(params, context, false);
    const net = netOf(settings, data.encoder, classWeightsOf(settings, data));
    const task = await trainingTask(params, data, net, null);
    const loading = (performance.now() - begun) / 1000;
    const common = {
      device: settings.device,
      threads: settings.threads,
      parameters: net.parameterCount,
      samples: task.train.count,
      ownMemory: own,
      freeMemory: free,
    };
    const batch = Math.min(settings.batchSize, task.train.count);
    if (settings.device === 'cpu' && atMost(net, batch) > worthReckoning * free) {
      const plain = { ...params, settings: { ...settings, device: plainest } };
      const computed = computedMemory(await trainingTask(plain, data, net, null));
      if (computed.expected > mostOfFree * free) {
        return { ...common, secondsPerEpoch: null, secondsToBegin: loading, peakMemory: above(own, computed) };
      }
    }
    const { opening, training, validation } = await rehearse(task, () => context.pause());
    const { train, validation: validated } = data.splits;
    const epoch = scaled(rangeOf(training), train.count);
    return {
      ...common,
      secondsPerEpoch: validation.length === 0 ? epoch : added(epoch, scaled(rangeOf(validation), validated.count)),
      secondsToBegin: loading + opening,
      peakMemory: above(own, measuredMemory(processMemory().peak - own)),
    };
  } finally {
    rmSync(runFolder, { recursive: true, force: true });
  }
}

const above = (own: number, { expected, low, high }: Range): Range => ({
  expected: own + expected,
  low: own + low,
  high: own + high,
});

/** A run of hours finds the moments that a short one misses: garbage waits longer, a checkpoint is written while it waits. */
const measuredMemory = (peak: number): Range => ({ expected: peak, low: 0.85 * peak, high: 1.3 * peak });

/** Sessions, plans and the language's own heap. */
const fixedMemory = 40e6;
/** Two buffers each, the initial values, and a copy of the best. */
const copiesOfValues = 4;
/** ONNX Runtime makes them once one by one, and then once more all in one piece. */
const copiesOfActivations = 2;

/** From the forward graphs alone, at once. A recurrent net keeps several values of each step for every one that it gives. */
function atMost({ forward, players }: Net, batch: number): number {
  const values = [forward, ...(players ? [players.adversary] : [])].flatMap(({ graph }) => [...graph.values.values()]);
  const sample = values.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((size, dim) => (typeof dim === 'number' ? size * dim : size), 4),
    0,
  );
  return 8 * batch * sample;
}

/** From the compiled graphs; data that are loaded already are not in it. */
function computedMemory({ compile, discriminator, settings, train }: TrainingTask): Range {
  const batch = Math.min(settings.batchSize, train.count);
  const programs = [
    compile({ stepsPerCall: 1, usualBatch: batch }),
    ...(discriminator ? [discriminator.compile()] : []),
  ];
  const expected = programs
    .map((program) => stepMemory(program, batch))
    .reduce(
      (sum, { parameters, state, activations }) =>
        sum + copiesOfValues * (parameters + state) + copiesOfActivations * activations,
      fixedMemory + train.x.byteLength,
    );
  return { expected, low: 0.5 * expected, high: 2 * expected };
}
