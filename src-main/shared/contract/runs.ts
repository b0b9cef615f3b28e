import * as v from 'valibot';
import { checkpointName, name, nothing, runId, splitName, text } from './fields.ts';
import { trainRequestSchema } from './training.ts';
import type { EpochPredictions } from '../epoch-predictions.ts';
import type { EpochText } from '../epoch-text.ts';
import type { RunId } from '../ids.ts';
import { queueMoves, type QueueState } from '../job.ts';
import type { EvaluateResult } from '../work/evaluate.ts';
import type { PackedCurves } from '../packed-curves.ts';
import type { QualityReport } from '../quality.ts';
import { type ExportRunsResult, type ImportedRuns, runFormats } from '../run-exchange.ts';
import type { RunImportance } from '../run-importance.ts';
import type { RunProvenance } from '../run-provenance.ts';
import {
  type CheckpointInfo,
  type CurvesFound,
  type MetricColumn,
  type MetricTable,
  mostEpochs,
  type RunListing,
  type RunSummary,
  stretchSchedules,
} from '../run.ts';
import { foldRange } from '../split.ts';
import { weightKinds, type WeightReport } from '../weights.ts';

/** Calls about runs and the queue they wait in. */
export const runsInputs = {
  'runs.start': trainRequestSchema,
  /** As `runs.start`, behind all that wait. */
  'runs.queue': trainRequestSchema,
  /** Saves a checkpoint and gives the process free; a waiting one does not begin. */
  'runs.pause': v.object({ id: runId }),
  /** A paused run; or one that failed, was cancelled or cut short: from its last checkpoint where there is one. */
  'runs.resume': v.object({ id: runId, from: v.optional(checkpointName) }),
  /** Trains on from where it ended, as a new stretch of the same run. */
  'runs.addEpochs': v.object({
    id: runId,
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostEpochs)),
    learningRate: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(100))),
    schedule: v.optional(v.picklist(stretchSchedules)),
  }),
  /** What of it lies on disk, the furthest first. */
  'runs.checkpoints': v.object({ id: runId }),
  /** How the values in a checkpoint are spread, or what has changed since another one. */
  'runs.weights': v.object({
    id: runId,
    checkpoint: text(200),
    since: v.optional(text(200)),
    kind: v.picklist(weightKinds),
  }),
  /** Removes these checkpoints; how many bytes are free then. The best stays. */
  'runs.prune': v.object({
    ids: v.pipe(v.array(runId), v.maxLength(10_000)),
    names: v.pipe(v.array(checkpointName), v.maxLength(10_000)),
  }),
  /** Among the trainings that wait. */
  'runs.move': v.object({ id: runId, to: v.union([v.picklist(queueMoves), v.object({ before: runId })]) }),
  /** Queues all that failed or were cut short; how many. */
  'runs.resumeFailed': nothing,
  'queue.get': nothing,
  /** Paused as a whole: what works goes on, and nothing begins. */
  'queue.hold': v.object({ held: v.boolean() }),
  /** A run for each fold, tested on it; the runs wait in the queue. */
  'runs.crossValidate': v.object({
    request: trainRequestSchema,
    folds: v.pipe(v.number(), v.integer(), v.minValue(foldRange.min), v.maxValue(foldRange.max)),
    column: v.optional(text(1000)),
  }),
  /** Newest first, a page of them: `runsOfPage`, or fewer where there are no more. */
  'runs.list': v.optional(v.object({ olderThan: v.optional(runId) })),
  /** These of the list, archived ones as well, with these metrics besides the usual ones. */
  'runs.some': v.object({
    ids: v.pipe(v.array(runId), v.maxLength(200)),
    metrics: v.pipe(v.array(text(200)), v.maxLength(100)),
  }),
  'runs.get': v.object({ id: runId }),
  /** Every metric of these. */
  'runs.allMetrics': v.object({ ids: v.pipe(v.array(runId), v.maxLength(200)) }),
  /** The names of all that any run has. */
  'runs.metricKeys': nothing,
  /** One metric of all runs, for tables. */
  'runs.column': v.object({ key: text(200) }),
  /** Which curves these have. */
  'runs.curves': v.object({ runs: v.pipe(v.array(runId), v.maxLength(200)) }),
  /** Curves, of the steps from … to, thinned to about `maxPoints` each. */
  'runs.metrics': v.object({
    runs: v.pipe(v.array(runId), v.maxLength(200)),
    keys: v.optional(v.array(text(200))),
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    maxPoints: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(100_000))),
  }),
  /** What made these, of which data, and how often their test splits were looked at. */
  'runs.provenance': v.object({ ids: v.pipe(v.array(runId), v.maxLength(200)) }),
  /** What settings have to do with a metric, over these runs. */
  'runs.importance': v.object({ runs: v.pipe(v.array(runId), v.maxLength(100_000)), metric: text(200) }),
  'runs.stopEarly': v.object({ id: runId }),
  'runs.rename': v.object({ id: runId, name }),
  'runs.note': v.object({ id: runId, notes: text(20_000) }),
  'runs.tag': v.object({
    ids: v.array(runId),
    add: v.pipe(v.array(text(100)), v.maxLength(100)),
    remove: v.pipe(v.array(text(100)), v.maxLength(100)),
  }),
  'runs.archive': v.object({ ids: v.array(runId), archived: v.boolean() }),
  /** Runs of other programs: of what was dropped (its offer says `runs`), or of what a dialog is shown for. */
  'runs.import': v.union([v.object({ offer: text(100) }), v.object({ choose: v.picklist(['files', 'folder']) })]),
  /** Asks where to, and writes them with all their points. */
  'runs.export': v.object({ ids: v.pipe(v.array(runId), v.minLength(1)), format: v.picklist(runFormats) }),
  /** Asks for files and where to, and writes what the best checkpoint predicts of them as CSV; done as a job. */
  'runs.predict': v.object({ id: runId }),
  'runs.log': v.object({ id: runId }),
  /** What the best checkpoint does on a split, and with `against` how it stands against another run there. A look at the test split is counted. */
  'runs.evaluate': v.object({ id: runId, split: splitName, against: v.optional(runId) }),
  /** What the run says of the samples of its version; done as a job. `train`: its training split is judged too. */
  'runs.quality': v.object({ id: runId, train: v.optional(v.boolean(), false) }),
  /** The epochs that left a picture of what the model makes, in order. */
  'runs.pictures': v.object({ id: runId }),
  'runs.picture': v.object({ id: runId, epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)) }),
  /** The epochs that left a text of what a language model writes or guesses, in order. */
  'runs.predictionEpochs': v.object({ id: runId }),
  'runs.predictions': v.object({
    id: runId,
    epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)),
  }),
  'runs.texts': v.object({ id: runId }),
  'runs.text': v.object({ id: runId, epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)) }),
} as const;

