import type { Command } from 'commander';
import type { StartedRun } from '../jobs/runs.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { TrainedRun } from '../shared/run.ts';
import { foldRange } from '../shared/split.ts';
import { metricSpreads, type MetricSpread } from '../shared/spread.ts';
import { taskFacts } from '../shared/task.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { metric } from './format.ts';
import { runJson, settingsJson } from './json.ts';
import { integer, withCommon } from './options.ts';
import { findData, trainRequest, withTraining, type TrainingOptions } from './train-request.ts';

interface Options extends CommonOptions, TrainingOptions {
  target?: string;
  folds?: number;
  group?: string;
  pattern?: string;
}

export function addCrossValidate(program: Command, context: CommandContext): void {
  const command = withCommon(program.command('cross-validate'))
    .description('train a model once for each fold of a dataset, tested on that fold, and tell the mean and its spread')
    .argument('<dataset>', 'its name, its id or the beginning of it, or a path to import')
    .option('--target <column>', "the column to predict (default: the dataset's)")
    .option(
      '--folds <n>',
      `how many (default: as the dataset is divided already, else ${foldRange.usual})`,
      integer(foldRange.min, foldRange.max),
    )
    .option('--group <column>', 'samples with the same value stay together in one fold')
    .option('--pattern <regex>', "what of the group's cell, or of an image's path, counts");
  withTraining(command, context)
    .option('--name <name>', 'what the runs have in common (default: dataset and architecture)')
    .addHelpText(
      'after',
      `
Each run is tested on its own fold, validated on the next one and trained on the rest; classes are spread evenly over the folds. Folds
are drawn by the seed that the dataset was divided by, so that models are compared on the same ones. The runs wait in the queue one
behind another, named "NAME · 1/5" and so on; versions divided so are made where there are none, and are the newest of the dataset then;
it can be divided anew (atelier data split). The spread is the standard deviation
of the folds' results (n − 1). What the other options mean, "atelier help train" tells.

JSON: {"event":"started","name","folds","runs":[ids],"settings"}, {"event":"fold","fold","run",…} for each in turn (or "failed",
      "cancelled" with "code" and "message"), then {"event":"finished","name","folds","metrics":{key:{"mean","std","runs"}}}. Where a fold
      fails the others go on, and the command fails in the end.

Examples:
  $ atelier cross-validate iris --folds 5 --epochs 50
  $ atelier cross-validate scans --group patient --architecture resnet --json`,
    )
    .action((dataset: string, options: Options) =>
      crossValidate(new Session(context, 'cross-validate', options), dataset, options),
    );
}

async function crossValidate(session: Session, dataset: string, options: Options): Promise<void> {
  const { out } = session;
  await session.own(async (studio) => {
    const version = await findData(session, studio, dataset, options.target);
    const request = await trainRequest(session, studio, version, options);
    const { folds: wished, group: column, pattern } = options;
    const { name, runs } = await studio.runs.crossValidate(request, { folds: wished, column, pattern });
    const { settings } = studio.runs.getTrained(runs[0].run);
    const folds = runs.length;
    out.record({ event: 'started', name, folds, runs: runs.map(({ run }) => run), settings: settingsJson(settings) });
    out.note(`Training ${name} on ${folds} folds, on ${settings.device}, ${settings.threads} threads`);
    const finished: TrainedRun[] = [];
    for (const [i, run] of runs.entries()) {
      const summary = await ended(session, studio, run, `fold ${i + 1}/${folds}`, i + 1);
      if (summary) finished.push(summary);
    }
    if (finished.length < folds) {
      const failed = folds - finished.length;
      throw new AtelierError(
        'folds_failed',
        `${failed} of ${folds} folds did not finish, so there is no mean over all of them. "atelier runs list" shows the runs.`,
      );
    }
    const metrics = metricSpreads(finished);
    out.record({ event: 'finished', name, folds, metrics });
    out.text(`mean of ${folds} folds: ${told(finished[0], (key) => spread(key, metrics[key]))}`);
  });
}

/** Tells how a fold went; null where it did not finish. */
async function ended(
  { out }: Session,
  studio: Studio,
  { run, result }: StartedRun,
  which: string,
  fold: number,
): Promise<TrainedRun | null> {
  try {
    const summary = await result;
    out.record({ event: 'fold', fold, ...runJson(summary) });
    out.text(`${which}: ${told(summary, (key) => metric(key, summary.metrics[key]))} (${run})`);
    return summary;
  } catch {
    const { status, error } = studio.runs.get(run);
    out.record({ event: status, fold, run, code: error?.code ?? null, message: error?.message ?? null });
    out.text(`${which}: ${status}${error ? `: ${error.message}` : ''} (${run})`);
    return null;
  }
}

/** What says most of the task, of the split that nothing was chosen by, then of validation. */
function told({ task, metrics }: TrainedRun, words: (key: string) => string): string {
  return taskFacts[task].metrics
    .flatMap((name) => [`test/${name}`, `validation/${name}`])
    .filter((key) => key in metrics)
    .map((key) => `${key} ${words(key)}`)
    .join(', ');
}

const spread = (key: string, { mean, std }: MetricSpread): string => `${metric(key, mean)} ± ${metric(key, std)}`;
