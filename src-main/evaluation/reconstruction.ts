import type { SampleErrors } from '../shared/work/evaluate.ts';

/** Bars that a histogram is drawn with. */
const bars = 40;
/** The samples that are told by name. */
const told = 24;

/** `pictures`: values lie between 0 and 1, so that a peak signal-to-noise ratio (decibels) can be told. */
export function reconstructionMetrics(split: string, errors: Float32Array, pictures: boolean): Record<string, number> {
  const sorted = errors.toSorted();
  const mse = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return {
    [`${split}/mse`]: mse,
    ...(pictures && mse > 0 ? { [`${split}/psnr`]: -10 * Math.log10(mse) } : {}),
    [`${split}/error_median`]: quantile(sorted, 0.5),
    [`${split}/error_p95`]: quantile(sorted, 0.95),
    [`${split}/error_max`]: quantile(sorted, 1),
  };
}

/** `samples[i]`: the number of the sample that has error i. */
export function errorFacts(errors: Float32Array, samples: ArrayLike<number>): SampleErrors {
  const sorted = errors.toSorted();
  const [from, to] = [quantile(sorted, 0), quantile(sorted, 1)];
  const width = (to - from) / bars || 1;
  const counts = new Array<number>(bars).fill(0);
  for (const error of errors) counts[Math.min(bars - 1, Math.floor((error - from) / width))]++;
  const order = Array.from(errors.keys()).sort((a, b) => errors[b] - errors[a] || samples[a] - samples[b]);
  return {
    histogram: { from, width, counts },
    highest: order.slice(0, told).map((i) => ({ sample: samples[i], error: errors[i] })),
  };
}

/** Between neighbours in proportion, as NumPy's; NaN of nothing. */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  return sorted.length === 0 ? NaN : sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
