import type { Command } from 'commander';
import { getStudy } from '../db/studies.ts';
import { resolveStudy } from '../jobs/resolve.ts';
import { reasonText, saveStudy } from '../jobs/studies/save-study.ts';
import { importanceOf, studyDetail, studySummaries } from '../jobs/studies/study-facts.ts';
import { AtelierError } from '../shared/errors.ts';
import { studyPlotKinds } from '../shared/study-plots/rows.ts';
import { importanceMethods, type ImportanceMethod, type StoredTrial, type StudyDetail } from '../shared/study.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { duration, metric, table, when } from './format.ts';
import { iso } from './json.ts';
import { integer, number, withCommon } from './options.ts';
import { plotStudy, type PlotOptions } from './studies-plot.ts';
import { reportStudy } from './studies-report.ts';
import { bestJson, trialJson } from './trial-lines.ts';
import { followStudy } from './tune-study.ts';

interface ResumeOptions extends CommonOptions {
  trials?: number;
  timeout?: number;
  untilNoBetter?: number;
  trialTimeout?: number;
  workers?: number;
}

export function addStudies(program: Command, context: CommandContext): void {
  const studies = program
    .command('studies')
    .description('list, show, resume and export searches for settings ("tune" begins them)')
    .helpCommand('help [command]', 'print help for a command');

  withCommon(studies.command('list'))
    .description('list the studies of the workspace, newest first')
    .addHelpText(
      'after',
      `
JSON: per study {"study","name","status","reason","dataset","version","metrics","directions","trials","complete","pruned","failed",
      "running","waiting","best","created_at"}

Examples:
  $ atelier studies list`,
    )
    .action((options: CommonOptions) => list(new Session(context, 'studies list', options)));

  withCommon(studies.command('show'))
    .description('show a study: what it searches, its best and all of its trials; or what a plot of it draws')
    .argument('<study>', 'its name, its id or the beginning of it')
    .option('--plot <kind>', `what one plot draws instead: ${studyPlotKinds.join(', ')}`)
    .option('--metric <name>', 'of several metrics the one that is plotted (default: the first)')
    .option('--x <setting>', 'of contour and rank: the setting across (default: the first)')
    .option('--y <setting>', 'of contour and rank: the setting upwards (default: the second)')
    .addHelpText(
      'after',
      `
JSON: first the study as "studies list" has it, with "settings", "space", "budget" and so on, then per trial
      {"trial","state","value","params","why","ended","reports":[[epoch,value]],"run","worker","tries","asked_at","ended_at"}
With --plot, per mark:
  history       {"trial","state","value","best"}          best: up to this trial, of those that keep all limits
  parallel      {"trial", each setting, each metric}
  slice         {"parameter","trial","x","value","keeps_limits"}
  contour       {"x_name","y_name","x","y","mean"}        mean of the trials nearby (Gaussian kernels); null where none is
  rank          {"x_name","y_name","trial","x","y","value","rank"}   1 is the best; equals share the mean of their places
  edf           {"value","share"}                         the share of complete trials at the value or below
  intermediate  {"trial","state","step","value"}
  timeline      {"trial","state","worker","asked_at","ended_at","seconds","tries"}
  front         {"trial", each metric,"front","keeps_limits"}

Examples:
  $ atelier studies show glyphs --plot slice --json
  $ atelier studies show glyphs --plot contour --x learning_rate --y dropout --json`,
    )
    .action((study: string, options: PlotOptions) => {
      const session = new Session(context, 'studies show', options);
      return options.plot === undefined ? show(session, study) : plotStudy(session, study, options);
    });

  withCommon(studies.command('importance'))
    .description('tell which settings matter for the metric')
    .argument('<study>', 'its name, its id or the beginning of it')
    .option('--method <name>', `${importanceMethods.join(' or ')} (faster; of the best tenth)`, 'fanova')
    .addHelpText(
      'after',
      `\nJSON: per metric {"metric","method","importance":{setting: share}}; shares sum to 1

Examples:
  $ atelier studies importance glyphs --method ped-anova`,
    )
    .action((study: string, options: CommonOptions & { method: string }) =>
      importance(new Session(context, 'studies importance', options), study, options.method),
    );

  withCommon(studies.command('report'))
    .description('write a summary: what was searched, what was best, what mattered and what to try next')
    .argument('<study>', 'its name, its id or the beginning of it')
    .option('--out <file>', 'FILE.html or FILE.md (default: printed as Markdown)')
    .addHelpText(
      'after',
      `
JSON: {"study","best":{"trial","values","params"},"importance":{metric:{setting: share}},"next":[{"code","parameter",…,"text"}],"path"}

Example:
  $ atelier studies report glyphs --out glyphs.html`,
    )
    .action((study: string, options: CommonOptions & { out?: string }) =>
      reportStudy(new Session(context, 'studies report', options), study, options.out),
    );

  withCommon(studies.command('export'))
    .description('write the trials as CSV, or as a file that Optuna opens')
    .argument('<study>', 'its name, its id or the beginning of it')
    .requiredOption('--out <file>', 'FILE.csv, or FILE.db for Optuna 3 (sqlite)')
    .addHelpText(
      'after',
      `
In Python: optuna.load_study(study_name=NAME, storage="sqlite:///FILE.db")
JSON: {"path","format","trials"}

Examples:
  $ atelier studies export glyphs --out glyphs.csv`,
    )
    .action((study: string, options: CommonOptions & { out: string }) =>
      exportStudy(new Session(context, 'studies export', options), study, options.out),
    );

  withCommon(studies.command('resume'))
    .description('go on with a study that was paused or cut short, or give a finished one more to do')
    .argument('<study>', 'its name, its id or the beginning of it')
    .option('--trials <n>', 'so many more than were tried', integer(1, 1_000_000))
    .option('--timeout <seconds>', 'so much longer', number(0, 1e8, true))
    .option('--until-no-better <n>', 'ends when so many trials were no better than the best', integer(1, 1_000_000))
    .option('--trial-timeout <seconds>', 'a trial that takes longer counts as hung and is ended', number(0, 1e8, true))
    .option('--workers <n>', 'trials at once (default: as before)', integer(1, 256))
    .addHelpText(
      'after',
      `
What the study ended by is lifted where something else is granted. JSON: as "tune" writes it.

Examples:
  $ atelier studies resume glyphs
  $ atelier studies resume glyphs --trials 20 --workers 2`,
    )
    .action((study: string, options: ResumeOptions) =>
      resume(new Session(context, 'studies resume', options), study, options),
    );

  withCommon(studies.command('finish'))
    .description('end a study that is paused or was cut short; its trials stay')
    .argument('<study>', 'its name, its id or the beginning of it')
    .addHelpText(
      'after',
      `\nJSON: the study as "studies list" has it

Examples:
  $ atelier studies finish glyphs`,
    )
    .action((study: string, options: CommonOptions) => finish(new Session(context, 'studies finish', options), study));
}

