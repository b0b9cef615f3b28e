import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { listExports } from '../db/exports.ts';
import type { ReadStore } from '../db/open.ts';
import { getRun } from '../db/runs.ts';
import { evaluateParams, type ModelRef } from '../jobs/models.ts';
import { findDataset, resolveDataset, resolveModel, resolveRun } from '../jobs/resolve.ts';
import type { SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { shownCurves, type Decisions, type EvaluationReport, type ThresholdGoal } from '../shared/evaluation.ts';
import { isId, type VersionId } from '../shared/ids.ts';
import type { EvaluateParams, EvaluateResult } from '../shared/work/evaluate.ts';
import { chooseThreshold } from '../shared/threshold.ts';
import { chartsFolder, chartsLine, writeCharts } from './chart-files.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { evaluationCharts } from './evaluation-charts.ts';
import { comparisonLines, looksLine, metricLines, reportLines, thresholdLines } from './evaluation-words.ts';
import { count, metric, table } from './format.ts';
import { integer, withCommon } from './options.ts';
import { plural } from '../shared/plural.ts';

interface Options extends CommonOptions {
  data?: string;
  split: SplitName | 'all';
  threads: number;
  charts?: string;
  against?: string;
  threshold?: string;
  by: ThresholdGoal;
}

export function addEvaluate(program: Command, context: CommandContext): void {
  withCommon(program.command('evaluate'))
    .description('measure a run or an exported model on a split of a dataset')
    .argument('<model>', "a run's name, its id or the beginning of it, or an .onnx file")
    .option('--data <dataset>', "dataset: name, id or a path to import (default: the run's own)")
    .addOption(
      new Option('--split <name>', 'which samples').choices(['train', 'validation', 'test', 'all']).default('test'),
    )
    .option('--against <run>', 'another run, held against this one sample by sample on the same samples')
    .option('--threshold <class>', "choose this class's threshold on the validation split")
    .addOption(
      new Option('--by <goal>', 'what it is chosen by: f1, precision=0.9, recall=0.9, or cost=FP:FN')
        .argParser(thresholdGoal)
        .default({ kind: 'f1' } satisfies ThresholdGoal, 'f1'),
    )
    .option('--charts <folder>', 'also write every chart there, as SVG and PNG with its values as CSV')
    .option('--threads <n>', 'CPU threads; 0: as fits the machine', integer(0, 256), 0)
    .addHelpText(
      'after',
      `
For a run on its own dataset, the version it was trained on is used, so that the split is the one it was trained with.

Each look at a run's test split is counted, and the count is told: choose models and thresholds on validation, and look at test once.
The first look is the training's own, at its end: the test figures that lists and "runs show" have come from it.

JSON: {"model","version","split","samples","metrics":{…},"confusion":{"classes":[…],"counts":[[…]]}|null,"errors":…|null,
      "report":{"intervals":{"<metric>":{"low","high"}},"resamples","detail":…,"slices":[{"condition","samples","value","interval","rest","p",
      "corrected"}],"sliceLeast"}|null,"looks":{"count","last"}|null,"comparison":…|null,"threshold":{"class","by","validation","here"}|null};
      counts[actual][predicted]. "report" is of runs that tell a class or a number; "detail" has "perClass", "averages", "cells" (which samples
      lie in each cell), "curves" (ROC, precision and recall, thresholds), "calibration" and "scaled" (by temperature), or "residuals", "points"
      and "worst". A threshold of null is above all scores: no sample counts as of the class. "comparison" (--against) has "cells" by who is
      right, "mcnemar", "differences" (paired bootstrap) and "listed" samples. Of an autoencoder "errors" is {"histogram":{"from","width",
      "counts":[…]},"highest":[{"sample","error"}]}: the samples least like what it was trained on, worst first, by their number in the dataset, from 0.
      With --charts also "charts": the paths written: confusion, classes, roc, precision-recall, reliability; or residuals, residual-histogram.

Examples:
  $ atelier evaluate "iris · mlp"
  $ atelier evaluate "iris · mlp" --split validation --against "iris · linear"
  $ atelier evaluate "sms · textcnn" --split validation --threshold spam --by cost=10:1
  $ atelier evaluate "iris · mlp" --split validation --charts iris-charts
  $ atelier evaluate iris.onnx --data iris --split test --json`,
    )
    .action((model: string, options: Options) => evaluate(new Session(context, 'evaluate', options), model, options));
}

async function evaluate(session: Session, text: string, options: Options): Promise<void> {
  const imported = options.data ? await importIfPath(session, options.data) : undefined;
  await session.read(async (store) => {
    const model = resolveModel(store, text, session.host.cwd);
    const version = imported ?? (options.data ? versionFor(store, model, options.data) : undefined);
    const charts = options.charts === undefined ? undefined : chartsFolder(session.path(options.charts));
    const { split, threads } = options;
    const against = options.against === undefined ? undefined : resolveRun(store, options.against);
    const asked = { model, version, split, threads, against, report: 'run' in model };
    const params = evaluateParams(store, session.folder, asked);
    if (options.threshold !== undefined) checkThreshold(params, options.threshold);
    const result = await session.work('evaluate', text, params);
    const used = version ?? ('run' in model ? getRun(store, model.run).version : null);
    const names = 'run' in model ? [model.run, against].map((id) => (id ? getRun(store, id).name : '')) : [];
    const written = charts === undefined ? null : await writeCharts(charts, evaluationCharts(result));
    tell(session, { model, version: used, names, written }, options, result);
  });
}

/** A path that is no dataset's name is imported first; that needs the workspace to itself. */
async function importIfPath(session: Session, data: string): Promise<VersionId | undefined> {
  const path = session.path(data);
  const known = await session.readIfAny((store) => store !== null && findDataset(store, data) !== null);
  if (known || !existsSync(path)) return undefined;
  return session.own(async (studio) => (await studio.datasets.import({ paths: [path] }).result).version);
}

/** The version the model was trained on, where it is of this dataset: its split is the one that was held out. */
function versionFor(db: ReadStore, model: ModelRef, data: string): VersionId {
  const found = resolveDataset(db, data);
  if (isId('version', data)) return found.version;
  const run = 'run' in model ? model.run : listExports(db).find((made) => made.path === model.onnx)?.run;
  const trained = run ? getRun(db, run) : null;
  return trained?.dataset === found.dataset ? trained.version : found.version;
}

/** "f1", "precision=0.9", "recall=0.9", "cost=10:1". */
function thresholdGoal(text: string): ThresholdGoal {
  if (text === 'f1') return { kind: 'f1' };
  const [kind, value = ''] = text.split('=');
  const numbers = value.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const fine = numbers.every((number) => Number.isFinite(number) && number >= 0);
  if ((kind === 'precision' || kind === 'recall') && fine && numbers.length === 1 && numbers[0] <= 1) {
    return { kind, least: numbers[0] };
  }
  if (kind === 'cost' && fine && numbers.length === 2) {
    return { kind, falsePositive: numbers[0], falseNegative: numbers[1] };
  }
  throw new InvalidArgumentError('It is f1, precision=0.9, recall=0.9 (0 to 1), or cost=FP:FN, e.g. cost=10:1.');
}

function checkThreshold({ model, manifest }: EvaluateParams, name: string): void {
  const classes = manifest.classes.map((each) => each.name);
  if ('onnx' in model || classes.length === 0) {
    throw new AtelierError('not_a_classifier', 'A threshold is chosen of a run that tells classes apart.');
  }
  if (!classes.includes(name)) {
    const some = classes.slice(0, 10).join(', ');
    throw new AtelierError('no_such_class', `There is no class "${name}". There is: ${some}.`);
  }
}

interface Told {
  model: ModelRef;
  version: VersionId | null;
  /** Of the run, and of the one that it is held against. */
  names: string[];
  /** Paths of charts; null where none were asked for. */
  written: string[] | null;
}

function tell(
  { out }: Session,
  { model, version, names, written }: Told,
  options: Options,
  result: EvaluateResult,
): void {
  const { split, threshold: name, by } = options;
  const { samples, metrics, confusion, errors, report = null, looks = null, comparison = null } = result;
  const chosen = name === undefined ? null : chosenThreshold(report, name, by);
  out.record({
    ...{ model: 'run' in model ? model.run : model.onnx, version, split, samples, metrics, confusion, errors },
    ...{ report, looks, comparison, threshold: chosen && { class: name, by, ...chosen } },
    ...(written && { charts: written }),
  });
  out.text(`${plural(samples, 'sample', 'samples', count(samples))} of the ${split} split`);
  out.text(metricLines(metrics, report?.intervals));
  if (confusion && confusion.classes.length <= 20) {
    const rows = confusion.counts.map((row, i) => [confusion.classes[i], ...row.map(String)]);
    out.text(`\n${table([['actual \\ predicted', ...confusion.classes], ...rows])}`);
  }
  if (errors) {
    const rows = errors.highest.slice(0, 10).map(({ sample, error }) => [String(sample), metric('error', error)]);
    out.text(`\n${table([['LEAST ALIKE: SAMPLE', 'ERROR'], ...rows])}`);
  }
  const lines = [
    ...(report ? reportLines(report) : []),
    ...(name === undefined ? [] : thresholdLines(name, by, chosen, split)),
    ...(comparison ? comparisonLines(comparison, names[0], names[1]) : []),
    ...(looks ? [looksLine(looks, split)] : []),
  ];
  for (const line of lines) out.text(line);
  if (written) out.text(`\n${chartsLine(written)}`);
}

function chosenThreshold(
  report: EvaluationReport | null,
  name: string,
  by: ThresholdGoal,
): { validation: Decisions; here: Decisions } | null {
  if (!report || report.detail.kind === 'regression') return null;
  const curves = report.detail.curves.find((each) => each.name === name);
  if (!curves) {
    throw new AtelierError(
      'no_such_class',
      `Thresholds are known of the ${shownCurves} classes with the most samples in the split, and "${name}" is none of them.`,
    );
  }
  const validation = chooseThreshold(curves.validation, by);
  return validation ? { validation, here: curves.here[curves.validation.indexOf(validation)] } : null;
}
