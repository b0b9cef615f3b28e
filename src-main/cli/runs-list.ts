import type { Command } from 'commander';
import { listRuns } from '../db/runs.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { ReadStore } from '../db/open.ts';
import { AtelierError } from '../shared/errors.ts';
import { fieldName, fieldValue } from '../shared/run-fields.ts';
import { aggregate, groupRuns, type Aggregate } from '../shared/run-groups.ts';
import type { RunSummary } from '../shared/run.ts';
import { viewAsked } from '../shared/run-views.ts';
import { keptViews } from './app-workspace.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { csvLine } from '../shared/csv-line.ts';
import { metric, table, when } from './format.ts';
import { runJson } from './json.ts';
import { integer, withCommon } from './options.ts';
import { inOrder, plain, readRows, shown, type Row, type Rows } from './run-rows.ts';

interface Options extends CommonOptions {
  data?: string;
  all?: boolean;
  filter?: string;
  groupBy?: string;
  columns?: string;
  sort?: string;
  limit?: number;
  csv?: boolean;
  view?: string;
  /** Of a view: what is shown besides the usual columns, and what of these is not. */
  viewed?: { shown: string[]; hidden: string[] };
}

export function addRunsList(runs: Command, context: CommandContext): void {
  withCommon(runs.command('list'))
    .description('list runs, newest first')
    .option('--data <dataset>', 'only those trained on this dataset')
    .option('--all', 'archived ones as well')
    .option('--filter <filter>', 'only those that it means')
    .option('--columns <fields>', 'these fields, separated by commas, instead of the usual ones')
    .option(
      '--group-by <fields>',
      'one line for all runs that share these; numbers as mean ± deviation of the sample (n)',
    )
    .option('--sort <field>', 'by this field; "-" before it: the greatest first')
    .option('--limit <n>', 'the first n', integer(1, 1_000_000))
    .option(
      '--view <name>',
      'as it was kept in the window: its filter, groups, columns and order; other options go before it',
    )
    .option('--csv', 'as CSV, to stdout')
    .addHelpText(
      'after',
      `
A filter joins conditions by and, or, not and brackets: architecture = resnet and validation/accuracy > 0.9
  field = != < <= > >= value     field ~ text (has it in it)     field in (a, b)     field exists     tag:word
  A word alone is looked for in name, dataset, architecture, tags and id. Dates are written 2026-01-31.
Fields are facts (status, dataset, created …), settings (learning_rate, batch_size …) and metrics (test/accuracy …):
"atelier runs fields" lists them.

JSON: per run {"run","name","status","dataset","dataset_name","version","version_number","task","settings","metrics",
      "best_epoch","stopped_early","parameters","samples_per_second","created_at","started_at","finished_at","error",
      "notes","tags","archived","origin"}; with --columns {"run","name","fields":{field:value}}; with --group-by
      {"group":{field:value},"runs":[ids],"fields":{field:{"n","mean","std","min","max"} or the value they share}}

Examples:
  $ atelier runs list
  $ atelier runs list --data iris --json
  $ atelier runs list --filter "status = finished and learning_rate < 1e-3 and tag:baseline" --sort -validation/accuracy
  $ atelier runs list --group-by architecture,optimizer --columns test/accuracy,test/loss --csv`,
    )
    .action((options: Options, command: Command) => {
      if (options.csv && options.json) command.error('error: --csv or --json, not both');
      const session = new Session(context, 'runs list', options);
      return list(session, options.view === undefined ? options : asViewed(session, options, options.view));
    });
}

/** The options of a kept view, where others do not say otherwise. */
function asViewed(session: Session, options: Options, name: string): Options {
  const views = keptViews(session.host.env);
  const view = views.find((each) => each.name === name);
  if (!view) {
    const known = views.length > 0 ? `There are: ${views.map((each) => each.name).join(', ')}.` : 'None was kept yet.';
    throw new AtelierError(
      'no_such_view',
      `There is no view "${name}". ${known} Views are kept in the window, over the table of runs.`,
    );
  }
  const { filter, groupBy, shown, hidden, sort } = viewAsked(view);
  return {
    ...options,
    filter:
      [filter, options.filter]
        .filter(Boolean)
        .map((part) => `(${part})`)
        .join(' and ') || undefined,
    groupBy: options.groupBy ?? (groupBy.join(',') || undefined),
    sort: options.sort ?? sort ?? undefined,
    ...(shown.length + hidden.length > 0 && { viewed: { shown, hidden } }),
  };
}

