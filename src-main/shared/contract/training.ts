import * as v from 'valibot';
import { name, nothing, text, versionId } from './fields.ts';
import { augmentKinds } from '../augment/kinds.ts';
import { readSynonymsRef, type SynonymList, type SynonymsRef } from '../augment/synonyms.ts';
import { deviceNames } from '../device.ts';
import type { Forecast } from '../forecast.ts';
import { classWeightRange, learningFields, type LearningNumber, lossNames, precisions } from '../learning.ts';
import { type ArchitectureInfo, optimizerNames, scheduleNames } from '../run.ts';
import type { TokenizerRef } from '../text.ts';

function learningNumber(key: LearningNumber) {
  const { min, max, whole } = learningFields[key];
  const steps = v.custom<number>((x) => !whole || Number.isInteger(x));
  return v.optional(v.pipe(v.number(), v.minValue(min), v.maxValue(max), steps));
}
const classWeight = v.pipe(v.number(), v.minValue(classWeightRange.min), v.maxValue(classWeightRange.max));

export const trainRequestSchema = v.object({
  version: versionId,
  /** Columns to predict come from the version's target. */
  name: v.optional(name),
  architecture: text(64),
  architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
  epochs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
  batchSize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)),
  optimizer: v.picklist(optimizerNames),
  learningRate: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
  schedule: v.optional(v.picklist(scheduleNames), 'cosine'),
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 0),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  /** `auto`: the fastest that passed its test. */
  device: v.picklist(['auto', ...deviceNames]),
  /** 0 lets Atelier choose. */
  threads: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256)), 0),
  patience: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)), 0),
  /** Checkpoints kept besides the best and the last: so many of the best in all, and every nth epoch's. */
  keepBest: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 1),
  keepEvery: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)), 0),
  /** Measures the norms of gradients and updates. */
  norms: v.optional(v.boolean()),
  /** Measures the size and speed of the exported file at the end. */
  measureExport: v.optional(v.boolean()),
  /** Amounts by kind of augmentation (see `augmentFields`). */
  augment: v.optional(v.record(v.picklist(augmentKinds), v.pipe(v.number(), v.minValue(0), v.maxValue(180)))),
  /** The list for `word-synonym`. */
  synonyms: v.optional(v.custom<SynonymsRef>((x) => typeof x === 'string' && readSynonymsRef(x) !== null)),
  loss: v.optional(v.picklist(lossNames)),
  focalGamma: learningNumber('focalGamma'),
  huberDelta: learningNumber('huberDelta'),
  labelSmoothing: learningNumber('labelSmoothing'),
  /** By the class's name. */
  classWeights: v.optional(v.union([v.literal('balanced'), v.record(text(1000), classWeight)])),
  clipNorm: learningNumber('clipNorm'),
  accumulate: learningNumber('accumulate'),
  average: learningNumber('average'),
  warmup: learningNumber('warmup'),
  precision: v.optional(v.picklist(precisions)),
});
export type TrainRequest = v.InferInput<typeof trainRequestSchema>;

/** Calls about what may be trained, and what it would take. */
export const trainingInputs = {
  'architectures.list': nothing,
  /** Shows the system's open dialog and keeps the tokenizer.json chosen; what its setting is to say, or null when dismissed. */
  'tokenizers.choose': nothing,
  'synonyms.choose': nothing,
  'synonyms.read': v.custom<SynonymsRef>((x) => typeof x === 'string' && readSynonymsRef(x) !== null),
  /** Parameter count and shapes of the net these settings give, for the Train page. */
  'train.estimate': v.object({
    version: versionId,
    architecture: text(64),
    architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
  }),
  /** What a run would take, measured for a moment; null: what is being measured is of no use any more. */
  'train.forecast': v.nullable(trainRequestSchema),
} as const;

export interface TrainingOutputs {
  'architectures.list': ArchitectureInfo[];
  'tokenizers.choose': TokenizerRef | null;
  'synonyms.choose': SynonymsRef | null;
  'synonyms.read': SynonymList;
  'train.estimate': TrainEstimate;
  'train.forecast': Forecast | null;
}

export interface TrainEstimate {
  parameters: number;
  /** "dense 128", "conv 3×3 · 32" … with output shapes, in order, for the small drawing of the net. */
  layers: { name: string; shape: number[]; parameters: number }[];
}
