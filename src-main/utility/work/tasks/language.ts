import { languageMetrics } from '../../../evaluation/language.ts';
import type { TaskWork } from './task-work.ts';

/** A loss in nats, of each place of a text that has a target. What the model writes, or guesses, is for people to read. */
export const language: TaskWork = {
  goal: () => 'loss',
  score: {
    collect: [],
    measures: ({ loss, accuracy }) => languageMetrics({ loss, accuracy }),
  },
  silent: true,
  collect: [],
  answers: () => ({ values: new Float32Array() }),
  measure(split, _, { texts }, { loss, accuracy }) {
    const measures = loss === undefined ? {} : languageMetrics({ loss, accuracy: accuracy ?? null, texts });
    const metrics = Object.fromEntries(Object.entries(measures).map(([key, value]) => [`${split}/${key}`, value]));
    return { metrics, confusion: null, errors: null };
  },
  raw: null,
};
