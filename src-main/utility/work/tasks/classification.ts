import { classesOf } from '../../../datasets/encode/encoder.ts';
import { argmaxRows } from '../../../evaluation/classification.ts';
import { classificationMetrics } from '../../../evaluation/metrics.ts';
import { compareProbabilities } from '../../../export/parity.ts';
import { targetPostprocess } from '../../../export/postprocess.ts';
import { dataOf } from '../../../runtime/session.ts';
import type { TaskWork } from './task-work.ts';
import { lossAt } from './loss-at.ts';

/** Where a single sample moves the accuracy by more than a tenth of a percent, luck would choose the best checkpoint: the loss tells more. */
const enoughToCount = 1_000;

export const classification: TaskWork = {
  // Where classes do not count the same, how many are right is not what is wanted.
  goal: (validation, { classWeights }) =>
    classWeights === undefined && (validation === 0 || validation >= enoughToCount) ? 'accuracy' : 'loss',
  collect: ['prediction'],
  answers: (_, { prediction }) => ({ values: prediction! }),
  measure(split, encoder, { y }, { answers, loss }) {
    const classes = classesOf(encoder);
    const { metrics, counts } = classificationMetrics(split, answers.values, y, classes.length);
    return { metrics: { ...lossAt(split, loss), ...metrics }, confusion: { classes, counts }, errors: null };
  },
  raw: {
    predictions(encoder, { values }, inputs) {
      const classes = classesOf(encoder);
      const best = argmaxRows(values, classes.length);
      return inputs.map((input, i) => ({
        input,
        label: classes[best[i]],
        value: null,
        probabilities: Object.fromEntries(classes.map((name, c) => [name, values[i * classes.length + c]])),
        reconstruction: null,
      }));
    },
    postprocess: targetPostprocess,
    collect: ['prediction'],
    outputs: () => ['label', 'probabilities'],
    read: (_, { label, probabilities }) => ({
      values: Float32Array.from(dataOf(probabilities) as Float32Array),
      labels: [...(label.data as unknown as string[])],
    }),
    compare: (encoder, own, exported) =>
      compareProbabilities(own.values, exported.values, exported.labels ?? [], classesOf(encoder)),
  },
};
