import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { getSeries } from '../db/curves.ts';
import { getRun } from '../db/runs.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { provenanceOf } from '../jobs/run-provenance.ts';
import { reportHtml } from '../shared/chart/report-html.ts';
import { AtelierError } from '../shared/errors.ts';
import { allSettings, fieldName, fieldValue, RunFields, type FieldRun } from '../shared/run-fields.ts';
import type { MetricSeries, RunSummary } from '../shared/run.ts';
import { chartsFolder, chartsLine, writeCharts } from './chart-files.ts';
import { compareCharts, compareReport, type Compared } from './compare-report.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { metric, table } from './format.ts';
import { runSettings } from './json.ts';
import { withCommon } from './options.ts';
import { provenanceTexts } from './provenance-texts.ts';
import { shown } from './run-rows.ts';

interface Options extends CommonOptions {
  html?: string;
  charts?: string;
  groupBy?: string;
}

export function addRunsCompare(runs: Command, context: CommandContext): void {
  withCommon(runs.command('compare'))
    .description('put runs side by side: metrics, and the settings in which they differ')
    .argument('<run...>', 'two runs or more: names, ids or beginnings of ids')
    .option('--html <file>', 'also write the comparison, with its curves, as one HTML file that needs nothing else')
    .option('--charts <folder>', 'also write the curves of each metric there, as SVG and PNG with their values as CSV')
    .option('--group-by <field>', 'in those files also bars and boxes of every metric, for runs that share this field')
    .addHelpText(
      'after',
      `
Among the settings are the recipe of the data and the code that trained, where they are known. Test figures are those that the training
measured at its end, which is the first look at the test split; how often it was looked at is told beside them.

JSON: one object {"runs":[ids],"names":[…],"settings":{key:[value per run]},"differing":[keys],"metrics":{key:[value per run]},
      "test_looks":[count per run]}, with "html" (the file's path) and "charts" (paths) where some were written

Examples:
  $ atelier runs compare "glyphs · mlp" "glyphs · cnn"
  $ atelier runs compare "glyphs · mlp" "glyphs · cnn" --charts curves
  $ atelier runs compare run_01k9 run_01k8 --html report.html --group-by optimizer`,
    )
    .action((names: string[], options: Options, command: Command) => {
      if (names.length < 2) command.error('error: give at least two runs');
      if (options.groupBy !== undefined && options.html === undefined && options.charts === undefined)
        command.error('error: --group-by is about the files of --html and --charts');
      return compare(new Session(context, 'runs compare', options), names, options);
    });
}

async function compare(session: Session, names: string[], { html, charts, groupBy }: Options): Promise<void> {
  const { out } = session;
  await session.read(async (store) => {
    const runs = names.map((name) => getRun(store, resolveRun(store, name)));
    const provenance = await provenanceOf(
      store,
      session.folder,
      runs.map(({ id }) => id),
    );
    const settings = runs.map((run, i) => ({
      ...(run.origin === null ? { dataset: `${run.datasetName} v${run.versionNumber}` } : {}),
      ...provenanceTexts(provenance[i]),
      ...runSettings(run),
    })) as Record<string, string>[];
    const keys = [...new Set(settings.flatMap((each) => Object.keys(each)))];
    const rows = Object.fromEntries(keys.map((key) => [key, settings.map((each) => each[key] ?? null)]));
    const differing = keys.filter((key) => new Set(rows[key]).size > 1);
    const metricKeys = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort();
    const path = html === undefined ? null : resolve(html);
    let written: string[] | null = null;
    if (path !== null || charts !== undefined) {
      const series = new Map<RunSummary, MetricSeries[]>(runs.map((run) => [run, getSeries(store, run.id)]));
      const compared: Compared = {
        runs,
        settings: rows,
        differing,
        metricKeys,
        series,
        groups: groupsBy(runs, groupBy),
      };
      if (path !== null) writeFileSync(path, reportHtml(compareReport(compared)));
      if (charts !== undefined)
        written = await writeCharts(chartsFolder(session.path(charts)), compareCharts(compared));
    }

    out.record({
      runs: runs.map((run) => run.id),
      names: runs.map((run) => run.name),
      settings: rows,
      differing,
      metrics: Object.fromEntries(metricKeys.map((key) => [key, runs.map((run) => run.metrics[key] ?? null)])),
      test_looks: provenance.map(({ looks }) => looks.count),
      ...(path === null ? {} : { html: path }),
      ...(written && { charts: written }),
    });
    out.text(
      table([
        ['', ...runs.map((run) => run.name)],
        ['status', ...runs.map((run) => run.status)],
        ...differing.map((key) => [key, ...rows[key].map((value) => value ?? '–')]),
        ...metricKeys.map((key) => [key, ...runs.map((run) => metric(key, run.metrics[key]))]),
        ['looks at test', ...provenance.map(({ looks }) => String(looks.count))],
      ]),
    );
    if (path !== null) out.text(`\nWritten to ${path}`);
    if (written) out.text(`\n${chartsLine(written)}`);
  });
}

/** The runs that share a fact or a setting, in the order in which the first of each comes; with tags a run is where each of its tags is. */
function groupsBy(runs: readonly RunSummary[], name: string | undefined): Compared['groups'] {
  if (name === undefined) return null;
  const rows = runs.map((run): FieldRun & { run: RunSummary } => ({
    run,
    settings: allSettings(run.settings),
    metric: (key) => run.metrics[key],
  }));
  const fields = new RunFields(new Set(rows.flatMap(({ settings }) => Object.keys(settings))), []);
  const field = fields.find(name);
  if (!field) {
    const nearest = fields.nearest(name);
    throw new AtelierError(
      'unknown_field',
      `These runs have no field "${name}" to be grouped by.${nearest ? ` Did you mean "${nearest}"?` : ' "atelier runs fields" lists them.'}`,
    );
  }
  const groups = new Map<string, RunSummary[]>();
  for (const row of rows) {
    const value = fieldValue(row, field);
    const names = Array.isArray(value) ? (value.length > 0 ? value.map(String) : ['no tag']) : [shown(field, value)];
    for (const each of names) groups.set(each, [...(groups.get(each) ?? []), row.run]);
  }
  return { by: fieldName(field), of: [...groups].map(([each, of]) => ({ name: each, runs: of })) };
}
