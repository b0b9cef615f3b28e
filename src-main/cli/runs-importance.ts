import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { resolveRun } from '../jobs/resolve.ts';
import { runImportance } from '../jobs/run-importance.ts';
import { sharesSvg } from '../shared/chart/shares-svg.ts';
import { settingName } from '../shared/run-fields.ts';
import { fewRuns, type RunImportance, type SettingImportance } from '../shared/run-importance.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, metric as metricText, table } from './format.ts';
import { withCommon } from './options.ts';
import { readRows } from './run-rows.ts';

interface Options extends CommonOptions {
  metric: string;
  filter?: string;
  svg?: string;
}

export function addRunsImportance(runs: Command, context: CommandContext): void {
  withCommon(runs.command('importance'))
    .description('how much each setting has to do with a metric, over many runs (fANOVA)')
    .argument('[run...]', 'names, ids or beginnings of ids; all that are not archived where none is given')
    .requiredOption('--metric <metric>', 'the metric, for instance validation/accuracy')
    .option('--svg <file>', 'also draw the shares')
    .option('--filter <filter>', 'the runs that it means (see "atelier help runs list")')
    .addHelpText(
      'after',
      `
The share of a setting is what it explains alone of the metric's variance, by the trees of a random forest; the rest is in
combinations. "foretold" is R² on runs that a tree has not seen: near 0, the shares say little. Settings that changed together
in every run cannot be told apart and share a line. Below ${fewRuns} runs all of it is a guess.

JSON: one object {"metric","runs","without","settings":[{"key","share","correlation","levels":[{"value","mean","runs"}],
      "together":[keys]}],"combined","foretold","left_out":[keys]}

Examples:
  $ atelier runs importance --metric validation/accuracy
  $ atelier runs importance --metric validation/loss --filter "dataset = iris and status = finished" --json`,
    )
    .action((names: string[], options: Options) =>
      importance(new Session(context, 'runs importance', options), names, options),
    );
}

async function importance(session: Session, names: readonly string[], { metric, filter, svg }: Options): Promise<void> {
  const { out } = session;
  await session.read(async (store) => {
    const named = names.map((name) => resolveRun(store, name));
    const meant =
      filter !== undefined || names.length === 0
        ? readRows(store, { filter, columns: [], groupBy: [] }).rows.map(({ run }) => run.id)
        : [];
    const found = await runImportance(store, [...new Set([...named, ...meant])], metric);
    const { leftOut, settings, ...rest } = found;
    out.record({
      ...rest,
      settings: settings.map(({ key, together, ...one }) => ({
        key: settingName(key),
        ...one,
        together: together.map(settingName),
      })),
      left_out: leftOut.map(settingName),
    });
    if (svg !== undefined) writeFileSync(session.path(svg), drawn(found));
    out.text(told(found));
  });
}

function told({ metric, runs, without, settings, combined, foretold, leftOut }: RunImportance): string {
  const lines = [
    `${metric} of ${count(runs)} runs${without > 0 ? ` (${count(without)} more have no value of it)` : ''}`,
    ...(runs < fewRuns ? [`Fewer than ${fewRuns} runs: take this for a guess.`] : []),
  ];
  if (settings.length === 0) return [...lines, 'No setting differs between them.'].join('\n');
  lines.push(
    table([
      ['SETTING', 'SHARE', 'RANK CORRELATION', 'BY VALUE'],
      ...settings.map((one) => [names(one), share(one.share), signed(one.correlation), levels(metric, one)]),
      ['(in combination)', share(combined), '', ''],
    ]),
  );
  if (foretold !== null) lines.push(`R² on runs that a tree has not seen: ${foretold.toFixed(2)}`);
  if (leftOut.length > 0) lines.push(`Different in each run, and left out: ${leftOut.map(settingName).join(', ')}`);
  return lines.join('\n');
}

const drawn = ({ metric, settings, combined }: RunImportance): string =>
  sharesSvg({
    title: `importance for ${metric}`,
    bars: [
      ...settings.map((one) => ({ name: names(one), share: one.share, note: signed(one.correlation) })),
      { name: '(in combination)', share: combined, quiet: true },
    ],
    format: share,
  });

const names = ({ key, together }: SettingImportance): string => [key, ...together].map(settingName).join(' = ');
const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const signed = (value: number | null): string =>
  value === null ? '' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
const levels = (metric: string, one: SettingImportance): string =>
  one.levels
    .map(
      ({ value, mean, runs }) => `${value === null ? 'without' : String(value)}: ${metricText(metric, mean)} (${runs})`,
    )
    .join(', ');
