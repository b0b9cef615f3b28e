import type * as v from 'valibot';
import { appInputs, type AppOutputs } from './contract/app.ts';
import { dataInputs, type DataOutputs, type Offered } from './contract/data.ts';
import { documentsInputs, type DocumentsOutputs } from './contract/documents.ts';
import { type GridOutputs, gridsInputs } from './contract/grids.ts';
import { type JobOutputs, jobsInputs } from './contract/jobs.ts';
import { type LabelOutputs, labelsInputs } from './contract/labels.ts';
import { type PromptOutputs, promptsInputs } from './contract/prompts.ts';
import { type RemoteOutputs, remotesInputs } from './contract/remotes.ts';
import { type RunOutputs, runsInputs } from './contract/runs.ts';
import { studiesInputs, type StudyOutputs } from './contract/studies.ts';
import { trainingInputs, type TrainingOutputs } from './contract/training.ts';
import type { ErrorFacts } from './errors.ts';
import type { CollectionId, JobId, RunId, StudyId, VersionId } from './ids.ts';
import type { Job } from './job.ts';
import type { StepsDone } from './profile.ts';
import type { CompletionNews } from './prompt/prompt.ts';
import type { DeviceName, MetricPoint } from './run.ts';
import type { StoredTrial } from './study.ts';
export type { AppInfo, DoctorReport } from './contract/app.ts';
export type { Offered, SpectrogramQuery } from './contract/data.ts';
export type { TrainEstimate, TrainRequest } from './contract/training.ts';

/**
 * Everything the window may ask of the main process: one channel per act, a schema for what it sends, a type for what
 * comes back. `ipc/handle.ts` refuses any call that is not in this table or does not fit its schema.
 */
export const inputs = {
  ...appInputs,
  ...dataInputs,
  ...labelsInputs,
  ...trainingInputs,
  ...runsInputs,
  ...studiesInputs,
  ...promptsInputs,
  ...remotesInputs,
  ...gridsInputs,
  ...documentsInputs,
  ...jobsInputs,
} as const;

export interface Outputs
  extends
    AppOutputs,
    DataOutputs,
    LabelOutputs,
    TrainingOutputs,
    RunOutputs,
    StudyOutputs,
    PromptOutputs,
    RemoteOutputs,
    GridOutputs,
    DocumentsOutputs,
    JobOutputs {}

export type Channel = keyof typeof inputs;
export type Input<C extends Channel> = v.InferInput<(typeof inputs)[C]>;
export type ParsedInput<C extends Channel> = v.InferOutput<(typeof inputs)[C]>;
export type Output<C extends Channel> = Outputs[C];

/** Errors cross as facts: Electron would flatten a thrown one to its message. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: ErrorFacts };

/** Sent from main to the window, batched to at most ten deliveries a second. */
export type StudioEvent =
  | { type: 'jobs'; jobs: Job[] }
  | { type: 'metrics'; run: RunId; points: MetricPoint[] }
  /** How far a version's profile is that the window asked for. */
  | ({ type: 'profile'; version: VersionId } & StepsDone)
  /** How far the preview of a recipe is. */
  | ({ type: 'recipe'; version: VersionId } & StepsDone)
  | {
      type: 'changed';
      noun:
        | 'datasets'
        | 'exports'
        | 'devices'
        | 'preferences'
        | 'workspace'
        | 'queue'
        | 'studies'
        | 'prompts'
        | 'grids'
        | 'documents';
    }
  /** `runs`: those that are new or have changed; without it any may be. */
  | { type: 'changed'; noun: 'runs'; runs?: RunId[] }
  /** A model writes, or has ended. */
  | { type: 'completion'; news: CompletionNews }
  /** A trial was begun, has reported or ended. */
  | { type: 'trial'; study: StudyId; trial: StoredTrial }
  /** A study is done, or cannot go on by itself. */
  | { type: 'study-ended'; study: StudyId; name: string; failed: boolean }
  /** A run's device failed; the run goes on on the processor. */
  | { type: 'device-failed'; run: RunId; name: string; device: DeviceName; reason: ErrorFacts }
  /** Something of a run went wrong that holds nothing up: a checkpoint that could not be saved, say. */
  | { type: 'run-warning'; run: RunId; name: string; warning: ErrorFacts }
  /** A menu item or a second launch asks the window to do something. */
  | { type: 'command'; command: string };

/** Those that name paths, which only a drop tells. */
export type DropChannel = 'imports.offer' | 'documents.add';

/** What `window.studio` is. Paths never cross into the page: a drop becomes an offer with an opaque id. */
export interface StudioBridge {
  platform: 'linux' | 'darwin' | 'win32';
  invoke<C extends Channel>(channel: Exclude<C, DropChannel>, input: Input<C>): Promise<Reply<Output<C>>>;
  /** Resolves the dropped files' real paths in the preload and asks what they hold. */
  offerDropped(files: readonly File[]): Promise<Reply<Offered>>;
  /** The same, to be searched with what a collection has. */
  addDropped(collection: CollectionId, files: readonly File[]): Promise<Reply<JobId>>;
  /** Returns the function that stops listening. */
  onEvents(listener: (events: StudioEvent[]) => void): () => void;
}
