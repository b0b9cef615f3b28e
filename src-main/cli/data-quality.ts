import type { Command } from 'commander';
import { qualityParams } from '../jobs/quality.ts';
import { findDataset, resolveDataset, resolveRun } from '../jobs/resolve.ts';
import { getRun } from '../db/runs.ts';
import { AtelierError } from '../shared/errors.ts';
import type { JudgedSample, QualityReport } from '../shared/quality.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { withCommon } from './options.ts';
import { plural } from '../shared/plural.ts';

interface Options extends CommonOptions {
  run: string;
  train?: boolean;
}

export function addDataQuality(data: Command, context: CommandContext): void {
  withCommon(data.command('quality'))
    .description(
      'what a trained run says of the samples: wrong labels, hard ones, classes taken for each other, outliers',
    )
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .requiredOption('--run <run>', 'a classifier trained on it: its name, its id or the beginning of it')
    .option('--train', 'judge the training split too; labels then by the other samples alone')
    .addHelpText(
      'after',
      `
Labels are judged by the run and by all other samples: by those most like each, by how pictures look, and of texts by their words and pairs of words. How far
each of these can be trusted, and how many labels are wrong, is what makes the labels likeliest. As many are named as are expected to be wrong, each with the
probability of it. With --train the run, which has learnt those labels, has no say in them. A run judges its validation and test splits, from which it did not learn. Of a dataset in folds ("atelier data split NAME --split folds",
then "atelier train --fold 1", "--fold 2", … with the same settings) every sample is judged by the run that had it in its test fold.

JSON: {"dataset","version","run","basis":"held"|"all"|"folds","folds":{"covered","of"}|null,"samples","inSample","accuracy","noise","labelErrors":{"count",
      "samples":[{"sample","split","label","predicted","probability","inSample","wrong"}]},"hard":{"count","samples"},"ambiguous":[{"classes",
      "count","share","samples"}],"outliers":{"count","samples":[{…,"distance"}]}|null}; samples by their number, from 0; lists hold the first 500, labelErrors 10,000.

Examples:
  $ atelier data quality digits --run "digits · mlp"
  $ atelier data quality digits --run run_01k9 --train --json`,
    )
    .action((dataset: string, options: Options) =>
      quality(new Session(context, 'data quality', options), dataset, options),
    );
}

async function quality(session: Session, text: string, options: Options): Promise<void> {
  await session.read(async (store) => {
    const { dataset } = findDataset(store, text) ?? resolveDataset(store, text);
    const run = getRun(store, resolveRun(store, options.run));
    if (run.dataset !== dataset) {
      throw new AtelierError(
        'other_dataset',
        `The run "${run.name}" was trained on "${run.datasetName}", not on "${text}". Choose a run of this dataset.`,
      );
    }
    const params = qualityParams(store, session.folder, { run: run.id, train: options.train });
    const report = await session.work('quality', run.name, params);
    session.out.record({ dataset, version: run.version, run: run.id, ...report });
    tell(session, report);
  });
}

function tell({ out }: Session, report: QualityReport): void {
  const { basis, folds, samples, inSample, accuracy, labelErrors, noise, hard, ambiguous, outliers } = report;
  const by = {
    held: 'of validation and test',
    all: `${count(inSample)} of which the run learnt from`,
    folds: `each in the test fold of one of ${folds?.covered} runs, of ${folds?.of} folds`,
  }[basis];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  out.text(`${plural(samples, 'sample', 'samples', count(samples))} judged, ${by}; right on ${percent(accuracy)}`);
  out.text(`\nLabels that are most likely wrong: ${count(labelErrors.count)} (estimated noise ${percent(noise)})`);
  list(out, labelErrors.samples);
  out.text(`\nHard samples: ${count(hard.count)}`);
  list(out, hard.samples);
  if (ambiguous.length > 0) {
    out.text('\nClasses taken for each other');
    const rows = ambiguous
      .slice(0, 10)
      .map(({ classes, count: n, share }) => [classes.join(' ~ '), count(n), percent(share)]);
    out.text(table([['CLASSES', 'SAMPLES', 'SHARE'], ...rows]));
  }
  if (outliers) {
    out.text(`\nOutliers: ${count(outliers.count)}`);
    list(out, outliers.samples);
  } else out.text('\nOutliers are not looked for among texts.');
}

function list(out: Session['out'], samples: readonly JudgedSample[]): void {
  if (samples.length === 0) return;
  const rows = samples
    .slice(0, 10)
    .map(({ sample, split, label, predicted, probability, wrong }) => [
      String(sample),
      split,
      label,
      predicted,
      probability.toFixed(4),
      ...(wrong === undefined ? [] : [wrong.toFixed(4)]),
    ]);
  const last = samples[0].wrong === undefined ? [] : ['P(WRONG)'];
  out.text(table([['SAMPLE', 'SPLIT', 'LABEL', 'LIKELIER', 'P(LABEL)', ...last], ...rows]));
}
