import { Option, type Command } from 'commander';
import { exportRunsParams } from '../jobs/export-runs.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { runFormats, type RunFormat } from '../shared/run-exchange.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count } from './format.ts';
import { withCommon } from './options.ts';
import { readRows } from './run-rows.ts';

/** Runs out of the workspace and into it. */
export function addRunsExchange(runs: Command, context: CommandContext): void {
  addExport(runs, context);
  addImport(runs, context);
}

interface ExportOptions extends CommonOptions {
  format: RunFormat;
  out: string;
  filter?: string;
}

function addExport(runs: Command, context: CommandContext): void {
  withCommon(runs.command('export'))
    .description('write runs with all their points, for other programs and workspaces')
    .argument('[run...]', 'names, ids or beginnings of ids')
    .addOption(new Option('--format <format>', 'the form').choices(runFormats).makeOptionMandatory())
    .requiredOption(
      '--out <path>',
      'mlflow: a folder that is empty or not there yet; jsonl, csv: a file, which is replaced',
    )
    .option('--filter <filter>', 'all runs that it means (see "atelier help runs list")')
    .addHelpText(
      'after',
      `
mlflow  a file store of MLflow: <experiment>/<run>/ with meta.yaml, params/, metrics/ (timestamp value step) and tags/. Look at it
        with "mlflow ui --backend-store-uri <folder>". An experiment for each dataset; epochs are a metric of
        their own, atelier.epoch, by which an import knows them again; checkpoints have no place in it
jsonl   JSON Lines that "atelier runs import" reads again without losing a bit. Per run one line
          {"type":"run","version":1,"id","name","status","experiment","dataset","settings":{name:value},"metrics":{key:number},
           "tags":[],"notes","created_at","started_at","finished_at","parameters","samples_per_second","best_epoch",
           "stopped_early","error":{"code","message"}}
        then its points, in any number of lines per metric
          {"type":"curve","key","step":[],"epoch":[],"time":[],"value":[]}
        Moments are milliseconds since 1970, times seconds since the run began. NaN, Infinity, -Infinity and -0 are texts; an epoch
        that is not known is null. What may be left out when you write such lines yourself: all but type, version, id, name,
        status and created_at of a run, and epoch and time of a curve
csv     a line a point: run,name,metric,step,epoch,seconds,value

JSON: {"path","format","runs","points","files","bytes"}

Examples:
  $ atelier runs export "iris · mlp" --format mlflow --out mlruns
  $ atelier runs export --filter "status = finished" --format jsonl --out runs.jsonl`,
    )
    .action(async (names: string[], options: ExportOptions) => {
      const session = new Session(context, 'runs export', options);
      const { format } = options;
      const out = session.path(options.out);
      const params = await session.read((store) => {
        const meant = options.filter
          ? readRows(store, { filter: options.filter, columns: [], groupBy: [] }).rows.map(({ run }) => run.id)
          : [];
        const ids = [...new Set([...names.map((name) => resolveRun(store, name)), ...meant])];
        if (ids.length === 0) {
          throw new AtelierError(
            'no_such_run',
            options.filter ? 'No run meets the filter.' : 'Name a run, or give a --filter.',
          );
        }
        return exportRunsParams(store, session.folder, { runs: ids, format, out });
      });
      const made = await session.work('export-runs', format, params);
      session.out.record({ ...made, format });
      session.out.text(
        `Exported ${count(made.runs)} ${made.runs === 1 ? 'run' : 'runs'} as ${format} to ${made.path}: ${count(made.points)} points, ${count(made.files)} ${made.files === 1 ? 'file' : 'files'} (${bytes(made.bytes)})`,
      );
    });
}

function addImport(runs: Command, context: CommandContext): void {
  withCommon(runs.command('import'))
    .description('read runs of MLflow, TensorBoard, or another workspace')
    .argument('<path...>', 'files and folders')
    .addHelpText(
      'after',
      `
What lies there is told by its content:
  an mlruns folder of MLflow, one of its experiments or runs
  MLflow's database, mlflow.db (SQLite), or the folder in which it lies; what is in its trash stays there
  TensorBoard's event files (events.out.tfevents…): each folder that has some is a run; scalars and hyperparameters are read
  JSON Lines, as "atelier runs export --format jsonl" writes them
Imported runs are listed, filtered, compared and charted like those trained here, and say where they came from (source,
experiment, imported: see "atelier runs fields"). They have no data and no weights here: they cannot be resumed or evaluated.
Importing the same again adds only what is new; what you wrote on a run (name, notes, tags) stays.
What a run holds under the name of a setting of trainings (lr, learning_rate, batch_size …) is that setting.

A run that cannot be read is refused and named with file and line; the others are imported, and the command fails only where all
were refused.

JSON: per run {"event":"imported","run","name","source","identity"}, per refusal {"event":"refused","path","code","message"}, then
      {"event":"done","added","grown","unchanged","refused","points","remarks":[]}

Examples:
  $ atelier runs import ~/project/mlruns
  $ atelier runs import ~/project/mlflow.db
  $ atelier runs import logs/ --json
  $ atelier runs list --filter "source = mlflow and experiment = churn" --sort -val_accuracy`,
    )
    .action(async (paths: string[], options: CommonOptions) => {
      const session = new Session(context, 'runs import', options);
      await session.own(async (studio) => {
        const { result } = studio.runs.import(paths.map((path) => session.path(path)));
        const { runs: ids, added, grown, unchanged, points, refused, remarks } = await result;
        for (const id of ids) {
          const { name, origin } = studio.runs.get(id);
          session.out.record({ event: 'imported', run: id, name, source: origin?.format, identity: origin?.identity });
        }
        for (const { path, code, message } of refused) {
          session.out.record({ event: 'refused', path, code, message });
          session.out.note(`refused: ${code}: ${message}`);
        }
        for (const words of remarks) session.out.note(words);
        session.out.record({ event: 'done', added, grown, unchanged, refused: refused.length, points, remarks });
        session.out.text(
          `${count(added)} ${added === 1 ? 'run' : 'runs'} added, ${count(grown)} grown, ${count(unchanged)} unchanged, ${count(refused.length)} refused: ${count(points)} points`,
        );
      });
    });
}
