import { getRun, runKey } from '../../db/runs.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { EpochPredictions } from '../../shared/epoch-predictions.ts';
import type { EpochText } from '../../shared/epoch-text.ts';
import type { RunId } from '../../shared/ids.ts';
import type { CheckpointInfo } from '../../shared/run.ts';
import type { WeightQuestion, WeightReport } from '../../shared/weights.ts';
import { checkCheckpoints, checkpointsFolder, listCheckpoints } from '../checkpoints.ts';
import type { Context } from '../context.ts';
import { epochPredictions, predictionEpochs } from '../epoch-predictions.ts';
import { askGradients, type GradientsAsked } from '../gradients.ts';
import { readLog } from '../job-log.ts';
import { picture, pictureEpochs } from '../pictures.ts';
import { pruneCheckpoints, type Pruned } from '../prune-checkpoints.ts';
import type { Reader } from '../reader.ts';
import { runLog } from '../runs.ts';
import { epochText, textEpochs } from '../texts.ts';
import type { SpawnUtility } from '../utility.ts';

/** What a run leaves in its folder. */
export class StudioRunFiles {
  readonly #context: Context;
  readonly #reader: Reader;
  readonly #spawn: SpawnUtility;
  readonly #folder: string;
  #gradients: GradientsAsked | null = null;

  constructor(context: Context, reader: Reader, spawn: SpawnUtility) {
    this.#context = context;
    this.#reader = reader;
    this.#spawn = spawn;
    this.#folder = context.store.folder;
  }

  /** Where a run's checkpoints, curves and log lie. */
  folder(id: RunId): string {
    return workspaceFiles.run(this.#folder, id);
  }
  log(id: RunId): string {
    return readLog(runLog(this.#folder, id));
  }

  /** What of the run lies on disk to go on from, the furthest first. */
  checkpoints(id: RunId): CheckpointInfo[] {
    runKey(this.#context.store, id);
    return listCheckpoints(this.#folder, id);
  }
  /** Removes checkpoints of runs that have ended; the bytes that are free then. */
  pruneCheckpoints(ids: readonly RunId[], what: Pruned, dry?: boolean): number {
    return pruneCheckpoints(this.#context, ids, what, dry);
  }
  /** How the values in a run's checkpoint are spread, or the gradients there: of those only the latest question is answered. */
  async weights(id: RunId, question: WeightQuestion): Promise<WeightReport> {
    const { checkpoint, since, kind } = question;
    const { store } = this.#context;
    checkCheckpoints(this.#folder, getRun(store, id), since === undefined ? [checkpoint] : [checkpoint, since]);
    this.#gradients?.cancel();
    if (kind === 'gradients') {
      this.#gradients = askGradients(store, this.#folder, this.#spawn, id, checkpoint);
      return this.#gradients.result;
    }
    return this.#reader.weights(checkpointsFolder(this.#folder, id), { ...question, kind });
  }

  /** The epochs that left a picture of what the model makes. */
  pictureEpochs(id: RunId): number[] {
    return pictureEpochs(this.#folder, id);
  }
  /** A PNG. */
  picture(id: RunId, epoch: number): Promise<Uint8Array> {
    return picture(this.#folder, id, epoch);
  }
  /** The epochs that left what the model said of the same samples. */
  predictionEpochs(id: RunId): number[] {
    return predictionEpochs(this.#folder, id);
  }
  predictions(id: RunId, epoch: number): Promise<EpochPredictions> {
    return epochPredictions(this.#folder, id, epoch);
  }
  /** The epochs that left a text of what the model writes or guesses. */
  textEpochs(id: RunId): number[] {
    return textEpochs(this.#folder, id);
  }
  text(id: RunId, epoch: number): Promise<EpochText> {
    return epochText(this.#folder, id, epoch);
  }

  /** Gives up what is being worked out. */
  async close(): Promise<void> {
    this.#gradients?.cancel();
    await this.#gradients?.result.catch(() => null);
  }
}
