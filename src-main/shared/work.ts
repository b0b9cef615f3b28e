import type { DeviceTest } from './device.ts';
import type { ErrorFacts } from './errors.ts';
import type { FewShotParams, FewShotResult } from './few-shot.ts';
import type { Forecast } from './forecast.ts';
import type { WrittenPart } from './generation.ts';
import type { JobId } from './ids.ts';
import type { JobKind, Progress } from './job.ts';
import type { LeakReport } from './leaks.ts';
import type { PredictionReport } from './object-scores.ts';
import type { AssessParams, AssessResult, ScriptVerdict } from './prompt/assess.ts';
import type { GridNews, GridResult } from './prompt/grid.ts';
import type { QualityReport } from './quality.ts';
import type {
  ExportRunsParams,
  ExportRunsResult,
  ImportRunsParams,
  ImportRunsResult,
  StagedRun,
} from './run-exchange.ts';
import type { RemoteModels, RemoteTarget } from './remote.ts';
import type { MetricPoint } from './run.ts';
import type { WeightReport } from './weights.ts';
import type { EmbeddedPassages, EmbedParams, EmbedResult } from './work/embed.ts';
import type { DocumentNews, DocumentsParams, DocumentsResult } from './work/documents.ts';
import type { ProviderOffer, ProviderParams, SelfTestParams } from './work/devices.ts';
import type { EvaluateParams, EvaluateResult } from './work/evaluate.ts';
import type { DataExportParams, DataExportResult } from './work/export-data.ts';
import type { ExportParams, ExportResult } from './work/export.ts';
import type { GenerateParams, GenerateResult, GridParams } from './work/generate.ts';
import type { HubOffer, HubParams } from './work/hub.ts';
import type { ImportParams, ImportResult, RelinkParams, RelinkResult } from './work/import.ts';
import type { LeakParams, QualityParams, ScoreParams } from './work/judge.ts';
import type { PredictParams, PredictResult } from './work/predict.ts';
import type { ReviseParams, ReviseResult } from './work/revise.ts';
import type { SimilarityParams, SimilarityResult } from './work/similarity.ts';
import type { MarkJobParams, MarkJobResult, PrelabelParams, PrelabelResult } from './work/suggest.ts';
import type { GradientParams, TrainParams, TrainResult } from './work/train.ts';

/** The messages between the process that owns the queue and the utility that does one job, and what each kind of job takes and gives. */

/** With what a process of its own also does, but nobody queues and nothing is stored of. */
export type WorkKind = JobKind | 'forecast' | 'gradients' | 'few-shot' | 'remote-models';

/** Each kind's start parameters and result. Paths are absolute; utilities never see the database. */
export interface JobTypes {
  import: { params: ImportParams; result: ImportResult };
  revise: { params: ReviseParams; result: ReviseResult };
  relink: { params: RelinkParams; result: RelinkResult };
  leaks: { params: LeakParams; result: LeakReport };
  quality: { params: QualityParams; result: QualityReport };
  prelabel: { params: PrelabelParams; result: PrelabelResult };
  'suggest-marks': { params: MarkJobParams; result: MarkJobResult };
  train: { params: TrainParams; result: TrainResult };
  evaluate: { params: EvaluateParams; result: EvaluateResult };
  predict: { params: PredictParams; result: PredictResult };
  generate: { params: GenerateParams; result: GenerateResult };
  grid: { params: GridParams; result: GridResult };
  assess: { params: AssessParams; result: AssessResult };
  similarity: { params: SimilarityParams; result: SimilarityResult };
  score: { params: ScoreParams; result: PredictionReport };
  export: { params: ExportParams; result: ExportResult };
  'export-data': { params: DataExportParams; result: DataExportResult };
  'import-runs': { params: ImportRunsParams; result: ImportRunsResult };
  'export-runs': { params: ExportRunsParams; result: ExportRunsResult };
  selftest: { params: SelfTestParams; result: DeviceTest[] };
  provider: { params: ProviderParams; result: ProviderOffer };
  download: { params: HubParams; result: HubOffer };
  documents: { params: DocumentsParams; result: DocumentsResult };
  embed: { params: EmbedParams; result: EmbedResult };
  /** `runFolder`: made for the moment, and removed. */
  forecast: { params: TrainParams; result: Forecast };
  gradients: { params: GradientParams; result: WeightReport };
  'few-shot': { params: FewShotParams; result: FewShotResult };
  'remote-models': { params: RemoteTarget; result: RemoteModels };
}

export type ToUtility =
  | { [K in WorkKind]: { type: 'start'; job: JobId; kind: K; params: JobTypes[K]['params'] } }[WorkKind]
  /** Stop and keep nothing but what is already on disk. */
  | { type: 'cancel' }
  /** Training only: save a checkpoint, say `paused` and end; the process that follows goes on from there. */
  | { type: 'pause' }
  /** Training only: stop now, keep the best checkpoint, finish as `finished`. */
  | { type: 'stop-early' };

export type FromUtility =
  | { type: 'ready' }
  | { type: 'progress'; progress: Progress }
  | { type: 'log'; text: string }
  | { type: 'metrics'; points: MetricPoint[] }
  | { type: 'best'; epoch: number; parameterCount: number }
  /** Of a text that is written. */
  | { type: 'written'; part: WrittenPart }
  /** What an assertion came to for the next answer. */
  | { type: 'verdict'; check: number; verdict: ScriptVerdict }
  /** What came of cells of a grid. */
  | { type: 'cells'; cells: GridNews[] }
  /** What came of a file that is to be searched. */
  | { type: 'document'; news: DocumentNews }
  /** Vectors of passages that are to be searched. */
  | { type: 'vectors'; made: EmbeddedPassages }
  /** Of an import of runs: this one was read whole. */
  | { type: 'staged'; run: StagedRun }
  /** What went wrong, and holds nothing up. */
  | { type: 'warning'; warning: ErrorFacts }
  | { type: 'result'; value: JobTypes[WorkKind]['result'] }
  | { type: 'cancelled' }
  | { type: 'paused' }
  | { type: 'error'; error: ErrorFacts };