type Listed = Omit<StudyDetail, 'trials' | 'front'>;

function studyJson({ id, name, status, reason, datasetName, version, plan, counts, best, createdAt }: Listed) {
  const { complete, pruned, failed, running, waiting } = counts;
  return {
    study: id,
    name,
    status,
    reason,
    dataset: datasetName,
    version,
    metrics: plan.metrics,
    directions: plan.directions,
    trials: complete + pruned + failed + running + waiting,
    complete,
    pruned,
    failed,
    running,
    waiting,
    best: best && { ...bestJson(best), run: best.run },
    created_at: iso(createdAt),
  };
}

async function list(session: Session): Promise<void> {
  await session.readIfAny((store) => {
    const found = store ? studySummaries(store) : [];
    for (const each of found) session.out.record(studyJson(each));
    if (found.length === 0) return session.out.text('There is no study. Begin one: atelier help tune');
    session.out.text(
      table([
        ['STUDY', 'NAME', 'STATUS', 'DATA', 'TRIALS', 'METRIC', 'BEST', 'CREATED'],
        ...found.map(({ id, name, status, datasetName, counts, plan, best, createdAt }) => [
          id,
          name,
          status,
          datasetName,
          String(counts.complete + counts.pruned + counts.failed),
          plan.metrics.join(', '),
          best ? best.values!.map((value, i) => metric(plan.metrics[i], value)).join(', ') : '–',
          when(createdAt),
        ]),
      ]),
    );
  });
}

