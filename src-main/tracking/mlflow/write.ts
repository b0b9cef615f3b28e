import { userInfo } from 'node:os';
import { stringify } from 'yaml';
import { settingName } from '../../shared/run-fields.ts';
import type { CurveBlock, ExchangedRun } from '../../shared/run-exchange.ts';
import type { RunStatus } from '../../shared/run.ts';
import type { Output } from '../output.ts';
import { textOf } from '../settings.ts';
import { EpochLines, epochMetric } from './epochs.ts';
import { pythonText } from './metric-file.ts';
import { experimentIdOf, MlflowNames, runIdOf } from './names.ts';

/** Writes runs as MLflow's file store has them, so that `mlflow ui --backend-store-uri <folder>` shows them. */

/** RunStatus of mlflow/protos/service.proto. What waits or was cut short has no end: it is running, or scheduled. */
const statuses: Readonly<Record<RunStatus, number>> = {
  running: 1,
  queued: 2,
  paused: 2,
  finished: 3,
  failed: 4,
  interrupted: 4,
  cancelled: 5,
};
/** Metrics are gathered so far before they are written. */
const mostWaiting = 8 << 20;

export class MlflowWriter {
  readonly #output: Output;
  readonly #experiments = new Set<string>();

  constructor(output: Output) {
    this.#output = output;
  }

  async experiment(name: string, createdAt: number): Promise<string> {
    // MLflow expects its own to be there.
    const id = name === 'Default' ? '0' : experimentIdOf(name);
    if (this.#experiments.has(id)) return id;
    this.#experiments.add(id);
    const meta = {
      artifact_location: `mlflow-artifacts:/${id}`,
      creation_time: createdAt,
      experiment_id: id,
      last_update_time: createdAt,
      lifecycle_stage: 'active',
      name,
    };
    await this.#output.append(`${id}/meta.yaml`, stringify(meta, yamlStyle));
    return id;
  }

  async run(run: ExchangedRun, curves: AsyncIterable<CurveBlock>): Promise<number> {
    const experiment = await this.experiment(run.experiment || run.dataset || 'Default', run.createdAt);
    const id = runIdOf(run.identity);
    const folder = `${experiment}/${id}`;
    const began = run.startedAt ?? run.createdAt;
    const user = userInfo().username;
    const meta = {
      artifact_uri: `mlflow-artifacts:/${experiment}/${id}/artifacts`,
      end_time: run.finishedAt,
      entry_point_name: '',
      experiment_id: experiment,
      lifecycle_stage: 'active',
      run_id: id,
      run_name: run.name,
      run_uuid: id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: began,
      status: statuses[run.status],
      tags: [],
      user_id: user,
    };
    await this.#output.append(`${folder}/meta.yaml`, stringify(meta, yamlStyle));
    for (const empty of ['metrics', 'params', 'tags', 'artifacts']) await this.#output.folder(`${folder}/${empty}`);
    await this.#texts(`${folder}/params`, paramsOf(run));
    await this.#texts(`${folder}/tags`, tagsOf(run, user));
    return this.#metrics(`${folder}/metrics`, began, run, curves);
  }

  async #texts(folder: string, texts: ReadonlyMap<string, string>): Promise<void> {
    const names = new MlflowNames();
    for (const [name, text] of texts) await this.#output.append(`${folder}/${names.take(name)}`, text);
  }

  async #metrics(folder: string, began: number, run: ExchangedRun, curves: AsyncIterable<CurveBlock>): Promise<number> {
    const names = new MlflowNames();
    const waiting = new Map<string, string[]>();
    const epochFile = `${folder}/${names.take(epochMetric)}`;
    const epochs = new EpochLines(began);
    const epochLines: string[] = [];
    const flush = async () => {
      if (epochLines.length > 0) await this.#output.append(epochFile, epochLines.join(''));
      epochLines.length = 0;
      for (const [key, lines] of waiting) await this.#output.append(`${folder}/${names.take(key)}`, lines.join(''));
      waiting.clear();
      characters = 0;
    };
    let characters = 0;
    let points = 0;
    const there = new Set<string>();
    for await (const block of curves) {
      const { key, steps, times, values } = block;
      if (key === epochMetric) continue;
      there.add(key);
      for (const line of epochs.of(block)) epochLines.push(line);
      const lines = waiting.get(key) ?? [];
      waiting.set(key, lines);
      for (let i = 0; i < steps.length; i++) {
        const line = `${began + Math.round(times[i] * 1000)} ${pythonText(values[i])} ${steps[i]}\n`;
        lines.push(line);
        characters += line.length;
      }
      points += steps.length;
      if (characters >= mostWaiting) await flush();
    }
    // What was measured once, at the end, has no curve.
    for (const [key, value] of Object.entries(run.metrics)) {
      if (!there.has(key) && key !== epochMetric)
        waiting.set(key, [`${run.finishedAt ?? began} ${pythonText(value)} 0\n`]);
    }
    await flush();
    return points;
  }
}

const yamlStyle = { lineWidth: 0 } as const;

const paramsOf = ({ settings }: ExchangedRun): Map<string, string> =>
  new Map(
    Object.entries(settings)
      .filter(([key]) => !key.startsWith('mlflow.'))
      // Of a parameter MLflow's own store takes 6,000 characters.
      .map(([key, value]) => [settingName(key), textOf(value).slice(0, 6000)]),
  );

function tagsOf(run: ExchangedRun, user: string): Map<string, string> {
  const told = Object.entries(run.settings).filter(([key]) => key.startsWith('mlflow.'));
  return new Map([
    ['mlflow.user', user],
    ['mlflow.source.type', 'LOCAL'],
    ...told.map(([key, value]) => [key, String(value)] as const),
    ['mlflow.runName', run.name],
    ...(run.notes ? [['mlflow.note.content', run.notes] as const] : []),
    // By this the same run is known again, whatever it was before it was MLflow's.
    ['atelier.identity', run.identity],
    ...(run.dataset ? [['atelier.dataset', run.dataset] as const] : []),
    ...factsOf(run),
    ...run.tags.map((tag) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(tag) ?? [];
      return name ? ([name, value] as const) : ([tag, 'true'] as const);
    }),
  ]);
}

/** What MLflow has no place for, so that the run comes back with it. */
const factsOf = (run: ExchangedRun): [string, string][] =>
  Object.entries({
    'atelier.parameters': run.parameterCount,
    'atelier.samples_per_second': run.samplesPerSecond,
    'atelier.best_epoch': run.bestEpoch,
    'atelier.stopped_early': run.stoppedEarly || null,
    'atelier.error_code': run.error?.code,
    'atelier.error': run.error?.message,
    // Of a tag MLflow's own store takes 8,000 characters.
  }).flatMap(([name, fact]) => (fact === null || fact === undefined ? [] : [[name, String(fact).slice(0, 8000)]]));
