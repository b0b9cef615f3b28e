import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command } from 'commander';
import { prunerTable } from '../search/pruners/index.ts';
import { samplerTable } from '../search/samplers/index.ts';
import { parseStudy } from '../search/study-file.ts';
import { Study } from '../search/study.ts';
import { type Reason, type TrialRecord, violation } from '../search/trial.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { integer, number, withCommon } from './options.ts';
import { TuneWorkers } from './tune-workers.ts';

interface Options extends CommonOptions {
  function: string;
  space?: string;
  trials: number;
  timeout?: number;
  trialTimeout?: number;
  workers: number;
  direction?: string;
  sampler?: string;
  pruner?: string;
  seed?: number;
}

const LARGEST_FILE = 16 * 2 ** 20;

export function addTune(program: Command, context: CommandContext): void {
  withCommon(program.command('tune'))
    .description('search for the settings under which a function of your own is best')
    .argument('[study.json]', 'the study: its space, direction, sampler, pruner and seed')
    .requiredOption('--function <module.mjs>', 'export default async (params, report) => value')
    .option('--space <space.json>', 'the parameters alone, in place of a study file')
    .option('--trials <n>', 'how many settings to try', integer(1, 1_000_000), 100)
    .option('--timeout <seconds>', 'ends the search after so long', number(0, 1e8, true))
    .option('--trial-timeout <seconds>', 'a trial that takes longer counts as hung and is killed', number(0, 1e8, true))
    .option('--workers <n>', 'trials at once, each in a process of its own', integer(1, 256), 1)
    .option('--direction <which>', 'minimize or maximize (default: as the study says, else minimize)')
    .option('--sampler <name>', `${Object.keys(samplerTable).join(', ')} (default: as the study says, else auto)`)
    .option('--pruner <name>', `${Object.keys(prunerTable).join(', ')} (default: as the study says, else none)`)
    .option('--seed <n>', 'with one worker the same seed tries the same settings', integer(0, Number.MAX_SAFE_INTEGER))
    .addHelpText(
      'after',
      `
A study file: {"name", "direction": "minimize"|"maximize" or "directions": […], "sampler", "pruner", "seed", "constraints", "space"}.
A space: {"lr": {"type": "float", "low": 1e-5, "high": 1, "log": true}, "depth": {"type": "int", "low": 1, "high": 12},
  "kind": {"type": "categorical", "choices": ["a", "b"]}, "on": {"type": "boolean"},
  "extra": {"type": "float", "low": 0, "high": 1, "step": 0.1, "when": {"kind": "a"}}}; constraints: ["width * depth <= 512"].
A sampler or pruner may be an object with options: {"type": "hyperband", "whole": 81, "factor": 3}.

The function gets the settings and \`report(value, step)\`, which returns a promise: it rejects when the trial is pruned. It returns a
number, or a list of numbers for several directions. What it throws, a number that is not finite, a crash or a trial that hangs fails
that trial only; what it prints goes to stderr. A rate, a step, a choice are always inside of the space; a parameter whose "when" does
not hold is absent.

JSON: for each trial {"event":"trial","trial","state":"complete"|"pruned"|"failed","value" (several: "values"),"params","why","ended","seconds"},
last {"event":"finished","best":{"value","params","trial"} or null,"front" (several directions),"trials","complete","pruned","failed"}.

Examples:
  $ atelier tune study.json --function objective.mjs --trials 200 --workers 4 --json
  $ atelier tune --space space.json --function objective.mjs --sampler cma-es --seed 1 --trial-timeout 60`,
    )
    .action((file: string | undefined, options: Options) => tune(new Session(context, 'tune', options), file, options));
}

