import { classesOf } from '../../../datasets/encode/encoder.ts';
import { multiLabelMetrics } from '../../../evaluation/multi-label.ts';
import { compareDecisions } from '../../../export/parity.ts';
import { targetPostprocess } from '../../../export/postprocess.ts';
import { dataOf } from '../../../runtime/session.ts';
import { setWords } from '../../../shared/class-sets.ts';
import type { TaskWork } from './task-work.ts';
import { decisionAt } from '../../../shared/threshold.ts';
import { lossAt } from './loss-at.ts';

/** Any number of classes a sample: each has a probability of its own. */
export const multiLabel: TaskWork = {
  goal: () => 'loss',
  collect: ['prediction'],
  answers: (_, { prediction }) => ({ values: prediction! }),
  measure(split, encoder, { y }, { answers, loss }) {
    const metrics = multiLabelMetrics(split, answers.values, y, classesOf(encoder).length);
    return { metrics: { ...lossAt(split, loss), ...metrics }, confusion: null, errors: null };
  },
  raw: {
    predictions(encoder, { values }, inputs) {
      const classes = classesOf(encoder);
      return inputs.map((input, i) => {
        const own = classes.map((name, c): [string, number] => [name, values[i * classes.length + c]]);
        const labels = own.filter(([, probability]) => probability >= decisionAt).map(([name]) => name);
        return {
          input,
          label: setWords(labels),
          labels,
          value: null,
          probabilities: Object.fromEntries(own),
          reconstruction: null,
        };
      });
    },
    postprocess: targetPostprocess,
    collect: ['prediction'],
    outputs: () => ['probabilities'],
    read: (_, { probabilities }) => ({ values: Float32Array.from(dataOf(probabilities) as Float32Array) }),
    compare: (_, own, exported) => compareDecisions(own.values, exported.values, decisionAt),
  },
};