const names = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

async function list(session: Session, options: Options): Promise<void> {
  await session.readIfAny((store) => {
    if (!store) return session.out.text('No runs yet. Train one: atelier train --data DATASET');
    if (!options.columns && !options.groupBy && !options.csv && !options.viewed)
      return listWhole(session, store, options);
    const asked = {
      archived: options.all,
      filter: options.filter,
      columns: options.columns ? names(options.columns) : usualColumns(store, options.viewed),
      groupBy: names(options.groupBy),
      sort: options.groupBy ? undefined : options.sort,
    };
    const found = readRows(store, asked);
    found.rows = ofDataset(store, found.rows, options.data);
    if (found.groupBy.length > 0) groups(session, found, options);
    else columns(session, { ...found, rows: found.rows.slice(0, options.limit) }, options);
  });
}

function ofDataset(store: ReadStore, rows: Row[], data: string | undefined): Row[] {
  if (!data) return rows;
  const { dataset } = resolveDataset(store, data);
  return rows.filter(({ run }) => run.dataset === dataset);
}

/** Each run with all it has; for people the numbers that say most. */
function listWhole(session: Session, store: ReadStore, options: Options): void {
  const { out } = session;
  const asked = { archived: options.all, filter: options.filter, columns: [], groupBy: [], sort: options.sort };
  const chosen = ofDataset(store, readRows(store, asked).rows, options.data).slice(0, options.limit);
  const place = new Map(chosen.map(({ run }, i) => [run.id, i]));
  const metrics = out.json ? undefined : shownMetrics;
  const runs = listRuns(store, { archived: options.all, metrics })
    .filter(({ id }) => place.has(id))
    .sort((a, b) => place.get(a.id)! - place.get(b.id)!);
  for (const run of runs) out.record(runJson(run));
  out.text(
    runs.length > 0
      ? runTable(runs)
      : options.filter
        ? 'No run meets the filter.'
        : 'No runs yet. Train one: atelier train --data DATASET',
  );
}

function columns(session: Session, { rows, columns: fields }: Rows, options: Options): void {
  const { out } = session;
  const heads = fields.map(fieldName);
  if (options.csv) {
    out.text(csvLine(['run', 'name', ...heads]));
    for (const row of rows) {
      out.text(csvLine([row.run.id, row.run.name, ...fields.map((field) => plain(field, fieldValue(row, field)))]));
    }
    return;
  }
  for (const row of rows) {
    const values = fields.map((field, i) => [heads[i], plain(field, fieldValue(row, field))]);
    out.record({ run: row.run.id, name: row.run.name, fields: Object.fromEntries(values) });
  }
  out.text(
    rows.length === 0
      ? 'No run meets the filter.'
      : table([
          ['RUN', 'NAME', ...heads.map((head) => head.toUpperCase())],
          ...rows.map((row) => [
            row.run.id,
            row.run.name,
            ...fields.map((field) => shown(field, fieldValue(row, field))),
          ]),
        ]),
  );
}

