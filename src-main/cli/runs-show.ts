import type { Command } from 'commander';
import { listExports } from '../db/exports.ts';
import { getSeries } from '../db/curves.ts';
import { getRun } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { predictionEpochs, predictionsFolder } from '../jobs/epoch-predictions.ts';
import { pictureEpochs, picturesFolder } from '../jobs/pictures.ts';
import { textEpochs, textsFolder } from '../jobs/texts.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { provenanceOf } from '../jobs/run-provenance.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, duration, metric, table, when } from './format.ts';
import { runSettings, runJson } from './json.ts';
import { looksLine } from './evaluation-words.ts';
import { withCommon } from './options.ts';
import { provenanceTexts } from './provenance-texts.ts';

interface Options extends CommonOptions {
  points?: boolean;
}

export function addRunsShow(runs: Command, context: CommandContext): void {
  withCommon(runs.command('show'))
    .description("show a run's settings, metrics and files")
    .argument('<run>', "the run's name, its id or the beginning of it")
    .option('--points', 'every point of its curves as well')
    .addHelpText(
      'after',
      `
JSON: one object as in "runs list", with "folder", "pictures", "predictions" and "texts" (epochs that left one there), "recipe" (the steps that
      are done), "code" (versions of what trained it), "test_looks" (how often its test split was looked at) and "exports"; with --points one more line per point:
      {"key","step","epoch","value","time"}

Examples:
  $ atelier runs show "iris · mlp"
  $ atelier runs show run_01k9 --points --json`,
    )
    .action((run: string, options: Options) => show(new Session(context, 'runs show', options), run, options));
}

async function show(session: Session, text: string, options: Options): Promise<void> {
  const { out } = session;
  await session.read(async (store) => {
    const run = getRun(store, resolveRun(store, text));
    const [provenance] = await provenanceOf(store, session.folder, [run.id]);
    const { looks } = provenance;
    const exports = listExports(store, run.id);
    const folder = workspaceFiles.run(session.folder, run.id);
    const pictures = pictureEpochs(session.folder, run.id);
    const predictions = predictionEpochs(session.folder, run.id);
    const texts = textEpochs(session.folder, run.id);
    out.record({
      ...runJson(run),
      folder,
      pictures,
      predictions,
      texts,
      recipe: provenance.recipe,
      code: provenance.code,
      test_looks: looks.count,
      exports: exports.map(({ id, path, bytes, sha256, parity }) => ({ export: id, path, bytes, sha256, parity })),
    });

    out.text(`${run.name} (${run.id}): ${run.status}${run.stoppedEarly ? ', stopped early' : ''}`);
    if (run.error) out.text(`${run.error.code}: ${run.error.message}`);
    const lasted =
      run.startedAt !== null && run.finishedAt !== null ? duration((run.finishedAt - run.startedAt) / 1000) : '–';
    const facts = [
      ...(run.origin === null
        ? [['dataset', `${run.datasetName}, version ${run.versionNumber}`]]
        : [
            ['imported', `${when(run.origin.at)} by ${run.origin.by}, ${run.origin.format}`],
            ['from', run.origin.path],
            ...(run.origin.experiment ? [['experiment', run.origin.experiment]] : []),
          ]),
      ...Object.entries(provenanceTexts(provenance)),
      ['created', when(run.createdAt)],
      ['lasted', lasted],
      ['parameters', run.parameterCount === null ? '–' : count(run.parameterCount)],
      ['samples/s', run.samplesPerSecond === null ? '–' : count(run.samplesPerSecond)],
      ['best epoch', String(run.bestEpoch ?? '–')],
      ['folder', folder],
      ...(pictures.length > 0
        ? [['pictures', `${picturesFolder(session.folder, run.id)}, of ${count(pictures.length)} epochs`]]
        : []),
      ...(predictions.length > 0
        ? [['predictions', `${predictionsFolder(session.folder, run.id)}, of ${count(predictions.length)} epochs`]]
        : []),
      ...(texts.length > 0
        ? [['texts', `${textsFolder(session.folder, run.id)}, of ${count(texts.length)} epochs`]]
        : []),
      ...exports.map((made) => ['export', made.folder ?? made.path]),
      ...(run.notes ? [['notes', run.notes]] : []),
    ];
    out.text(table([...facts.map(([key, value]) => [key, value])]));
    out.text(`\n${table([['SETTING', 'VALUE'], ...Object.entries(runSettings(run))])}`);
    out.text(
      `\n${table([['METRIC', 'VALUE'], ...Object.entries(run.metrics).map(([key, value]) => [key, metric(key, value)])])}`,
    );

    if (looks.count > 0) out.text(looksLine(looks));

    if (!options.points) return;
    for (const series of getSeries(store, run.id, { maxPoints: Infinity })) {
      series.steps.forEach((step, i) => {
        const [epoch, value, time] = [series.epochs[i], series.values[i], series.times[i]];
        out.record({ key: series.key, step, epoch, value, time });
        out.text(`${series.key}\t${step}\t${epoch}\t${value}\t${time}`);
      });
    }
  });
}
