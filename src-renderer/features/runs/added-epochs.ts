import { mostEpochs } from '../../../src-main/shared/run.ts';
import type { AddedEpochs, StretchSchedule } from '../../../src-main/shared/run.ts';

/** What is asked for, as typed; an empty rate is the run's last one. `below`: a rate as high as this has led nowhere. */
export function addedEpochs(
  epochs: string,
  rate: string,
  schedule: StretchSchedule,
  below = Infinity,
): { value: AddedEpochs; wrong?: undefined } | { value: null; wrong: 'epochs' | 'rate' } {
  const count = Number(epochs);
  if (epochs.trim() === '' || !Number.isInteger(count) || count < 1 || count > mostEpochs) {
    return { value: null, wrong: 'epochs' };
  }
  if (rate.trim() === '' && below === Infinity) return { value: { epochs: count, schedule } };
  const learningRate = Number(rate);
  if (!(learningRate > 0 && learningRate <= 100 && learningRate < below)) return { value: null, wrong: 'rate' };
  return { value: { epochs: count, learningRate, schedule } };
}
