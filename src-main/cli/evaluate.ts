import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { listExports } from '../db/exports.ts';
import type { ReadStore } from '../db/open.ts';
import { getRun } from '../db/runs.ts';
import { evaluateParams, type ModelRef } from '../jobs/models.ts';
import { findDataset, resolveDataset, resolveModel } from '../jobs/resolve.ts';
import type { SplitName } from '../shared/dataset.ts';
import { isId, type VersionId } from '../shared/ids.ts';
import type { EvaluateResult } from '../shared/job.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, metric, table } from './format.ts';
import { integer, withCommon } from './options.ts';

interface Options extends CommonOptions {
  data?: string;
  split: SplitName | 'all';
  threads: number;
}

export function addEvaluate(program: Command, context: CommandContext): void {
  withCommon(program.command('evaluate'))
    .description('measure a run or an exported model on a split of a dataset')
    .argument('<model>', "a run's name, its id or the beginning of it, or an .onnx file")
    .option('--data <dataset>', "dataset: name, id or a path to import (default: the run's own)")
    .addOption(
      new Option('--split <name>', 'which samples').choices(['train', 'validation', 'test', 'all']).default('test'),
    )
    .option('--threads <n>', 'CPU threads; 0: as fits the machine', integer(0, 256), 0)
    .addHelpText(
      'after',
      `
For a run on its own dataset, the version it was trained on is used, so that the split is the one it was trained with.

JSON: {"model","version","split","samples","metrics":{…},"confusion":{"classes":[…],"counts":[[…]]}|null,"errors":…|null};
      counts[actual][predicted]. Of an autoencoder "errors" is {"histogram":{"from","width","counts":[…]},"highest":[{"sample",
      "error"}]}: the samples least like what it was trained on, worst first, by their number in the dataset, from 0.

Examples:
  $ atelier evaluate "iris · mlp"
  $ atelier evaluate iris.onnx --data iris --split test --json`,
    )
    .action((model: string, options: Options) => evaluate(new Session(context, 'evaluate', options), model, options));
}

async function evaluate(session: Session, text: string, options: Options): Promise<void> {
  const imported = options.data ? await importIfPath(session, options.data) : undefined;
  await session.read(async (store) => {
    const model = resolveModel(store, text, session.host.cwd);
    const version = imported ?? (options.data ? versionFor(store, model, options.data) : undefined);
    const { split, threads } = options;
    const params = evaluateParams(store, session.folder, { model, version, split, threads });
    const result = await session.work('evaluate', text, params);
    const used = version ?? ('run' in model ? getRun(store, model.run).version : null);
    tell(session, model, used, split, result);
  });
}

/** A path that is no dataset's name is imported first; that needs the workspace to itself. */
async function importIfPath(session: Session, data: string): Promise<VersionId | undefined> {
  const path = session.path(data);
  const known = await session.readIfAny((store) => store !== null && findDataset(store, data) !== null);
  if (known || !existsSync(path)) return undefined;
  return session.own(async (studio) => (await studio.importData({ paths: [path] }).result).version);
}

/** The version the model was trained on, where it is of this dataset: its split is the one that was held out. */
function versionFor(db: ReadStore, model: ModelRef, data: string): VersionId {
  const found = resolveDataset(db, data);
  if (isId('version', data)) return found.version;
  const run = 'run' in model ? model.run : listExports(db).find((made) => made.path === model.onnx)?.run;
  const trained = run ? getRun(db, run) : null;
  return trained?.dataset === found.dataset ? trained.version : found.version;
}

function tell(
  { out }: Session,
  model: ModelRef,
  version: VersionId | null,
  split: string,
  result: EvaluateResult,
): void {
  const { samples, metrics, confusion, errors } = result;
  out.record({ model: 'run' in model ? model.run : model.onnx, version, split, samples, metrics, confusion, errors });
  out.text(`${count(samples)} samples of the ${split} split`);
  out.text(table([['METRIC', 'VALUE'], ...Object.entries(metrics).map(([key, value]) => [key, metric(key, value)])]));
  if (confusion && confusion.classes.length <= 20) {
    const rows = confusion.counts.map((row, i) => [confusion.classes[i], ...row.map(String)]);
    out.text(`\n${table([['actual \\ predicted', ...confusion.classes], ...rows])}`);
  }
  if (errors) {
    const rows = errors.highest.slice(0, 10).map(({ sample, error }) => [String(sample), metric('error', error)]);
    out.text(`\n${table([['LEAST ALIKE: SAMPLE', 'ERROR'], ...rows])}`);
  }
}
