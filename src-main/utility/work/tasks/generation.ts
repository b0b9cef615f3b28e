import { accuracies } from '../../../runtime/players.ts';
import type { TaskWork } from './task-work.ts';

/**
 * What can be measured is the discriminator: on real samples, and on as many generated ones from noise that is always the same. How good
 * the generated ones are is for people to see.
 */
export const generation: TaskWork = {
  goal: () => 'latest',
  score: {
    collect: ['prediction'],
    measures: ({ loss, collected }) => ({ d_loss: loss, ...accuracies(collected.prediction!) }),
  },
  collect: ['prediction'],
  answers: (_, { prediction }) => ({ values: prediction! }),
  measure(split, _, __, { answers, loss }) {
    const measures = { ...(loss === undefined ? {} : { d_loss: loss }), ...accuracies(answers.values) };
    const metrics = Object.fromEntries(Object.entries(measures).map(([key, value]) => [`${split}/${key}`, value]));
    return { metrics, confusion: null, errors: null };
  },
  raw: null,
};
