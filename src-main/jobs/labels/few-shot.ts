import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getVersion } from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError, errorFromFacts } from '../../shared/errors.ts';
import type { FewShotParams, FewShotResult, Learnt, TellingWay } from '../../shared/few-shot.ts';
import { newId, type LabellingId, type VersionId } from '../../shared/ids.ts';
import { labelStates, resolvedClass, settledStates } from '../../shared/labels.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { JobLog } from '../job-log.ts';
import { runUtility, type UtilityRun } from '../run-utility.ts';
import type { SpawnUtility } from '../utility.ts';
import type { Labels } from './labels.ts';
import { usedClasses } from './said.ts';
import { todoIn } from './suggest.ts';

export interface LearnWish {
  way?: TellingWay;
  /** Absolute: see `FewShotParams`. */
  encoder?: string | null;
}

/** A label less probable than this by all the others is shown among those that may be wrong. */
const doubtful = 0.5;

/** What the labels of a few samples say of all others, worked out beside the work in a process of its own: the latest question's. */
export class FewShot {
  readonly #context: Context;
  readonly #labels: Labels;
  readonly #spawn: SpawnUtility;
  #current: UtilityRun<'few-shot'> | null = null;

  constructor(context: Context, labels: Labels, spawn: SpawnUtility) {
    this.#context = context;
    this.#labels = labels;
    this.#spawn = spawn;
  }

  /**
   * Suggestions for all samples that nobody has looked at, which show from then on as what is suggested (see `LearntLabels`). Rejects with `cancelled`
   * when another question takes its place; with `kind_unfit`, `not_pictures`, `too_few_samples`, `not_an_encoder`.
   */
  async learn(
    id: LabellingId,
    version: VersionId,
    { way = 'telling', encoder = null }: LearnWish = {},
  ): Promise<Learnt> {
    const { store } = this.#context;
    const { manifest } = getVersion(store, version);
    this.#labels.requireSamplesOf(id, version);
    const state = await this.#labels.state(id);
    if (state.kind !== 'single') {
      throw new AtelierError(
        'kind_unfit',
        'Labels are learnt from where each sample has one class. Open that labelling.',
      );
    }
    const all = new Map(state.classes.map((one) => [one.id, one]));
    const usable = usedClasses(all);
    const place = new Map(usable.map((one, i) => [one.id, i]));
    const settled = new Set(settledStates.map((one) => labelStates.indexOf(one)));
    const placeOf = (sample: number): number => place.get(resolvedClass(all, state.first[sample])) ?? -1;
    const samples = Int32Array.from(
      [...state.states.keys()].filter((sample) => settled.has(state.states[sample]) && placeOf(sample) >= 0),
    );
    const open = todoIn(state);
    const found = await this.#run({
      blobs: workspaceFiles.blobs(store.folder),
      manifest,
      samples,
      classes: samples.map(placeOf),
      count: usable.length,
      open,
      way,
      encoder,
      threads: defaultThreads(availableParallelism()),
    });
    const { best, trusted, ...rest } = found;
    const ids = best.map((one) => usable[one].id);
    const classes = this.#labels.suggesting.fromLabels(id, found.samples, ids, found.confidence);
    const suspicious = Int32Array.from(
      [...samples.keys()]
        .filter((i) => trusted[i] < doubtful)
        .sort((a, b) => trusted[a] - trusted[b] || a - b)
        .map((i) => samples[i]),
    );
    return { ...rest, classes, suspicious, labels: samples.length };
  }

  /** Ends what is being worked out. */
  cancel(): void {
    this.#current?.cancel();
    this.#current = null;
  }

  /** Cancels, and waits for the end: within 2 s. */
  async close(): Promise<void> {
    const { outcome } = this.#current ?? {};
    this.cancel();
    await outcome;
  }

  async #run(params: FewShotParams): Promise<FewShotResult> {
    this.cancel();
    const job = newId('job');
    const log = new JobLog(join(tmpdir(), `atelier-${job}.log`));
    const run = runUtility(this.#spawn('few-shot'), { job, kind: 'few-shot', params }, { log });
    this.#current = run;
    const outcome = await run.outcome;
    if (this.#current === run) this.#current = null;
    if (outcome.status === 'finished') return outcome.value;
    throw outcome.status === 'failed' ? errorFromFacts(outcome.error) : new AtelierError('cancelled', 'Cancelled.');
  }
}
