import type { Studio } from '../jobs/studio.ts';
import type { TrainRequest } from '../shared/contract.ts';
import { deviceTitles } from '../shared/device.ts';
import { exceedsMemory, wholeRun, type Range } from '../shared/forecast.ts';
import type { Session } from './context.ts';
import { bytes, count, duration, table } from './format.ts';

/** Tells what a run would take, and makes none. */
export async function tellForecast({ out }: Session, studio: Studio, request: TrainRequest): Promise<void> {
  out.note('Training for a moment …');
  const forecast = await studio.training.forecast(request);
  const steps = Math.ceil(forecast.samples / request.batchSize);
  const whole = wholeRun(forecast, request.epochs);
  out.record({
    event: 'forecast',
    device: forecast.device,
    threads: forecast.threads,
    parameters: forecast.parameters,
    epochs: request.epochs,
    steps_per_epoch: steps,
    seconds_per_epoch: forecast.secondsPerEpoch,
    seconds_to_begin: forecast.secondsToBegin,
    seconds: whole,
    peak_memory_bytes: forecast.peakMemory,
    own_memory_bytes: forecast.ownMemory,
    free_memory_bytes: forecast.freeMemory,
    measured: forecast.secondsPerEpoch !== null,
  });
  const { device, threads, secondsPerEpoch, peakMemory, freeMemory } = forecast;
  const notMeasured = '– (not tried: it may not fit into memory)';
  out.text(
    table([
      ['', ''],
      ['device', `${deviceTitles[device]}, ${count(threads)} ${threads === 1 ? 'thread' : 'threads'}`],
      ['parameters', count(forecast.parameters)],
      [
        'an epoch',
        secondsPerEpoch ? `${times(secondsPerEpoch)}, ${count(steps)} ${steps === 1 ? 'step' : 'steps'}` : notMeasured,
      ],
      [`${count(request.epochs)} epochs`, whole ? times(whole) : notMeasured],
      ['peak memory', `${spread(peakMemory, bytes)}; ${bytes(freeMemory)} are free`],
    ]).trimStart(),
  );
  if (exceedsMemory(forecast)) out.note(tooMuch);
}

const tooMuch = 'It needs more memory than there is: choose a smaller --batch or net.';

const times = (range: Range): string =>
  spread(range, (seconds) => (seconds < 90 ? `${Number(seconds.toPrecision(2))} s` : duration(seconds)));
const spread = ({ expected, low, high }: Range, words: (value: number) => string): string =>
  `about ${words(expected)} (${words(low)} to ${words(high)})`;
