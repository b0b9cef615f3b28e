import type { WeightKind, WeightReport } from '../../../src-main/shared/weights.ts';
import { summarize } from '../../../src-main/runtime/tensor-summary.ts';
import { random } from './data.ts';

const shapes: Record<string, number[]> = {
  'layers/dense_with_a_rather_long_name/1/weight': [784, 128],
  'layers/dense/1/bias': [128],
  'layers/dense/2/weight': [128, 10],
  'layers/dense/2/bias': [10],
  'layers/norm/scale': [128],
};

/** Weights spread as weights are: a bell, some dead, one that is not a number. */
export function weightReport(checkpoint: string, since: string | undefined, kind: WeightKind): WeightReport {
  const rnd = random(11);
  const bell = () => rnd() + rnd() + rnd() + rnd() - 2;
  const moment = (name: string) => ({ name, step: name === 'last' ? 1240 : 1116, epoch: name === 'last' ? 20 : 18 });
  const tensors = Object.entries(shapes).map(([name, shape], n) => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      n === 4 ? 1 : n === 3 && i === 2 ? NaN : n === 1 && i % 5 === 0 ? 0 : (since ? 0.01 : 0.2) * bell(),
    );
    return summarize(kind === 'weights' ? name : `${name}/m`, shape, values);
  });
  return { checkpoint: moment(checkpoint), since: since === undefined ? null : moment(since), kind, tensors };
}