async function tune(session: Session, file: string | undefined, options: Options): Promise<void> {
  const { out, host } = session;
  const study = new Study(parseStudy(definition(session, file, options)));
  const module = session.path(options.function);
  if (!statSync(module, { throwIfNoEntry: false })?.isFile()) {
    throw new AtelierError('no_such_file', `${module} is no file.`);
  }
  if (options.workers > 2 * availableParallelism()) {
    out.note(`${options.workers} workers share ${availableParallelism()} cores.`);
  }
  const milliseconds = (seconds: number | undefined) =>
    seconds === undefined ? null : Math.min(seconds * 1000, 2 ** 31 - 1);
  const workers = new TuneWorkers(
    study,
    module,
    {
      trials: options.trials,
      timeout: milliseconds(options.timeout),
      trialTimeout: milliseconds(options.trialTimeout),
      workers: options.workers,
    },
    {
      spawn: host.spawnUtility,
      output: (text) => void host.stderr.write(text),
      ended: (trial, seconds) => {
        out.record({ event: 'trial', ...trialJson(trial), seconds: Math.round(seconds * 1000) / 1000 });
        out.text(trialText(trial, study));
      },
    },
  );
  const stop = host.onInterrupt(() => workers.stop('cancelled'));
  await workers.run().finally(stop);
  finish(session, study);
}

function finish({ out }: Session, study: Study): void {
  const { complete, pruned, failed } = study.history.counts;
  const several = study.definition.directions.length > 1;
  const { best } = study;
  out.record({
    event: 'finished',
    best: best && bestJson(best),
    ...(several ? { front: study.front.map(bestJson) } : {}),
    trials: study.trials.length,
    complete,
    pruned,
    failed,
  });
  if (!best)
    throw new AtelierError(
      'no_trial_completed',
      `None of ${study.trials.length} trials gave a value: ${failed} failed, ${pruned} were pruned.`,
    );
  const found = several ? study.front : [best];
  out.text(`${complete} complete, ${pruned} pruned, ${failed} failed.`);
  for (const trial of found)
    out.text(`Best: trial ${trial.number}, ${trial.values!.join(', ')} with ${JSON.stringify(trial.params)}`);
  if (violation(best) > 0) out.text('No trial keeps all limits; this one comes nearest.');
}

/** The study file, or a space alone, with what the options say instead. */
function definition(session: Session, file: string | undefined, options: Options): Record<string, unknown> {
  if ((file === undefined) === (options.space === undefined)) {
    throw new AtelierError('bad_arguments', 'Give a study file or --space with the parameters, one of the two.');
  }
  const written = readJson(session.path(file ?? options.space!));
  const study = file === undefined ? { space: written } : written;
  if (typeof study !== 'object' || study === null || Array.isArray(study)) {
    throw new AtelierError('invalid_study', `${file} must hold an object with a "space".`);
  }
  const { direction, sampler, pruner, seed } = options;
  const said = Object.entries({ direction, sampler, pruner, seed }).filter(([, value]) => value !== undefined);
  return { ...study, ...Object.fromEntries(said) };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    if (statSync(path).size > LARGEST_FILE) throw new AtelierError('file_too_large', `${path} is larger than 16 MB.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('no_such_file', `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AtelierError('invalid_study', `${path} is no JSON: ${(error as Error).message}.`);
  }
}

const valueJson = (values: readonly number[] | null) =>
  values === null ? { value: null } : values.length === 1 ? { value: values[0] } : { values };

const bestJson = ({ number, params, values }: TrialRecord) => ({ ...valueJson(values), params, trial: number });

const trialJson = ({ number, state, values, params, why, ended }: TrialRecord) => ({
  trial: number,
  state,
  ...valueJson(values),
  params,
  why,
  ...(ended ? { ended } : {}),
});

function trialText({ number, state, values, params, ended }: TrialRecord, study: Study): string {
  const what = state === 'complete' ? values!.join(', ') : `${state} (${reasonText(ended!)})`;
  const mark = study.best?.number === number ? ' *' : '';
  return `${String(number).padStart(5)}  ${what}${mark}  ${JSON.stringify(params)}`;
}

function reasonText({ code, ...facts }: Reason): string {
  return [code, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(', ');
}
