import type { Command } from 'commander';
import { getRun } from '../db/runs.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { metric, table } from './format.ts';
import { flatSettings } from './json.ts';
import { withCommon } from './options.ts';

export function addRunsCompare(runs: Command, context: CommandContext): void {
  withCommon(runs.command('compare'))
    .description('put runs side by side: metrics, and the settings in which they differ')
    .argument('<run...>', 'two runs or more: names, ids or beginnings of ids')
    .addHelpText(
      'after',
      `
JSON: one object {"runs":[ids],"names":[…],"settings":{key:[value per run]},"differing":[keys],"metrics":{key:[value per run]}}

Examples:
  $ atelier runs compare "glyphs · mlp" "glyphs · cnn"`,
    )
    .action((names: string[], options: CommonOptions, command: Command) => {
      if (names.length < 2) command.error('error: give at least two runs');
      return compare(new Session(context, 'runs compare', options), names);
    });
}

async function compare(session: Session, names: string[]): Promise<void> {
  const { out } = session;
  await session.read((store) => {
    const runs = names.map((name) => getRun(store, resolveRun(store, name)));
    const settings = runs.map((run) => ({
      dataset: `${run.datasetName} v${run.versionNumber}`,
      ...flatSettings(run.settings),
    })) as Record<string, string>[];
    const keys = [...new Set(settings.flatMap((each) => Object.keys(each)))];
    const rows = Object.fromEntries(keys.map((key) => [key, settings.map((each) => each[key] ?? null)]));
    const differing = keys.filter((key) => new Set(rows[key]).size > 1);
    const metricKeys = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort();

    out.record({
      runs: runs.map((run) => run.id),
      names: runs.map((run) => run.name),
      settings: rows,
      differing,
      metrics: Object.fromEntries(metricKeys.map((key) => [key, runs.map((run) => run.metrics[key] ?? null)])),
    });
    out.text(
      table([
        ['', ...runs.map((run) => run.name)],
        ['status', ...runs.map((run) => run.status)],
        ...differing.map((key) => [key, ...rows[key].map((value) => value ?? '–')]),
        ...metricKeys.map((key) => [key, ...runs.map((run) => metric(key, run.metrics[key]))]),
      ]),
    );
  });
}