async function show(session: Session, text: string): Promise<void> {
  const { out } = session;
  await session.read((store) => {
    const study = studyDetail(store, getStudy(store, resolveStudy(store, text)));
    const { plan, budget, worked, trials, best, front } = study;
    const { settings, space, constraints, limits, sampler, pruner, seed } = plan;
    const planned = { settings, space, constraints, limits, sampler, pruner, seed, budget };
    out.record({
      ...studyJson(study),
      ...planned,
      seconds_worked: worked,
      ...(plan.metrics.length > 1 ? { front } : {}),
    });
    for (const { reports, run, worker, tries, askedAt, endedAt, ...trial } of trials) {
      const facts = { reports, run, worker, tries, asked_at: iso(askedAt), ended_at: iso(endedAt) };
      out.record({ ...trialJson(trial), ...facts });
    }
    out.text(
      `${study.name} (${study.id}): ${study.status}${study.reason ? `, ${reasonText(study.reason)}` : ''}; ${duration(worked)} of work`,
    );
    out.text(
      `Searches ${Object.keys(space).join(', ')} for ${plan.metrics.join(', ')} on ${study.datasetName} (version ${study.versionNumber})`,
    );
    const names = Object.keys(space);
    const cell = (trial: StoredTrial, name: string) =>
      name in trial.params ? String(shortened(trial.params[name])) : '';
    if (trials.length > 0) {
      out.text(
        table([
          [
            'TRIAL',
            'STATE',
            ...plan.metrics.map((each) => each.toUpperCase()),
            ...names.map((each) => each.toUpperCase()),
            'RUN',
          ],
          ...trials.map((trial) => [
            `${trial.number}${best?.number === trial.number ? ' *' : ''}`,
            trial.state,
            ...plan.metrics.map((each, i) => (trial.values ? metric(each, trial.values[i]) : '')),
            ...names.map((name) => cell(trial, name)),
            trial.run ?? '',
          ]),
        ]),
      );
    }
  });
}

const shortened = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);

async function importance(session: Session, text: string, method: string): Promise<void> {
  if (!importanceMethods.includes(method as ImportanceMethod))
    throw new AtelierError('bad_arguments', `--method is "${method}"; choose ${importanceMethods.join(' or ')}.`);
  await session.read(async (store) => {
    for (const { metric: of, shares } of await importanceOf(
      store,
      resolveStudy(store, text),
      method as ImportanceMethod,
    )) {
      session.out.record({ metric: of, method, importance: shares });
      const sorted = Object.entries(shares).sort(([, a], [, b]) => b - a);
      session.out.text(
        table([[of.toUpperCase(), 'SHARE'], ...sorted.map(([name, share]) => [name, `${(100 * share).toFixed(1)} %`])]),
      );
    }
  });
}

async function exportStudy(session: Session, text: string, out: string): Promise<void> {
  const path = session.path(out);
  await session.read((store) => {
    const study = studyDetail(store, getStudy(store, resolveStudy(store, text)));
    const format = saveStudy(path, study);
    session.out.record({ path, format, trials: study.trials.length });
    session.out.text(`Wrote ${study.trials.length} trials to ${path}`);
  });
}

async function resume(session: Session, text: string, options: ResumeOptions): Promise<void> {
  const { trials, timeout: seconds, untilNoBetter: withoutBetter, trialTimeout: trialSeconds, workers } = options;
  const atOnce = workers ?? (await session.read((store) => getStudy(store, resolveStudy(store, text)).budget.workers));
  await session.own(
    async (studio) => {
      const id = resolveStudy(studio.reading, text);
      const before = studio.studies.get(id);
      await studio.devices.know();
      const started = studio.studies.resume(id, { trials, seconds, withoutBetter, trialSeconds, workers });
      await followStudy(session, studio, started, before);
    },
    { atOnce, leaves: true },
  );
}

async function finish(session: Session, text: string): Promise<void> {
  await session.own(async (studio) => {
    const id = resolveStudy(studio.reading, text);
    studio.studies.finish(id);
    const study = studio.studies.get(id);
    session.out.record(studyJson(study));
    session.out.text(`Finished ${study.name} with ${study.trials.length} trials.`);
  });
}