export interface RunOutputs {
  'runs.start': RunId;
  'runs.crossValidate': RunId[];
  'runs.queue': RunId;
  'runs.pause': null;
  'runs.resume': null;
  'runs.addEpochs': null;
  'runs.checkpoints': CheckpointInfo[];
  'runs.weights': WeightReport;
  'runs.prune': number;
  'runs.move': null;
  'runs.resumeFailed': number;
  'queue.get': QueueState;
  'queue.hold': null;
  'runs.list': RunListing[];
  'runs.some': RunListing[];
  'runs.get': RunSummary;
  'runs.allMetrics': MetricTable;
  'runs.metricKeys': string[];
  'runs.column': MetricColumn;
  'runs.curves': CurvesFound;
  'runs.metrics': PackedCurves;
  'runs.provenance': RunProvenance[];
  'runs.importance': RunImportance;
  'runs.stopEarly': null;
  'runs.rename': null;
  'runs.note': null;
  'runs.tag': null;
  'runs.archive': null;
  /** Once it is done; null where the dialog was dismissed. */
  'runs.import': ImportedRuns | null;
  'runs.export': ExportRunsResult | null;
  'runs.predict': { path: string; count: number } | null;
  'runs.log': string;
  'runs.evaluate': EvaluateResult;
  'runs.quality': QualityReport;
  'runs.pictures': number[];
  /** A PNG. */
  'runs.picture': Uint8Array;
  'runs.predictionEpochs': number[];
  'runs.predictions': EpochPredictions;
  'runs.texts': number[];
  'runs.text': EpochText;
}
