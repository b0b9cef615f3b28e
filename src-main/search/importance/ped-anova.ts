import type { History } from '../history.ts';
import type { Dimension } from '../space/parameter.ts';
import { type Importance, observe, shares } from './observations.ts';

/** Values of a parameter are counted in so many bins; discrete ones in one each, where they are no more. */
const BINS = 50;
/** The share of trials that counts as good. */
const GOOD = 0.1;

/**
 * PED-ANOVA (Watanabe et al., IJCAI 2023): a parameter matters as much as the values of the best tenth are distributed otherwise than those of all
 * (Pearson divergence of kernel densities). Takes milliseconds; of what makes good trials better than others rather than of the whole space.
 */
export function pedAnova(history: History, objective = 0): Importance {
  const { dimensions, points, losses } = observe(history, objective, 10);
  const order = Uint32Array.from(losses, (_, i) => i).sort((a, b) => losses[a] - losses[b]);
  const count = Math.max(2, Math.ceil(GOOD * order.length));
  // Equal to the last good one is good as well: order among equals is chance.
  const mark = losses[order[count - 1]];
  const good = points.filter((_, i) => losses[i] <= mark);
  const amounts = dimensions.map((dimension, axis) => {
    const [all, best] = [points, good].map((rows) =>
      density(
        dimension,
        rows.map((row) => row[axis]),
      ),
    );
    return all.reduce((sum, p, bin) => sum + p * (best[bin] / p - 1) ** 2, 0);
  });
  return shares(dimensions, amounts);
}

/** The share of values in each bin, smoothed by a kernel (Scott's rule), with a little in every bin; the last is for "not active". */
function density(dimension: Dimension, values: readonly number[]): Float64Array {
  const bins = Math.min(BINS, dimension.levels);
  const counts = new Float64Array(bins + 1);
  for (const value of values) {
    if (Number.isNaN(value)) counts[bins]++;
    else counts[Math.min(bins - 1, dimension.levels <= BINS ? dimension.level(value) : Math.floor(value * bins))]++;
  }
  const smooth = dimension.categorical ? counts : blurred(counts, bins, values.length);
  // The prior's weight is one trial, spread evenly.
  const total = values.length + 1;
  return smooth.map((each) => (each + 1 / (bins + 1)) / total);
}

function blurred(counts: Float64Array, bins: number, n: number): Float64Array {
  let [sum, squares, of] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    of += counts[bin];
    sum += counts[bin] * bin;
    squares += counts[bin] * bin * bin;
  }
  if (of === 0) return counts;
  const width = Math.max(0.5, 1.06 * Math.sqrt(Math.max(0, squares / of - (sum / of) ** 2)) * n ** -0.2);
  const out = new Float64Array(counts.length);
  out[bins] = counts[bins];
  for (let from = 0; from < bins; from++) {
    if (counts[from] === 0) continue;
    const kernel = Float64Array.from({ length: bins }, (_, to) => Math.exp(-0.5 * ((to - from) / width) ** 2));
    const mass = kernel.reduce((a, b) => a + b, 0);
    for (let to = 0; to < bins; to++) out[to] += (counts[from] * kernel[to]) / mass;
  }
  return out;
}
