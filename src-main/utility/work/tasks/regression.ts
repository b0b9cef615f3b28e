import { targetOf, type Encoder, type TargetEncoder } from '../../../datasets/encode/encoder.ts';
import { regressionMetrics } from '../../../evaluation/metrics.ts';
import { compareValues } from '../../../export/parity.ts';
import { targetPostprocess } from '../../../export/postprocess.ts';
import { dataOf } from '../../../runtime/session.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { TaskWork } from './task-work.ts';
import { lossAt } from './loss-at.ts';

/** Metrics are in the target's own unit, the loss is in its standard deviations. */
export const regression: TaskWork = {
  goal: () => 'loss',
  collect: ['prediction'],
  answers(encoder, { prediction }) {
    const { mean, std } = scaleOf(encoder);
    // Rounded to 32 bits, as in an exported file.
    return { values: prediction!.map((value) => value * std + mean) };
  },
  measure(split, encoder, { y }, { answers, loss }) {
    const { mean, std } = scaleOf(encoder);
    const actual = Float64Array.from(y, (value) => value * std + mean);
    const metrics = { ...lossAt(split, loss), ...regressionMetrics(split, answers.values, actual) };
    return { metrics, confusion: null, errors: null };
  },
  raw: {
    predictions: (_, { values }, inputs) =>
      inputs.map((input, i) => ({
        input,
        label: null,
        value: values[i],
        probabilities: null,
        reconstruction: null,
      })),
    postprocess: targetPostprocess,
    collect: ['prediction'],
    outputs: () => ['value'],
    read: (_, { value }) => ({ values: Float32Array.from(dataOf(value) as Float32Array) }),
    compare: (encoder, own, exported) => compareValues(own.values, exported.values, scaleOf(encoder).std),
  },
};

function scaleOf(encoder: Encoder): Extract<TargetEncoder, { task: 'regression' }> {
  const target = targetOf(encoder);
  if (target?.task === 'regression') return target;
  throw new AtelierError('internal', 'A regression without a number to tell.');
}
