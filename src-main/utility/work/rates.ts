import { rateByName } from '../../autodiff/schedules/by-name.ts';
import type { TrainSettings } from '../../shared/run.ts';

type Rates = ReturnType<typeof rateByName>;

/**
 * How a learning rate goes over a run that begins with `start`: by the run's schedule, and over each stretch of added epochs by the
 * stretch's own, from its first step to its last (warm restarts: Loshchilov and Hutter, arXiv 1608.03983). A rate that is not the
 * run's own, as a discriminator's, keeps its proportion to it.
 */
export function ratesOf(settings: TrainSettings, stepsPerEpoch: number, start = settings.learningRate): Rates {
  const { stretches = [], learningRate, schedule, warmup } = settings;
  const ends = [...stretches.map(({ epochsBefore }) => epochsBefore), settings.epochs].map((n) => n * stepsPerEpoch);
  const first = rateByName(schedule, start, ends[0], warmup);
  if (stretches.length === 0) return first;
  const parts = stretches.map(({ step, ...own }, i) => {
    const rates = rateByName(own.schedule, (own.learningRate * start) / learningRate, ends[i + 1] - step);
    return { step, rate: 'rate' in rates ? rates.rate : constant(own.learningRate) };
  });
  // A checkpoint from before the first stretch has the rate that it had then, or where the loss took it: its own, as it began.
  const all = [{ step: 0, rate: 'rate' in first ? first.rate : constant(start) }, ...parts];
  return {
    rate(step) {
      const part = all.findLast((one) => one.step <= step)!;
      return part.rate(step - part.step);
    },
  };
}

const constant = (rate: number) => () => rate;
