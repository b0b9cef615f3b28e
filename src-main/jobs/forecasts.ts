import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getVersion } from '../db/datasets.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { TrainRequest } from '../shared/contract.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import type { Forecast } from '../shared/forecast.ts';
import { newId } from '../shared/ids.ts';
import type { TrainParams } from '../shared/work/train.ts';
import type { Context } from './context.ts';
import { JobLog } from './job-log.ts';
import { runUtility, type UtilityRun } from './run-utility.ts';
import { completeSettings } from './train-settings.ts';
import type { SpawnUtility } from './utility.ts';

const mostKnown = 100;

/** What runs would take, found out by beginning them for a moment in a process of their own: one at a time, the latest question's. */
export class Forecasts {
  readonly #context: Context;
  readonly #spawn: SpawnUtility;
  readonly #known = new Map<string, Forecast>();
  #current: UtilityRun<'forecast'> | null = null;

  constructor(context: Context, spawn: SpawnUtility) {
    this.#context = context;
    this.#spawn = spawn;
  }

  /**
   * Rejects with `cancelled` when a later question, or a run, takes its place; with `forecast_busy` while a run trains: beside it, it
   * would tell nothing, and slow that one down.
   */
  async ask(request: TrainRequest): Promise<Forecast> {
    const { store, queue, architectures, chooseDevice } = this.#context;
    const { manifest } = getVersion(store, request.version);
    const settings = completeSettings(request, architectures, manifest, chooseDevice);
    // What it takes does not follow from these.
    const { seed: _seed, learningRate: _rate, patience: _patience, ...telling } = settings;
    const key = JSON.stringify([request.version, telling]);
    this.cancel();
    const known = this.#known.get(key);
    if (known) return known;
    if (queue.active.some(({ kind, status }) => status === 'running' && (kind === 'train' || kind === 'selftest'))) {
      throw new AtelierError(
        'forecast_busy',
        'A run is training. What this one would take can be measured once that one has ended.',
      );
    }
    const run = newId('run');
    const runFolder = join(tmpdir(), `atelier-${run}`);
    const forecast = await this.#run({ blobs: workspaceFiles.blobs(store.folder), manifest, settings, run, runFolder });
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, forecast);
    return forecast;
  }

  /** Ends what is being measured: something else needs the machine. */
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

  async #run(params: TrainParams): Promise<Forecast> {
    const job = newId('job');
    const log = new JobLog(join(tmpdir(), `atelier-${job}.log`));
    const run = runUtility(this.#spawn('forecast'), { job, kind: 'forecast', params }, { log });
    this.#current = run;
    const outcome = await run.outcome;
    if (this.#current === run) this.#current = null;
    // Where its process was ended it could not do so itself.
    rmSync(params.runFolder, { recursive: true, force: true });
    if (outcome.status === 'finished') return outcome.value;
    throw outcome.status === 'failed' ? errorFromFacts(outcome.error) : new AtelierError('cancelled', 'Cancelled.');
  }
}