function groups(session: Session, { rows, columns: fields, groupBy }: Rows, options: Options): void {
  const { out } = session;
  const wanted = fields.filter((field) => !groupBy.some(({ kind, key }) => kind === field.kind && key === field.key));
  const heads = [...groupBy.map(fieldName), ...wanted.map(fieldName)];
  let found = groupRuns<Row>(rows, groupBy).map((group) => ({
    ...group,
    cells: wanted.map((field) => aggregate(group.runs, field)),
  }));
  const descending = options.sort?.startsWith('-') ?? false;
  const by = options.sort ? heads.indexOf(descending ? options.sort.slice(1) : options.sort) : -1;
  if (by >= 0) {
    const valueOf = ({ values, cells }: (typeof found)[number]) =>
      by < values.length ? values[by] : (cells[by - values.length].same ?? cells[by - values.length].mean);
    found.sort((a, b) => inOrder(valueOf(a), valueOf(b), descending));
  }
  found = found.slice(0, options.limit);

  if (options.csv) {
    const spread = wanted.flatMap((field) => ['mean', 'std', 'n'].map((what) => `${fieldName(field)} ${what}`));
    out.text(csvLine([...groupBy.map(fieldName), 'runs', ...spread]));
    for (const { values, runs, cells } of found) {
      const numbers = cells.flatMap(({ mean, std, n }) =>
        [mean, std].map((x) => (Number.isNaN(x) ? null : x)).concat(n),
      );
      out.text(csvLine([...values.map((value, i) => plain(groupBy[i], value)), runs.length, ...numbers]));
    }
    return;
  }
  for (const { values, runs, cells } of found) {
    out.record({
      group: Object.fromEntries(groupBy.map((field, i) => [fieldName(field), plain(field, values[i])])),
      runs: runs.map(({ run }) => run.id),
      fields: Object.fromEntries(
        wanted.map((field, i) => [
          fieldName(field),
          cells[i].n > 0
            ? { n: cells[i].n, mean: cells[i].mean, std: cells[i].std, min: cells[i].least, max: cells[i].greatest }
            : plain(field, cells[i].same),
        ]),
      ),
    });
  }
  out.text(
    table([
      [...groupBy.map(fieldName), 'runs', ...wanted.map(fieldName)].map((head) => head.toUpperCase()),
      ...found.map(({ values, runs, cells }) => [
        ...values.map((value, i) => shown(groupBy[i], value)),
        String(runs.length),
        ...cells.map((cell, i) => summary(wanted[i], cell)),
      ]),
    ]),
  );
}

function summary(field: Rows['columns'][number], cell: Aggregate): string {
  if (cell.same !== undefined && cell.n <= 1) return shown(field, cell.same);
  if (cell.n === 0) return cell.distinct > 1 ? `${cell.distinct} different` : '–';
  const number = (value: number) => shown(field, value);
  return Number.isNaN(cell.std) ? number(cell.mean) : `${number(cell.mean)} ± ${number(cell.std)} (${cell.n})`;
}

const shownMetrics = [
  'validation/accuracy',
  'test/accuracy',
  'validation/loss',
  'test/loss',
  'train/d_loss',
  'train/g_loss',
];

function usualColumns(
  store: ReadStore,
  { shown = [], hidden = [] }: Partial<NonNullable<Options['viewed']>> = {},
): string[] {
  const runs = listRuns(store, { metrics: shownMetrics });
  const hasNets = runs.some(({ settings }) => 'architecture' in settings);
  const usual = ['status', 'dataset', ...(hasNets ? ['architecture'] : []), ...metricsShown(runs)];
  // The window's columns are named by what they are of.
  const bare = (name: string) => name.replace(/^(metric|setting|fact)\./, '');
  const hides = new Set(hidden.map(bare));
  const more = shown.filter((name) => bare(name) !== 'name' && !usual.includes(bare(name)) && bare(name) !== 'created');
  return [...usual, ...more, 'created'].filter((name) => !hides.has(bare(name)));
}

const metricsShown = (runs: readonly RunSummary[]): string[] =>
  shownMetrics.filter((key) => runs.some((run) => key in run.metrics)).slice(0, 3);

export function runTable(runs: readonly RunSummary[]): string {
  const metrics = metricsShown(runs);
  return table([
    ['RUN', 'NAME', 'STATUS', 'DATASET', 'ARCHITECTURE', ...metrics.map((key) => key.toUpperCase()), 'CREATED'],
    ...runs.map((run) => [
      run.id,
      run.name,
      run.status,
      run.datasetName || '–',
      String(run.settings.architecture ?? '–'),
      ...metrics.map((key) => metric(key, run.metrics[key])),
      when(run.createdAt),
    ]),
  ]);
}
